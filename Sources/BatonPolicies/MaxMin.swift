public import BatonCore

/// Of all ready tasks the one whose earliest completion comes last, on the worker that completes it first; then the
/// next: long tasks are not left for the end.
///
/// - Source: Ibarra, Kim 1977, doi:10.1145/322003.322011; as max-min in Maheswaran and others 1999,
///   doi:10.1006/jpdc.1999.1581. `CompletionTimeMapping` says where a cluster forces deviations.
public struct MaxMin: Policy {
    public let name = "max-min"
    private var mapping: CompletionTimeMapping

    /// - Parameter patience: how long smaller tasks may pass one without room; nil for ever.
    public init(patience: Duration? = PolicyCatalog.patience) {
        mapping = CompletionTimeMapping(.longestFirst, patience: patience)
    }

    public mutating func decide(_ observation: Observation) -> Decision {
        Decision(policy: name, placements: mapping.place(observation))
    }
}
