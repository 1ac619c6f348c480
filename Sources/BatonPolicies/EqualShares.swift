public import BatonCore

/// Starts the next task of the run that holds the smallest share of the cluster, inside a run the longest path first.
///
/// So several orchestrators share a machine: while others wait, each may hold an equal part. `FairShare` is the same between
/// runs; inside a run it goes by the order of the file.
///
/// - Source: dominant resource fairness; Ghodsi and others, NSDI 2011.
public struct EqualShares: Policy {
    public let name = "equal-shares"
    private var queue = RunQueue<LongestPath>()
    private var total = ClusterTotal()

    public init() {}

    public mutating func decide(_ observation: Observation) -> Decision {
        let total = total.read(observation)
        let manner = ReadyLine<LongestPath>.Manner(patience: nil) { _ in "its run holds the least" }
        let placements = queue.place(observation, manner, key: LongestPath.init) { _, held in
            held.dominantShare(of: total)
        }
        return Decision(policy: name, placements: placements)
    }
}
