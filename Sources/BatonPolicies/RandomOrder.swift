public import BatonCore

/// Starts ready tasks in an order that only the seed decides: what a rule must beat to be one.
///
/// The draw belongs to the task, so it is the same after a restart and in every process.
public struct RandomOrder: Policy {
    public let name = "random"
    private let seed: UInt64
    private let patience: Duration?
    private var queue = ReadyQueue<UInt64>()

    /// - Parameter patience: how long smaller tasks may pass one without room; nil for ever.
    public init(seed: UInt64 = 0, patience: Duration? = PolicyCatalog.patience) {
        self.seed = seed
        self.patience = patience
    }

    public mutating func decide(_ observation: Observation) -> Decision {
        let manner = ReadyLine<UInt64>.Manner(patience: patience) { _ in "by lot" }
        let placements = queue.place(observation, manner) { task in
            let place = SeededGenerator.mix(task.reference.run.rawValue) ^ UInt64(task.reference.task.index)
            return SeededGenerator.mix(SeededGenerator.mix(seed) ^ SeededGenerator.mix(place))
        }
        return Decision(policy: name, placements: placements)
    }
}
