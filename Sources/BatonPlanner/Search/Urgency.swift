import BatonCore
import BatonSimulator

/// What makes a task urgent, for rules to be blended of.
struct Urgency: Sendable {
    /// Longest path from the start of each task to the end, in nanoseconds, `[V]`.
    let paths: [Double]
    /// Area of the task and of all that waits for it, directly or not, in nanoseconds of the whole cluster, `[V]`.
    let works: [Double]
    /// Area of the task alone, in nanoseconds of the whole cluster, `[V]`.
    let areas: [Double]

    /// The latest start of each task that misses no deadline, in nanoseconds, `[V]`;
    /// for those before no deadline the longest of all paths later.
    private let latestStarts: [Double]
    /// The job of each task, and what each job needs of the whole cluster, over its weight, in nanoseconds.
    private let jobOf: [Int]
    private let jobAreas: [Double]

    /// - Complexity: O(V E / 64) time, V² / 8 bytes.
    init(_ problem: StaticProblem) {
        let paths = problem.graph.upwardRanks(nanoseconds: problem.durations).map { Double($0) }
        let areas = problem.dominantAreas
        self.paths = paths
        self.areas = areas
        works = Self.works(problem.graph, areas)
        let ends = problem.latestEnds
        let never = Double(ends.filter { $0 != .max }.max() ?? 0) + (paths.max() ?? 0)
        latestStarts = ends.indices.map { ends[$0] == .max ? never : Double(ends[$0] - problem.durations[$0]) }
        var jobOf = [Int](repeating: 0, count: problem.count)
        var jobAreas: [Double] = []
        for (index, job) in problem.jobs.enumerated() {
            for task in job.tasks { jobOf[task] = index }
            let weight = problem.deadlines.first { $0.tasks == job.tasks }?.weight ?? 1
            jobAreas.append(job.tasks.reduce(0) { $0 + areas[$1] } / max(weight, 0.01))
        }
        self.jobOf = jobOf
        self.jobAreas = jobAreas
    }

    /// What should start first goes first, or all of the job with the least to do; both blurred.
    func competition(using generator: inout SeededGenerator) -> [Double] {
        let span = paths.max() ?? 0
        if generator.int(below: 2) == 0 {
            let blur = generator.unit() * span
            return latestStarts.map { -$0 + blur * generator.unit() }
        }
        let keys = jobAreas.map { $0 * (0.5 + generator.unit()) }
        let places = keys.indices.sorted { (keys[$0], $0) < (keys[$1], $1) }
        var ranks = [Double](repeating: 0, count: keys.count)
        for (rank, job) in places.enumerated() { ranks[job] = Double(rank) }
        return paths.indices.map { paths[$0] - ranks[jobOf[$0]] * (span + 1) }
    }

    /// A blend: each task's keys by random weights, and blurred.
    func blend(using generator: inout SeededGenerator) -> [Double] {
        let (path, work, area) = (generator.unit(), generator.unit(), 2 * generator.unit() - 0.5)
        let blur = 0.4 * generator.unit()
        return paths.indices.map { task in
            let key = path * paths[task] + work * works[task] + area * areas[task]
            return key * (1 + blur * (generator.unit() - 0.5))
        }
    }

    /// The longest paths, blurred.
    func blurredPaths(using generator: inout SeededGenerator) -> [Double] {
        paths.map { $0 * (0.6 + 0.8 * generator.unit()) }
    }

    private static func works(_ graph: Graph, _ areas: [Double]) -> [Double] {
        guard let order = try? graph.topologicalOrder() else { preconditionFailure("a plan for a graph with a cycle") }
        let width = (graph.count + 63) / 64
        // A bit for each task that waits for the row's.
        var behind = [UInt64](repeating: 0, count: width * graph.count)
        var works = areas
        for node in order.reversed().map(Int.init) {
            for successor in graph.successors(of: node).map(Int.init) {
                for word in 0..<width { behind[node * width + word] |= behind[successor * width + word] }
                behind[node * width + successor >> 6] |= 1 << UInt64(successor & 63)
            }
            for word in 0..<width {
                var bits = behind[node * width + word]
                while bits != 0 {
                    works[node] += areas[word << 6 | bits.trailingZeroBitCount]
                    bits &= bits - 1
                }
            }
        }
        return works
    }
}
