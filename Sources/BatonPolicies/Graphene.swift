public import BatonCore

/// Troublesome tasks first: a plan in resources and time that places long and hard-to-pack tasks before all others
/// gives the order in which a run's tasks are preferred.
///
/// Online the plan is an order only, as in the paper: the first task with room goes. Between runs the one with the least
/// left goes first; the paper mixes this with packing and bounded unfairness by weights that are left out here.
///
/// - Source: Grandl, Kandula, Rao, Akella, Kulkarni, "Graphene: packing and dependency-aware scheduling for
///   data-parallel clusters", OSDI 2016.
public struct Graphene: Policy {
    public let name = "graphene"
    private let patience: Duration?
    private var queue = RunQueue<Int32>()
    private var orders = TroublesomeFirstOrders()

    /// - Parameter patience: how long smaller tasks may pass one without room; nil for ever.
    public init(patience: Duration? = PolicyCatalog.patience) {
        self.patience = patience
    }

    public mutating func decide(_ observation: Observation) -> Decision {
        orders.update(observation)
        let manner = ReadyLine<Int32>.Manner(patience: patience) { _ in "next in the order of its run's plan" }
        let placements = queue.place(observation, manner) { [orders] task in
            orders.place(of: task)
        } standing: { run, _ in
            Double(run.remainingNanoseconds)
        }
        return Decision(policy: name, placements: placements)
    }
}
