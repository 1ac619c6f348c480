public import BatonCore

/// First come, first served, within one priority; the baseline of every comparison.
///
/// A task comes with its run, in the order of the workflow: of those that are ready, the one of the earliest run and
/// the lowest number starts first. By the instant of becoming ready instead, greedy dispatch of PSPLIB's projects ends
/// 0.3 (30 tasks) to 0.9 points (60) later, and no longer agrees with what others measured under this name.
public struct FIFO: Policy {
    public let name = "fifo"
    private let patience: Duration?
    private var queue = ReadyQueue<SubmissionOrder>()

    /// - Parameter patience: how long smaller tasks may pass one without room; nil for ever.
    public init(patience: Duration? = PolicyCatalog.patience) {
        self.patience = patience
    }

    public mutating func decide(_ observation: Observation) -> Decision {
        let manner = ReadyLine<SubmissionOrder>.Manner(patience: patience) { _ in "first in line" }
        return Decision(policy: name, placements: queue.place(observation, manner, key: SubmissionOrder.init))
    }
}

/// By priority, the highest first, then by run, then by number of the task.
struct SubmissionOrder: Comparable, Sendable {
    private var priority: Int32
    private var place: UInt64

    init(_ task: ReadyTask) {
        priority = task.priority
        place = UInt64(task.run) << 32 | UInt64(task.reference.task.index)
    }

    static func < (left: SubmissionOrder, right: SubmissionOrder) -> Bool {
        left.priority != right.priority ? left.priority > right.priority : left.place < right.place
    }
}
