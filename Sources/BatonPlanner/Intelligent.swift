public import BatonCore
public import BatonPolicies
public import BatonSimulator

/// Searches for the best schedule and starts what it starts now.
///
/// What is left is laid out anew at each decision in the order of the plan, around what really runs: so a task that took
/// longer moves those behind it, and room is left free where a more urgent task will need it. It is planned again when
/// tasks change, or what is expected of them, or the workers.
///
/// Where no plan can be made (with more tasks than can be laid out in a few milliseconds, or where tasks wait for units of
/// limits), and where it is too uncertain what tasks take, the longest path decides, which needs no plan.
///
/// Once runs overlap, `SizeAwareSharing` shares the cluster between them in the way that would have been best for those that
/// came last, unless their common end is what counts.
///
/// Where workers differ in speed or have to bring data from each other, `PlacedRuns` decides, for one run and for several.
public struct Intelligent: PlanningPolicy {
    public let name = "intelligent"
    /// With so many left a decision that follows a plan takes 0.4 ms at the 99th percentile.
    private static let mostTasks = 1_000

    private let objective: Objective
    private let budget: PlanBudget
    private let network: SchedulingNetwork?
    private let omitted: Set<Ingredient>
    private var plan: CommittedPlan?
    private var committedPlans = 0
    private var accuracy = ForecastAccuracy()
    private var longestPath: CriticalPathFirst
    private var sharing = SizeAwareSharing()
    private var recent = RecentRuns()
    private var trial: RuleTrial
    private var placed: PlacedRuns

    /// What can be left out, to see what it is worth.
    public enum Ingredient: String, Hashable, Sendable, CaseIterable {
        /// Trying many lists: the first ones are only straightened, and the best of them is followed.
        case search
        /// Trying the network's list before it is followed.
        case rollouts
        /// Trying ways to share on the runs that came last: the network's is taken as it is, or the rule's first.
        case trial
    }

    /// - Parameters:
    ///   - objective: what is to be small.
    ///   - budget: for one plan.
    ///   - patience: how long smaller tasks may pass one without room where the longest path decides; nil for ever.
    ///   - network: proposes lists and ways to share where it was found to pay.
    ///   - omitted: ingredients to do without.
    public init(
        objective: Objective = Objective(.completion), budget: PlanBudget = .standard,
        patience: Duration? = PolicyCatalog.patience, network: SchedulingNetwork? = nil,
        omitted: Set<Ingredient> = []
    ) {
        self.objective = objective
        self.budget = budget
        self.network = network
        self.omitted = omitted
        longestPath = CriticalPathFirst(patience: patience)
        placed = PlacedRuns(objective: objective, budget: budget)
        trial = RuleTrial(Self.cost(objective))
    }

    /// What waiting costs where runs share the cluster. There a common end and the cost of workers are served by ending runs
    /// early.
    private static func cost(_ objective: Objective) -> WaitingCost {
        let lateness = objective.weight(of: .tardiness)
        // A second of lateness counts as ten more of waiting where nobody says how much.
        guard lateness > 0 else { return WaitingCost(completion: 1, lateness: 10) }
        // Of runs that are not late yet, the one with the least left goes first.
        return WaitingCost(
            completion: max(1 - lateness, 0.001), lateness: lateness, hasClasses: false, isBySlack: lateness >= 1)
    }

    public mutating func decide(_ observation: Observation) -> Decision {
        if !observation.hasUniformWorkers, let placed = placed.decide(observation),
            !placed.placements.isEmpty || !isStill(observation)
        {
            return Decision(policy: name, placements: placed.placements, plan: placed.plan)
        }
        guard hasOneGoal(observation) else {
            plan = nil
            return Decision(policy: name, placements: shared(observation))
        }
        accuracy.read(observation)
        let decision = alone(observation)
        accuracy.note(decision.placements, observation)
        return decision
    }

    public var plansMade: Int { committedPlans + placed.plansMade }

    private mutating func alone(_ observation: Observation) -> Decision {
        let placements = planned(observation)
        if !placements.isEmpty { return Decision(policy: name, placements: placements, plan: plan?.followed()) }
        // Where a plan starts nothing although nothing runs, it is wrong about something.
        if plan?.isUsable == true, !isStill(observation) { return Decision(policy: name, placements: []) }
        return Decision(policy: name, placements: byLongestPath(observation))
    }

    /// Whether all that is there now is to end soon, rather than one after the other.
    private func hasOneGoal(_ observation: Observation) -> Bool {
        if observation.openRuns.contains(where: { observation.isOpenEnded(run: Int($0)) }) { return false }
        return objective.isOfAllTogether || (observation.openRuns.count <= 1 && recent.overlapCount == 0)
    }

    private mutating func planned(_ observation: Observation) -> [Placement] {
        guard !observation.openRuns.isEmpty, observation.hasUniformWorkers, !accuracy.isPoor else {
            plan = nil
            return []
        }
        if plan?.isCurrent(observation) != true, plan?.adapt(to: observation) != true {
            plan = CommittedPlan(
                observation, objective, budget, mostTasks: Self.mostTasks, network: network?.used(for: .plans),
                omitted: omitted, after: plan)
            committedPlans += 1
        }
        return plan?.placements(observation) ?? []
    }

    private mutating func byLongestPath(_ observation: Observation) -> [Placement] {
        let placements = longestPath.decide(observation).placements
        guard accuracy.isPoor else { return placements }
        return placements.map { placement in
            var placement = placement
            placement.reason += "; what tasks take is too uncertain for a plan"
            return placement
        }
    }

    private mutating func shared(_ observation: Observation) -> [Placement] {
        sharing.prepare(observation)
        let bids = recent.read(observation, sharing, network?.used(for: .sharing))
        if omitted.contains(.trial) {
            trial.follow(recent)
        } else {
            trial.advance(recent, observation)
        }
        if trial.choice.isBidding { for (run, bid) in bids { sharing.take(bid, ofRun: run) } }
        sharing.parameters = trial.parameters
        sharing.patience = trial.patience
        sharing.basis = trial.basis
        return sharing.decide(observation).placements
    }

    private func isStill(_ observation: Observation) -> Bool {
        (0..<observation.workerCount).allSatisfy { observation.isIdle(Worker.ID($0)) }
    }
}
