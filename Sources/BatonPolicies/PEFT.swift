public import BatonCore

/// Predict earliest finish time: HEFT that looks ahead, by a table of what is left at best after each task on each
/// worker.
///
/// Deviates from the paper as HEFT does; workers that are alike share a column of the table, which changes no value.
///
/// - Source: Arabnejad, Barbosa 2014, doi:10.1109/TPDS.2013.57.
public struct PEFT: Policy {
    public let name = "peft"
    private var follower = PlanFollower(LookaheadPlanner())

    public init() {}

    public mutating func decide(_ observation: Observation) -> Decision {
        Decision(policy: name, placements: follower.place(observation))
    }
}

struct LookaheadPlanner: Planner {
    func plan(_ tasks: [Int], of problem: PlanningProblem, into schedule: inout Schedule) {
        let table = optimisticCosts(problem)
        let (members, kindCount) = (problem.members, problem.kindCount)
        let ranks = (0..<problem.graph.count).map { task in
            let sum = (0..<kindCount).reduce(0.0) { $0 + table[task * kindCount + $1] * Double(members[$1]) }
            return sum / Double(max(problem.usable.count, 1))
        }
        visitByPriority(tasks, ranks, problem.graph) { task in
            schedule.place(task, of: problem) { table[task * kindCount + Int(problem.kinds[$0])] }
        }
    }

    /// The paper's optimistic cost table: the longest of the shortest ways from the end of each task to an exit, if the
    /// task runs on a processor of each kind (equation 4). Rows and columns as in `costs`.
    func optimisticCosts(_ problem: PlanningProblem) -> [Double] {
        let averages = Averages(problem)
        let (members, kindCount) = (problem.members, problem.kindCount)
        var table = Array(repeating: 0.0, count: problem.costs.count)
        for task in averages.order.reversed() {
            // The task's own row is final here: all behind it have been seen.
            let row = Int(task) * kindCount
            let ways = (0..<kindCount).map { table[row + $0] + Double(problem.costs[row + $0]) }
            let shortest = (0..<kindCount).filter { members[$0] > 0 }.map { ways[$0] }.min() ?? 0
            for (place, dependency) in problem.graph.dependencies(of: Int(task)).enumerated() {
                let transfer = Double(problem.bytes(Int(task), place)) * averages.nanosecondsPerByte
                for kind in 0..<kindCount {
                    let cell = Int(dependency) * kindCount + kind
                    table[cell] = max(table[cell], min(ways[kind], shortest + transfer))
                }
            }
        }
        return table
    }
}
