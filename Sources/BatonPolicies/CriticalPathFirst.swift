public import BatonCore

/// Starts the task with the longest expected way to the end of its run (list scheduling by HEFT's upward rank).
///
/// Higher priority always goes first. Where no duration is known every task counts the same, so the rank is the
/// number of tasks on the longest path.
///
/// - Source: Topcuoglu, Hariri, Wu 2002, doi:10.1109/71.993206, without its insertion step.
public struct CriticalPathFirst: Policy {
    public let name = "critical-path"
    private let patience: Duration?
    private var queue = ReadyQueue<Rank>()

    /// - Parameter patience: how long smaller tasks may pass one without room; nil for ever.
    public init(patience: Duration? = PolicyCatalog.patience) {
        self.patience = patience
    }

    public mutating func decide(_ observation: Observation) -> Decision {
        let manner = ReadyLine<Rank>.Manner(patience: patience) { task in
            "\(DurationText.format(.nanoseconds(task.upwardRankNanoseconds))) of critical path ahead"
        }
        let placements = queue.place(observation, manner) { task in
            Rank(priority: task.priority, nanoseconds: task.upwardRankNanoseconds)
        }
        return Decision(policy: name, placements: placements)
    }

    /// Smaller goes first.
    private struct Rank: Comparable, Sendable {
        var priority: Int32
        var nanoseconds: Int64

        static func < (left: Rank, right: Rank) -> Bool {
            left.priority != right.priority
                ? left.priority > right.priority : left.nanoseconds > right.nanoseconds
        }
    }
}
