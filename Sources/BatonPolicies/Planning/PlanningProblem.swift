public import BatonCore

/// What a planner is given: tasks, processors, and how long each task takes on each processor.
///
/// The form of the papers, with unrelated processors; workers of a cluster that are alike share a column.
public struct PlanningProblem: Sendable {
    public internal(set) var graph: Graph
    /// Tasks that take no time and no place, such as the groups of a fan-out.
    public internal(set) var isGroup: [Bool]
    /// Nanoseconds; a row for each task, a column for each kind of processor.
    public internal(set) var costs: [Int64]
    /// What a task takes of a processor while it runs; in rows and columns like `costs`.
    public internal(set) var demands: [Resources]
    /// The column of each processor.
    public internal(set) var kinds: [Int32]
    /// Processors that may be used, ascending.
    public internal(set) var usable: [Int]
    /// Bytes that each task reads of each of its dependencies, in the graph's order; an empty row stands for zeros.
    public internal(set) var inputBytes: [[Int64]]
    /// Bytes per second to and from each processor; 0 where nothing has to be moved.
    public internal(set) var rates: [Int64]
    /// In the papers data travels while processors compute. On a cluster's worker a task brings its data itself, one
    /// dependency after the other, before it computes, and takes its place meanwhile.
    var tasksFetch: Bool

    public var kindCount: Int { graph.count == 0 ? 0 : costs.count / graph.count }

    func cost(_ task: Int, _ processor: Int) -> Int64 {
        costs[task * kindCount + Int(kinds[processor])]
    }

    func demand(_ task: Int, _ processor: Int) -> Resources {
        demands[task * kindCount + Int(kinds[processor])]
    }

    func bytes(_ task: Int, _ place: Int) -> Int64 {
        inputBytes[task].isEmpty ? 0 : inputBytes[task][place]
    }

    public func transfer(_ bytes: Int64, from source: Int, to destination: Int) -> Int64 {
        let rate = min(rates[source], rates[destination])
        if rate == 0 || bytes == 0 || source == destination { return 0 }
        return Int64((Double(bytes) * 1e9 / Double(rate)).rounded())
    }

    /// How many usable processors there are of each kind.
    public var members: [Int] {
        usable.reduce(into: Array(repeating: 0, count: kindCount)) { $0[Int(kinds[$1])] += 1 }
    }
}

/// What the published planners order tasks by, and by what they prefer processors.
extension PlanningProblem {
    /// By task, the longest way from its start to an exit, transfers included, as HEFT has it.
    public var upwardRanks: [Double] { Averages(self).upwardRanks(self) }

    /// By task, the longest way from an entry to its start, transfers included.
    public var downwardRanks: [Double] { Averages(self).downwardRanks(self) }

    /// As PEFT has it: what is left at best after each task on each kind of processor, in rows and columns like `costs`.
    public var optimisticCosts: [Double] { LookaheadPlanner().optimisticCosts(self) }
}

/// What a planner knows of tasks before it knows where they run.
struct Averages: Sendable {
    /// Over the usable processors, in nanoseconds.
    var costs: [Double]
    /// Nanoseconds per byte at the average rate; 0 where nothing has to be moved.
    var nanosecondsPerByte: Double
    /// All tasks, each after what it waits for.
    var order: [Int32]

    init(_ problem: PlanningProblem) {
        guard let order = try? problem.graph.topologicalOrder() else {
            preconditionFailure("a plan for a graph with a cycle")
        }
        self.order = order
        let (members, kindCount) = (problem.members, problem.kindCount)
        costs = (0..<problem.graph.count).map { task in
            let sum = (0..<kindCount).reduce(0.0) { sum, kind in
                sum + Double(problem.costs[task * kindCount + kind]) * Double(members[kind])
            }
            return sum / Double(max(problem.usable.count, 1))
        }
        let rate = problem.usable.reduce(0.0) { $0 + Double(problem.rates[$1]) } / Double(max(problem.usable.count, 1))
        nanosecondsPerByte = rate > 0 && problem.usable.count > 1 ? 1e9 / rate : 0
    }

    /// Longest way from the start of each task to an exit, transfers included (Topcuoglu's equation 3).
    func upwardRanks(_ problem: PlanningProblem) -> [Double] {
        var ranks = costs
        for task in order.reversed() {
            // All behind the task have been seen, so its own rank is final.
            for (place, dependency) in problem.graph.dependencies(of: Int(task)).enumerated() {
                let way = Double(problem.bytes(Int(task), place)) * nanosecondsPerByte + ranks[Int(task)]
                ranks[Int(dependency)] = max(ranks[Int(dependency)], costs[Int(dependency)] + way)
            }
        }
        return ranks
    }

    /// Longest way from an entry to the start of each task, transfers included (Topcuoglu's equation 5).
    func downwardRanks(_ problem: PlanningProblem) -> [Double] {
        var ranks = Array(repeating: 0.0, count: costs.count)
        for task in order {
            for (place, dependency) in problem.graph.dependencies(of: Int(task)).enumerated() {
                let transfer = Double(problem.bytes(Int(task), place)) * nanosecondsPerByte
                ranks[Int(task)] = max(
                    ranks[Int(task)], ranks[Int(dependency)] + costs[Int(dependency)] + transfer)
            }
        }
        return ranks
    }
}
