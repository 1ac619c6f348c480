import BatonCore

/// How often each instance lies on the longest path when the workflow is run many times in thought.
///
/// - Source: the criticality index of Van Slyke 1963, doi:10.1287/opre.11.5.839.
public struct Criticality: Sendable {
    /// Sampled executions.
    public static let samples = 200

    /// Share of the executions in which the instance lies on the longest path, 0 to 1, `[V]`.
    public let share: [Double]
    /// The longest path by usual run times, first to last; groups are left out.
    public let path: [Int]
    /// How much longer an instance may take, by usual run times, before the workflow does, in nanoseconds, `[V]`.
    public let slackNanoseconds: [Int64]
    /// Of the longest path by usual run times.
    public let lengthNanoseconds: Int64

    init(_ subject: Subject, _ beliefs: Beliefs, families: TaskFamilies) {
        let usual = subject.nanoseconds
        var paths = LongestPaths(subject)
        var counts = [Int32](repeating: 0, count: usual.count)
        for sample in 0..<Self.samples {
            let seed = UInt64(sample)
            var times = World.nanoseconds(subject, beliefs, families, seed)
            let straggling = World.straggling(subject, beliefs, families, seed, times)
            for index in straggling.indices { times[index] = straggling[index].first ?? times[index] }
            for index in times.indices where subject.isCommand(index) { times[index] += subject.overheadNanoseconds }
            for node in paths.longest(times) { counts[node] += 1 }
        }
        share = counts.map { Double($0) / Double(Self.samples) }
        path = paths.longest(usual).filter(subject.isCommand)
        let (heads, tails) = (paths.heads(usual), paths.tails(usual))
        let length = zip(heads, tails).map(+).max() ?? 0
        lengthNanoseconds = length
        slackNanoseconds = zip(heads, tails).map { length - $0 - $1 }
    }
}

/// Longest paths through one graph, again and again with other times.
private struct LongestPaths {
    private let graph: Graph
    private let order: [Int]
    private var ends: [Int64]
    private var before: [Int32]

    init(_ subject: Subject) {
        graph = subject.graph
        order = subject.order
        ends = Array(repeating: 0, count: graph.count)
        before = Array(repeating: -1, count: graph.count)
    }

    /// First to last.
    mutating func longest(_ times: [Int64]) -> [Int] {
        var last = -1
        for node in order {
            var start: Int64 = 0
            before[node] = -1
            for dependency in graph.dependencies(of: node) where ends[Int(dependency)] > start || before[node] < 0 {
                start = ends[Int(dependency)]
                before[node] = dependency
            }
            ends[node] = start + times[node]
            if last < 0 || ends[node] > ends[last] { last = node }
        }
        var path: [Int] = []
        while last >= 0 {
            path.append(last)
            last = Int(before[last])
        }
        return path.reversed()
    }

    /// The longest way to each node, without it, `[V]`.
    func heads(_ times: [Int64]) -> [Int64] {
        var heads = [Int64](repeating: 0, count: graph.count)
        for node in order {
            heads[node] = graph.dependencies(of: node).map { heads[Int($0)] + times[Int($0)] }.max() ?? 0
        }
        return heads
    }

    /// The longest way from each node to the end, with it, `[V]`.
    func tails(_ times: [Int64]) -> [Int64] { graph.upwardRanks(nanoseconds: times) }
}
