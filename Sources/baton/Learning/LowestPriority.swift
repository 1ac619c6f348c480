import Glibc

enum LowestPriority {
    /// `SCHED_IDLE` of the kernel's interface, which the C library names only for C.
    private static let idlePolicy: Int32 = 5

    /// From now on this thread runs only while a processor has nothing else to do.
    static func takeOn() {
        var parameters = sched_param()
        _ = sched_setscheduler(0, idlePolicy, &parameters)
    }
}
