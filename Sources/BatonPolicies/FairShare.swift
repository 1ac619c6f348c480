public import BatonCore

/// Starts the next task of the run that holds the smallest share of the cluster: dominant resource fairness.
///
/// Inside a run tasks go in the order of the workflow. The paper stops when the task whose turn it is has no room; here another
/// task of the run, or another run, gets what it can use, since tasks end at any time and an idle core helps nobody.
///
/// - Source: Ghodsi, Zaharia, Hindman, Konwinski, Shenker, Stoica, "Dominant resource fairness: fair allocation of
///   multiple resource types", NSDI 2011.
public struct FairShare: Policy {
    /// What a run is entitled to.
    public enum Weights: Hashable, Sendable {
        /// All runs get the same.
        case equal
        /// A run gets as much as the highest priority of its tasks says, 1 to 100.
        case priority
    }

    public let name: String
    private let weights: Weights
    private let patience: Duration?
    private var queue = RunQueue<SubmissionOrder>()
    private var total = ClusterTotal()

    /// - Parameter patience: how long smaller tasks may pass one without room; nil for ever.
    public init(_ weights: Weights = .equal, patience: Duration? = PolicyCatalog.patience) {
        switch weights {
        case .equal: name = "fair"
        case .priority: name = "weighted-fair"
        }
        self.weights = weights
        self.patience = patience
    }

    public mutating func decide(_ observation: Observation) -> Decision {
        let total = total.read(observation)
        let manner = ReadyLine<SubmissionOrder>.Manner(patience: patience) { _ in
            "its run holds the least for its weight"
        }
        let placements = queue.place(observation, manner, key: SubmissionOrder.init) { run, held in
            let weight: Double =
                switch weights {
                case .equal: 1
                case .priority: Double(max(run.priority, 1))
                }
            return held.dominantShare(of: total) / weight
        }
        return Decision(policy: name, placements: placements)
    }
}

/// What all living workers have together, summed up again only when it may have changed.
struct ClusterTotal: Sendable {
    private var revision = -1
    private(set) var amount = Resources.zero

    mutating func read(_ observation: Observation) -> Resources {
        if revision != observation.clusterRevision {
            revision = observation.clusterRevision
            amount = observation.totalCapacity
        }
        return amount
    }
}
