/// How much memory the next attempt gets after the kernel killed one for it.
public enum MemoryLadder {
    /// The lowest rung above the kill: the estimate's 99th percentile, 1.1 x the most ever seen, what the user
    /// declared, twice the amount at the kill.
    ///
    /// A rung counts only when it is at least a tenth above the kill; less would fail again.
    ///
    /// - Parameter killedAt: bytes granted or used when it was killed, whichever was more. Less than 32 MiB counts as
    ///   that: a task that asked for no core and no memory was granted none, and nothing can be doubled for ever.
    /// - Returns: bytes; more than `killedAt`.
    public static func next(afterKillAt killedAt: Int64, estimate: Estimate?, declared: Int64?) -> Int64 {
        let killedAt = max(killedAt, 32 << 20)
        let double = killedAt * 2
        let rungs = [
            estimate?.peakMemoryP99Bytes ?? 0, (estimate?.largestSeenMemoryBytes ?? 0) / 10 * 11, declared ?? 0, double,
        ]
        return rungs.filter { $0 >= killedAt + killedAt / 10 }.min() ?? double
    }
}
