import BatonCore
import BatonSimulator
import Glibc

/// A plan's tasks as a problem, and what their lengths may turn out to be: log-normal through the median and the 90th
/// percentile of what is expected, each task by itself, and the same every time.
struct PlanFutures {
    /// With the plan's own lengths, on the plan's own worker.
    let problem: StaticProblem
    /// The tasks in the order of their starts.
    let list: [Int32]
    /// By future, what each task takes, in nanoseconds, `[futures, V]`; the plan's own lengths where nothing is uncertain.
    let durations: [[Int64]]
    let isUncertain: Bool

    static let count = 40

    init?(_ plan: Plan) {
        guard let (problem, list) = Self.problem(plan) else { return nil }
        let entries = plan.forecast.entries
        let spreads = entries.map { Self.spread($0, plan) }
        isUncertain = spreads.contains { $0 > 0 }
        var durations: [[Int64]] = []
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<(isUncertain ? Self.count : 0) {
            var future = problem.durations
            for (entry, spread) in zip(entries, spreads) {
                let factor = exp(spread * PortableMath.normal(1 - generator.unit(), generator.unit()))
                future[entry.task] = Int64(Double(problem.durations[entry.task]) * factor)
            }
            durations.append(future)
        }
        self.durations = isUncertain ? durations : [problem.durations]
        self.problem = problem
        self.list = list
    }

    /// Standard deviation of the logarithm of its length; 0 where nothing is known of it.
    private static func spread(_ entry: Forecast.Entry, _ plan: Plan) -> Double {
        guard entry.start < entry.end,
            let estimate = plan.forecast.engine.estimate(
                of: TaskReference(run: plan.run, task: TaskInstance.ID(entry.task))),
            estimate.durationP50Nanoseconds > 0
        else { return 0 }
        let ratio = Double(estimate.durationP90Nanoseconds) / Double(estimate.durationP50Nanoseconds)
        return max(0, log(ratio) / 1.2816)  // the normal distribution's 90th percentile
    }

    /// The plan with its own lengths, and its tasks in the order of their starts.
    private static func problem(_ plan: Plan) -> (StaticProblem, [Int32])? {
        let forecast = plan.forecast
        guard let known = forecast.engine.graph(of: plan.run) else { return nil }
        func isFinally(_ task: Int) -> Bool {
            forecast.engine.definition(of: TaskReference(run: plan.run, task: TaskInstance.ID(task)))?.isFinally == true
        }
        let last = (0..<known.count).filter(isFinally)
        var edges: [Graph.Edge] = []
        for task in 0..<known.count {
            for dependency in known.dependencies(of: task) {
                edges.append(Graph.Edge(Int32(task), dependsOn: dependency))
            }
            guard !last.isEmpty, known.successors(of: task).isEmpty, !isFinally(task) else { continue }
            edges += last.map { Graph.Edge(Int32($0), dependsOn: Int32(task)) }
        }
        let graph = Graph(count: known.count, edges: edges)
        guard let order = try? graph.topologicalOrder() else { return nil }
        var durations = [Int64](repeating: 0, count: graph.count)
        var demands = [Resources](repeating: .zero, count: graph.count)
        var isCommand = [Bool](repeating: false, count: graph.count)
        for entry in forecast.entries {
            durations[entry.task] = entry.start.duration(to: entry.end).nanoseconds
            demands[entry.task] = entry.grant
            isCommand[entry.task] = true
        }
        var keys = [(start: Int64, rank: Int)](repeating: (0, 0), count: graph.count)
        for (rank, task) in order.map(Int.init).enumerated() {
            let ready = graph.dependencies(of: task).map { keys[Int($0)].start + durations[Int($0)] }.max() ?? 0
            keys[task] = (max(forecast.entry(of: task)?.start.nanoseconds ?? 0, ready), rank)
        }
        var problem = StaticProblem(
            machines: [Machine(capacity: plan.worker.capacity, kind: plan.worker.kind ?? "local")], graph: graph,
            durations: durations, demands: demands,
            isCommand: isCommand, jobs: [.init(arrival: 0, tasks: 0..<graph.count)])
        let kinds = plan.instances.map(\.request.workerKinds)
        if kinds.contains(where: { $0 != nil }) { problem.workerKinds = kinds }
        return (problem, order.sorted { keys[Int($0)] < keys[Int($1)] })
    }
}
