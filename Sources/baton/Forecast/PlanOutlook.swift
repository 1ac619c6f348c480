import BatonCore
import BatonSimulator
import Glibc

/// How a plan may turn out: how late each task may be, and when it starts and ends over sampled futures.
struct PlanOutlook {
    /// How much later each entry may end without moving the end of the plan, as long as what waits for it, for its
    /// outputs or for its room, starts as late as it may; `[entries]`.
    let slack: [Duration]
    /// Nil where no length is uncertain, and where futures are left out.
    private(set) var sampled: Sampled?
    /// Futures are left out because tasks wait for units of limits, of which they know nothing.
    let hasLimits: Bool

    /// Quantiles over futures; a task's by its place among the entries.
    struct Sampled {
        var starts: [Quantiles]
        var ends: [Quantiles]
        var makespan: Quantiles
    }

    struct Quantiles: Hashable {
        var p50: Duration
        var p90: Duration

        fileprivate init(_ values: [Int64]) {
            let sorted = values.sorted()
            p50 = .nanoseconds(sorted[sorted.count / 2])
            p90 = .nanoseconds(sorted[sorted.count * 9 / 10])
        }
    }

    static let futures = 40
    /// Laying out more tasks so often would take longer than the plan itself; so would plans by other policies.
    static let mostTasks = 2_000

    init(_ plan: Plan) {
        slack = Self.slack(plan)
        hasLimits = plan.instances.contains { !$0.request.slots.isEmpty }
        guard plan.forecast.entries.count <= Self.mostTasks, !hasLimits else { return }
        sampled = Self.sample(plan)
    }

    // MARK: Slack

    private static func slack(_ plan: Plan) -> [Duration] {
        let forecast = plan.forecast
        guard let graph = forecast.engine.graph(of: plan.run), let order = try? graph.topologicalOrder() else {
            return []
        }
        let end = forecast.end.nanoseconds
        var latest = [Int64](repeating: end, count: graph.count)
        // What waits for another's room is later than it in time, though not in the graph.
        var starts = [Int64](repeating: 0, count: graph.count)
        for node in order.map(Int.init) {
            starts[node] =
                forecast.entry(of: node)?.start.nanoseconds
                ?? graph.dependencies(of: node).map { task in
                    forecast.entry(of: Int(task))?.end.nanoseconds ?? starts[Int(task)]
                }.max() ?? 0
        }
        var rank = [Int](repeating: 0, count: graph.count)
        for (place, node) in order.enumerated() { rank[Int(node)] = place }
        let byTime = order.map(Int.init).sorted { (starts[$0], rank[$0]) > (starts[$1], rank[$1]) }
        for node in byTime {
            let entry = forecast.entry(of: node)
            let latestStart = latest[node] - (entry.map { $0.start.duration(to: $0.end).nanoseconds } ?? 0)
            for task in graph.dependencies(of: node).map(Int.init) { latest[task] = min(latest[task], latestStart) }
            switch entry?.gate {
            case .room(let task), .rest(let task), .dependency(let task): latest[task] = min(latest[task], latestStart)
            case .nothing, .started, .backoff, nil: continue
            }
        }
        return forecast.entries.map { .nanoseconds(max(latest[$0.task] - $0.end.nanoseconds, 0)) }
    }

    // MARK: Futures

    /// Lays the plan out in its order under lengths drawn from what is expected: log-normal through the median and the
    /// 90th percentile, each task by itself.
    private static func sample(_ plan: Plan) -> Sampled? {
        let entries = plan.forecast.entries
        let spreads = entries.map { spread($0, plan) }
        guard spreads.contains(where: { $0 > 0 }), let (problem, list) = problem(plan) else { return nil }
        var generator = SeededGenerator(seed: 1)
        var starts = entries.map { _ in [Int64]() }
        var ends = starts
        var makespans: [Int64] = []
        for _ in 0..<futures {
            var future = problem
            for (entry, spread) in zip(entries, spreads) {
                let factor = exp(spread * PortableMath.normal(1 - generator.unit(), generator.unit()))
                future.durations[entry.task] = Int64(Double(problem.durations[entry.task]) * factor)
            }
            var decoder = SerialDecoder(future)
            makespans.append(decoder.decode(list))
            for (place, entry) in entries.enumerated() {
                starts[place].append(decoder.starts[entry.task])
                ends[place].append(decoder.ends[entry.task])
            }
        }
        return Sampled(
            starts: starts.map(Quantiles.init), ends: ends.map(Quantiles.init), makespan: Quantiles(makespans))
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
        let problem = StaticProblem(
            machines: [Machine(capacity: plan.worker.capacity)], graph: graph, durations: durations, demands: demands,
            isCommand: isCommand, jobs: [.init(arrival: 0, tasks: 0..<graph.count)])
        return (problem, order.sorted { keys[Int($0)] < keys[Int($1)] })
    }
}
