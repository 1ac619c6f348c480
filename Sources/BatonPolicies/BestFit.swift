public import BatonCore

/// Tasks in the order of submission, each on the worker where it leaves the least room.
///
/// Bins of the paper have one size and one dimension; here what is left over counts as the sum of each resource's share
/// of its worker.
///
/// - Source: best fit, Johnson, Demers, Ullman, Garey, Graham 1974, doi:10.1137/0203025.
public struct BestFit: Policy {
    public let name = "best-fit"
    private let patience: Duration?
    private var queue = ReadyQueue<SubmissionOrder>()

    /// - Parameter patience: how long smaller tasks may pass one without room; nil for ever.
    public init(patience: Duration? = PolicyCatalog.patience) {
        self.patience = patience
    }

    public mutating func decide(_ observation: Observation) -> Decision {
        let manner = ReadyLine<SubmissionOrder>.Manner(patience: patience, choice: .tightest) { _ in
            "leaves the least room there"
        }
        return Decision(policy: name, placements: queue.place(observation, manner, key: SubmissionOrder.init))
    }
}
