public import BatonCore

/// Fills each worker with the tasks whose demands point the same way as what is free there, and favours runs that have
/// little left.
///
/// Data that has to be brought there costs a tenth of the alignment (`Packing`). Remaining time stands in for the paper's remaining
/// resource time, and its knobs for fairness and barriers are left out.
///
/// Tasks of one run with the same demand form a group, of which the first in the order of the workflow speaks for all;
/// 256 groups are compared at a time, those of runs with the least left first.
///
/// - Source: Grandl, Ananthanarayanan, Kandula, Rao, Akella 2014, doi:10.1145/2619239.2626334.
public struct Tetris: Policy {
    public let name = "tetris"
    private static let groupsAtATime = 256

    private let remainingWeight: Double
    private let patience: Duration?
    private var groups = DemandGroups<SubmissionOrder>()

    /// - Parameters:
    ///   - remainingWeight: the paper's `m`, by which `ε` is multiplied; 0 packs only.
    ///   - patience: after so long a task goes before all others, the longest wait first; nil for never.
    public init(remainingWeight: Double = 1, patience: Duration? = PolicyCatalog.patience) {
        self.remainingWeight = remainingWeight
        self.patience = patience
    }

    public mutating func decide(_ observation: Observation) -> Decision {
        groups.refill(observation, key: SubmissionOrder.init)
        var builder = PlacementBuilder(observation)
        if groups.placeOverdue(observation, &builder, patience) {
            var open = groups.open(observation, builder) { run in
                Double(observation.run(at: run).remainingNanoseconds)
            }[...]
            while builder.placements.isEmpty, !open.isEmpty {
                groups.pack(
                    Array(open.prefix(Self.groupsAtATime)), observation, &builder, weight: remainingWeight,
                    reason: "fills what is free there, little of its run left")
                open = open.dropFirst(Self.groupsAtATime)
            }
        }
        groups.close()
        return Decision(policy: name, placements: builder.placements)
    }
}
