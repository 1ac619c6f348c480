public import BatonCore

/// Of all ready tasks the one that can be completed first, on the worker that completes it first; then the next.
///
/// - Source: Ibarra, Kim 1977, doi:10.1145/322003.322011; as min-min in Maheswaran and others 1999,
///   doi:10.1006/jpdc.1999.1581. `CompletionTimeMapping` says where a cluster forces deviations.
public struct MinMin: Policy {
    public let name = "min-min"
    private var mapping: CompletionTimeMapping

    /// - Parameter patience: how long smaller tasks may pass one without room; nil for ever.
    public init(patience: Duration? = PolicyCatalog.patience) {
        mapping = CompletionTimeMapping(.shortestFirst, patience: patience)
    }

    public mutating func decide(_ observation: Observation) -> Decision {
        Decision(policy: name, placements: mapping.place(observation))
    }
}
