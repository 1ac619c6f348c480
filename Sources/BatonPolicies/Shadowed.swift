public import BatonCore

/// A policy that decides, and one that is asked the same and changes nothing.
///
/// The shadow sees what really happened, not what would have come of its own decisions; so opinions are compared one by one,
/// and the makespans of both are a matter for the simulator.
public struct Shadowed: Policy {
    private var acting: any Policy
    private var shadow: any Policy
    /// What the shadow said last, if it differed.
    private var told: [Placement]?

    public init(_ acting: any Policy, shadow: any Policy) {
        self.acting = acting
        self.shadow = shadow
    }

    public var name: String { acting.name }

    public mutating func decide(_ observation: Observation) -> Decision {
        var decision = acting.decide(observation)
        var asked = shadow
        let other = asked.decide(observation).placements
        let isAlike = Self.starts(other) == Self.starts(decision.placements)
        // A policy takes what it answers for done; what is not must be as if it had not been asked.
        if isAlike { shadow = asked }
        // While nothing is started there is nothing to say twice.
        if decision.placements.isEmpty, isAlike || other == told { return decision }
        told = isAlike ? nil : other
        decision.secondOpinion = SecondOpinion(policy: shadow.name, instead: told)
        return decision
    }

    private static func starts(_ placements: [Placement]) -> [TaskReference: Worker.ID] {
        Dictionary(uniqueKeysWithValues: placements.map { ($0.task, $0.worker) })
    }
}
