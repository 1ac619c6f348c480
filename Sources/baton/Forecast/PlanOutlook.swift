import BatonCore
import BatonSimulator

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

        init(_ values: [Int64]) {
            let sorted = values.sorted()
            p50 = .nanoseconds(sorted[sorted.count / 2])
            p90 = .nanoseconds(sorted[sorted.count * 9 / 10])
        }
    }

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

    /// Lays the plan out in its order under each of its futures.
    private static func sample(_ plan: Plan) -> Sampled? {
        guard let futures = PlanFutures(plan), futures.isUncertain else { return nil }
        let entries = plan.forecast.entries
        var starts = entries.map { _ in [Int64]() }
        var ends = starts
        var makespans: [Int64] = []
        for durations in futures.durations {
            var future = futures.problem
            future.durations = durations
            var decoder = SerialDecoder(future)
            makespans.append(decoder.decode(futures.list))
            for (place, entry) in entries.enumerated() {
                starts[place].append(decoder.starts[entry.task])
                ends[place].append(decoder.ends[entry.task])
            }
        }
        return Sampled(
            starts: starts.map(Quantiles.init), ends: ends.map(Quantiles.init), makespan: Quantiles(makespans))
    }
}
