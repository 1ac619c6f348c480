public import BatonCore

/// First ready, first started; the baseline of every comparison.
public struct FIFO: Policy {
    public let name = "fifo"
    private var queue = ReadyQueue<Instant>()

    public init() {}

    public mutating func decide(_ observation: Observation) -> Decision {
        let placements = queue.place(observation, reason: { _ in "first in line" }, key: \.since)
        return Decision(policy: name, placements: placements)
    }
}
