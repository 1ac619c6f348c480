import BatonCore

/// What no policy can beat on a problem, however clever: true for every schedule, preemptive or not.
///
/// They hold for the durations that the problem states; after faults and kills for memory the truth is another one.
public struct LowerBounds: Hashable, Sendable {
    /// From the first arrival to the last end, in nanoseconds.
    public var makespanNanoseconds: Int64
    /// Mean over jobs of the time from arrival to end, in seconds.
    public var meanCompletionSeconds: Double

    public init(_ problem: StaticProblem) {
        let heads = problem.heads()
        let tails = problem.graph.upwardRanks(nanoseconds: problem.shortestDurations)
        let begin = problem.jobs.map(\.arrival).min() ?? 0
        let longest = problem.jobs.reduce(into: Int64(0)) { longest, job in
            for task in job.tasks { longest = max(longest, heads[task] + tails[task] - begin) }
        }
        let areas = problem.areas()
        let area = HeadAreaTail(problem, areas, heads: heads, tails: tails).bound - begin
        makespanNanoseconds = max(longest, area)
        let paths = problem.jobs.map { job in
            job.tasks.reduce(into: Int64(0)) { longest, task in
                longest = max(longest, heads[task] + tails[task] - job.arrival)
            }
        }
        let sum = paths.reduce(0.0) { $0 + Double($1) / 1e9 }
        let relaxed = areas.map { area in
            PreemptiveSRPT.totalCompletion(
                problem.jobs.map { job in
                    .init(arrival: Double(job.arrival), work: job.tasks.reduce(0.0) { $0 + area[$1] })
                }) / 1e9
        }
        meanCompletionSeconds = max(sum, relaxed.max() ?? 0) / Double(max(problem.jobs.count, 1))
    }
}

extension StaticProblem {
    /// The earliest start of each task if nothing but its job's arrival and dependencies held it up, `[V]`.
    public func heads() -> [Int64] {
        guard let order = try? graph.topologicalOrder() else { preconditionFailure("bounds of a graph with a cycle") }
        let shortest = shortestDurations
        var heads = [Int64](repeating: 0, count: count)
        for job in jobs {
            for task in job.tasks { heads[task] = job.arrival }
        }
        for node in order {
            let node = Int(node)
            for dependency in graph.dependencies(of: node) {
                heads[node] = max(heads[node], heads[Int(dependency)] + shortest[Int(dependency)])
            }
        }
        return heads
    }

    /// For each kind of resource that any task takes: how long all machines together would need for each task, in
    /// nanoseconds, if it could be spread over all of them; and the same for tasks that may run on certain kinds only, on these.
    func areas() -> [[Double]] {
        let confined = workerKinds.compactMap(\.self).reduce(into: [[String]]()) { sets, kinds in
            if !sets.contains(kinds) { sets.append(kinds) }
        }
        return areas(on: machines) { _ in true }
            + confined.flatMap { kinds in
                areas(on: machines.filter { kinds.contains($0.kind) }) { task in
                    workerKinds[task]?.allSatisfy(kinds.contains) ?? false
                }
            }
    }

    private func areas(on machines: [Machine], _ isThere: (Int) -> Bool) -> [[Double]] {
        let tasks = demands.indices.map(isThere)
        return (0..<Resources.componentCount).compactMap { component -> [Double]? in
            var rate = 0.0
            for machine in machines {
                rate += Double(machine.capacity[component]) * Double(machine.speedPermille) / 1000
            }
            guard rate > 0, demands.indices.contains(where: { tasks[$0] && demands[$0][component] > 0 }) else {
                return nil
            }
            return demands.indices.map { task in
                tasks[task] ? Double(durations[task]) * Double(demands[task][component]) / rate : 0
            }
        }
    }
}
