public import BatonCore

/// Critical path on a processor: all tasks of the longest way go to the worker that is fastest for them together, the
/// others where they end first.
///
/// Deviates from the paper as HEFT does. A task of the critical path that never fits on that worker goes where it ends
/// first.
///
/// - Source: Topcuoglu, Hariri, Wu 2002, doi:10.1109/71.993206.
public struct CPoP: Policy {
    public let name = "cpop"
    private var follower = PlanFollower(CriticalPathPlanner())

    public init() {}

    public mutating func decide(_ observation: Observation) -> Decision {
        Decision(policy: name, placements: follower.place(observation))
    }
}

struct CriticalPathPlanner: Planner {
    func plan(_ tasks: [Int], of problem: PlanningProblem, into schedule: inout Schedule) {
        let averages = Averages(problem)
        let priorities = zip(averages.upwardRanks(problem), averages.downwardRanks(problem)).map { $0 + $1 }
        let path = problem.criticalPath(priorities)
        let isOnPath = path.reduce(into: Array(repeating: false, count: problem.graph.count)) { $0[$1] = true }
        let fastest = problem.usable.min { left, right in
            path.reduce(0) { $0 + problem.cost($1, left) } < path.reduce(0) { $0 + problem.cost($1, right) }
        }
        visitByPriority(tasks, priorities, problem.graph) { task in
            if isOnPath[task], !problem.isGroup[task], let fastest,
                let slot = schedule.slot(for: task, on: fastest, of: problem)
            {
                schedule.book(task, slot, problem)
            } else {
                schedule.place(task, of: problem)
            }
        }
    }
}

extension PlanningProblem {
    /// From the entry with the highest priority, each time on to the successor with the highest.
    ///
    /// Priorities are equal along the path but for rounding, so the highest is looked for, not the same.
    ///
    /// - Parameter priorities: of each task, the longest way through it, `[V]`.
    public func criticalPath(_ priorities: [Double]) -> [Int] {
        var path: [Int] = []
        var next = (0..<graph.count).filter { graph.dependencies(of: $0).isEmpty }.min {
            priorities[$0] > priorities[$1]
        }
        while let task = next {
            path.append(task)
            next = graph.successors(of: task).map(Int.init).min { priorities[$0] > priorities[$1] }
        }
        return path
    }
}
