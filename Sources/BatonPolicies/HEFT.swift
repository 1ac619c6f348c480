public import BatonCore

/// Heterogeneous earliest finish time: the task with the longest way to the end first, on the worker where it ends
/// first, in a gap of what is planned there already if it fits.
///
/// A run is planned when it arrives, after what is planned already. The papers' processor runs one task at a time and
/// gets its data while it computes; a worker here runs as many as fit, and each brings its data itself.
///
/// - Source: Topcuoglu, Hariri, Wu 2002, doi:10.1109/71.993206.
public struct HEFT: Policy {
    public let name = "heft"
    private var follower = PlanFollower(EarliestFinishPlanner())

    public init() {}

    public mutating func decide(_ observation: Observation) -> Decision {
        Decision(policy: name, placements: follower.place(observation))
    }
}

struct EarliestFinishPlanner: Planner {
    func plan(_ tasks: [Int], of problem: PlanningProblem, into schedule: inout Schedule) {
        let ranks = Averages(problem).upwardRanks(problem)
        visitByPriority(tasks, ranks, problem.graph) { schedule.place($0, of: problem) }
    }
}
