public import BatonCore

/// Starts the task that is expected to take the least time; tasks of unknown length count as the run's typical one.
///
/// The papers' machine runs one task at a time, ours many beside each other: what fits is started in this order.
///
/// - Source: the shortest-processing-time rule of Smith 1956, doi:10.1002/nav.3800030106.
public struct ShortestFirst: Policy {
    public let name = "shortest-first"
    private let patience: Duration?
    private var queue = ReadyQueue<Int64>()

    /// - Parameter patience: how long smaller tasks may pass one without room; nil for ever.
    public init(patience: Duration? = PolicyCatalog.patience) {
        self.patience = patience
    }

    public mutating func decide(_ observation: Observation) -> Decision {
        let manner = ReadyLine<Int64>.Manner(patience: patience) { task in
            "takes \(DurationText.format(.nanoseconds(observation.durationNanoseconds(of: task)))), the least"
        }
        let placements = queue.place(observation, manner, key: observation.durationNanoseconds)
        return Decision(policy: name, placements: placements)
    }
}

extension Observation {
    /// Expected time on a worker of reference speed, a guess where nothing is known.
    func durationNanoseconds(of task: ReadyTask) -> Int64 {
        durations(ofRun: task.run)[Int(task.reference.task.index)]
    }
}
