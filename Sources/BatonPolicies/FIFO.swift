public import BatonCore

/// First ready, first started; the baseline of every comparison. Tasks that got ready at once go by their number.
public struct FIFO: Policy {
    public let name = "fifo"
    private let patience: Duration?
    private var queue = ReadyQueue<ArrivalOrder>()

    /// - Parameter patience: how long smaller tasks may pass one without room; nil for ever.
    public init(patience: Duration? = PolicyCatalog.patience) {
        self.patience = patience
    }

    public mutating func decide(_ observation: Observation) -> Decision {
        let manner = ReadyLine<ArrivalOrder>.Manner(patience: patience) { _ in "first in line" }
        return Decision(policy: name, placements: queue.place(observation, manner, key: ArrivalOrder.init))
    }
}

/// By the instant of becoming ready, then by run and number of the task.
struct ArrivalOrder: Comparable, Sendable {
    var since: Instant
    var run: Int32
    var task: Int32

    init(_ task: ReadyTask) {
        since = task.since
        run = Int32(task.run)
        self.task = task.reference.task.index
    }

    static func < (left: ArrivalOrder, right: ArrivalOrder) -> Bool {
        if left.since != right.since { return left.since < right.since }
        return left.run != right.run ? left.run < right.run : left.task < right.task
    }
}
