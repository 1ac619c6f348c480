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

    /// - Complexity: O(V E / 64) time, V² / 8 bytes.
    init(_ problem: StaticProblem) {
        paths = problem.graph.upwardRanks(nanoseconds: problem.durations).map { Double($0) }
        areas = problem.dominantAreas
        works = Self.works(problem.graph, areas)
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
