import BatonCore
import BatonNeural
import BatonSimulator

/// What the network sees of tasks and of the cluster: ratios and ranks, none of which changes with the unit of time or with
/// the size of the cluster alone.
///
/// Where two things are compared, `a` and `b`, the feature is `(a - b) / (a + b)`: -1 to 1, and 0 where they are alike.
struct TaskFeatures: Sendable {
    static let taskCount = 32
    static let clusterCount = 8

    /// `[V x 32]`
    let tasks: Matrix
    /// `[1 x 8]`
    let cluster: Matrix

    /// What runs are usually like, to compare a run with.
    struct Usual: Hashable, Sendable {
        /// Geometric means over runs: of the critical path, and of the area in nanoseconds of the whole cluster.
        var length = 1.0
        var area = 1.0
        /// Standard deviations of their logarithms.
        var lengthSpread = 0.0
        var areaSpread = 0.0
        /// Area that arrives, over the time in which it does; 0 where all came at once.
        var load = 0.0
        /// The part of all area that lies in tasks longer than the usual length.
        var longShare = 0.0
        var runs = 1
    }

    /// - Parameter usual: nil for what the problem's own jobs are like.
    /// - Complexity: O(V (E / 64 + log V)).
    init(_ problem: StaticProblem, usual: Usual? = nil) {
        let view = ProblemView(problem)
        let usual = usual ?? Usual(view)
        var values = [Double](repeating: 0, count: problem.count * Self.taskCount)
        for job in problem.jobs where !job.tasks.isEmpty {
            let run = RunView(job.tasks, view, usual)
            for task in job.tasks {
                let row = run.row(task)
                for (column, value) in row.enumerated() { values[task * Self.taskCount + column] = value }
            }
        }
        tasks = Matrix(rows: problem.count, columns: Self.taskCount, values)
        cluster = Matrix(rows: 1, columns: Self.clusterCount, Self.cluster(view, usual))
    }

    private static func cluster(_ view: ProblemView, _ usual: Usual) -> [Double] {
        let commands = view.problem.isCommand.indices.filter { view.problem.isCommand[$0] }
        let share = Sample.mean(commands.map { view.shares[$0] })
        return [
            compared(Double(view.problem.machines.count), 20), share > 0 ? compared(1 / share, 20) : 1,
            usual.load / (1 + usual.load), usual.lengthSpread / (1 + usual.lengthSpread),
            usual.areaSpread / (1 + usual.areaSpread), usual.longShare, compared(usual.area, usual.length),
            compared(Double(usual.runs), 10),
        ]
    }

    /// -1 to 1; 0 where both are alike, or nothing.
    static func compared(_ one: Double, _ other: Double) -> Double {
        one + other > 0 ? (one - other) / (one + other) : 0
    }

    /// Of each value the share of all that are smaller, those that are equal counted half: 0 to 1, the same for equals.
    static func ranks(_ values: [Double]) -> [Double] {
        let order = values.indices.sorted { values[$0] < values[$1] }
        var ranks = [Double](repeating: 0, count: values.count)
        var first = 0
        while first < order.count {
            var end = first
            while end < order.count, values[order[end]] == values[order[first]] { end += 1 }
            for place in first..<end { ranks[order[place]] = Double(first + end) / 2 / Double(order.count) }
            first = end
        }
        return ranks
    }
}

/// What is computed once for all tasks of a problem.
struct ProblemView {
    let problem: StaticProblem
    let order: [Int32]
    /// Of the largest share of the whole cluster that each task takes, `[V]`.
    let shares: [Double]
    /// In nanoseconds of the whole cluster, `[V]`.
    let areas: [Double]
    /// Longest paths from the start of each task to the end, and from the beginning to its start, in nanoseconds, `[V]`.
    let tails: [Double]
    let heads: [Double]
    /// Tasks before and behind each one on the longest chain by number, `[V]`.
    let depths: [Int]
    let heights: [Int]

    init(_ problem: StaticProblem) {
        self.problem = problem
        guard let order = try? problem.graph.topologicalOrder() else { preconditionFailure("features of a cycle") }
        self.order = order
        let total = problem.machines.reduce(into: Resources.zero) { $0 += $1.capacity }
        shares = problem.demands.map { $0.dominantShare(of: total) }
        areas = zip(problem.durations, shares).map { Double($0) * $1 }
        tails = problem.graph.upwardRanks(nanoseconds: problem.durations).map { Double($0) }
        var heads = [Double](repeating: 0, count: problem.count)
        var (depths, heights) = ([Int](repeating: 0, count: problem.count), [Int](repeating: 0, count: problem.count))
        for task in order.map(Int.init) {
            for successor in problem.graph.successors(of: task).map(Int.init) {
                heads[successor] = max(heads[successor], heads[task] + Double(problem.durations[task]))
                depths[successor] = max(depths[successor], depths[task] + 1)
            }
        }
        for task in order.reversed().map(Int.init) {
            for successor in problem.graph.successors(of: task).map(Int.init) {
                heights[task] = max(heights[task], heights[successor] + 1)
            }
        }
        self.heads = heads
        self.depths = depths
        self.heights = heights
    }

    func length(_ tasks: Range<Int>) -> Double { tasks.reduce(0) { max($0, tails[$1]) } }
    func area(_ tasks: Range<Int>) -> Double { tasks.reduce(0) { $0 + areas[$1] } }
}

extension TaskFeatures.Usual {
    init(_ view: ProblemView) {
        let jobs = view.problem.jobs.filter { !$0.tasks.isEmpty }
        let lengths = jobs.map { PortableMath.log(max(view.length($0.tasks), 1)) }
        let areas = jobs.map { PortableMath.log(max(view.area($0.tasks), 1)) }
        runs = jobs.count
        length = PortableMath.exp(Sample.mean(lengths))
        area = PortableMath.exp(Sample.mean(areas))
        lengthSpread = Sample.standardDeviation(lengths)
        areaSpread = Sample.standardDeviation(areas)
        let total = view.areas.reduce(0, +)
        let span = (jobs.map(\.arrival).max() ?? 0) - (jobs.map(\.arrival).min() ?? 0)
        load = span > 0 ? total / Double(span) : 0
        let long = view.areas.indices.reduce(0.0) {
            Double(view.problem.durations[$1]) > length ? $0 + view.areas[$1] : $0
        }
        longShare = total > 0 ? long / total : 0
    }
}

/// One run's tasks, with what they are compared with.
private struct RunView {
    private let view: ProblemView
    private let usual: TaskFeatures.Usual
    private let tasks: Range<Int>
    private let length: Double
    private let area: Double
    private let meanDuration: Double
    private let variation: Double
    private let meanShare: Double
    private let levels: Int
    /// Tasks at each depth.
    private let widths: [Int]
    private let works: (areas: [Double], counts: [Int])
    private let durationRanks: [Double]
    private let shareRanks: [Double]
    private let tailRanks: [Double]
    /// How scarce each resource is: what the run takes of it over the whole cluster in the time of its critical path.
    private let scarcity: SIMD4<Double>
    private let capacity: Resources

    init(_ tasks: Range<Int>, _ view: ProblemView, _ usual: TaskFeatures.Usual) {
        self.view = view
        self.usual = usual
        self.tasks = tasks
        length = max(view.length(tasks), 1)
        area = view.area(tasks)
        let durations = tasks.map { Double(view.problem.durations[$0]) }
        meanDuration = Sample.mean(durations)
        variation = meanDuration > 0 ? Sample.standardDeviation(durations) / meanDuration : 0
        meanShare = Sample.mean(tasks.map { view.shares[$0] })
        levels = (tasks.map { view.depths[$0] }.max() ?? 0) + 1
        var widths = [Int](repeating: 0, count: levels)
        for task in tasks { widths[view.depths[task]] += 1 }
        self.widths = widths
        works = view.works(tasks)
        durationRanks = TaskFeatures.ranks(durations)
        shareRanks = TaskFeatures.ranks(tasks.map { view.shares[$0] })
        tailRanks = TaskFeatures.ranks(tasks.map { view.tails[$0] })
        let total = view.problem.machines.reduce(into: Resources.zero) { $0 += $1.capacity }
        var scarcity = SIMD4<Double>.zero
        for task in tasks {
            scarcity += Self.shares(view.problem.demands[task], total) * Double(view.problem.durations[task])
        }
        self.scarcity = scarcity.sum() > 0 ? scarcity / scarcity.sum() : scarcity
        capacity = view.problem.machines.reduce(Resources.zero) { $0.greater($1.capacity) }
    }

    private static func shares(_ demand: Resources, _ whole: Resources) -> SIMD4<Double> {
        func share(_ part: Int64, _ all: Int64) -> Double { all > 0 ? min(Double(part) / Double(all), 1) : 0 }
        return SIMD4(
            share(demand.milliCPU, whole.milliCPU), share(demand.memoryBytes, whole.memoryBytes),
            share(demand.gpus, whole.gpus), share(demand.diskBytes, whole.diskBytes))
    }

    func row(_ task: Int) -> [Double] {
        let place = task - tasks.lowerBound
        let (problem, compared) = (view.problem, TaskFeatures.compared)
        let (duration, tail, head) = (Double(problem.durations[task]), view.tails[task], view.heads[task])
        let shares = Self.shares(problem.demands[task], capacity)
        let incoming = Double(problem.graph.dependencies(of: task).count)
        let outgoing = Double(problem.graph.successors(of: task).count)
        let (width, count) = (Double(widths[view.depths[task]]), Double(tasks.count))
        return [
            // The task.
            compared(duration, meanDuration), duration / length, durationRanks[place], compared(duration, usual.length),
            shares[0], shares[1], shares[2], shares[3], shareRanks[place], (shares * scarcity).sum(),
            compared(view.areas[task], area / count), view.shares[task], problem.isCommand[task] ? 1 : 0,
            // Its place in the graph.
            incoming / (1 + incoming), outgoing / (1 + outgoing), Double(view.depths[task]) / Double(levels),
            Double(view.heights[task]) / Double(levels), tail / length, head / length, 1 - (head + tail) / length,
            tailRanks[place], (tail - duration) / length, area > 0 ? works.areas[place] / area : 0,
            Double(works.counts[place]) / count, compared(works.areas[place], tail), width / count,
            compared(width * meanShare, 1),
            // Its run.
            compared(length, usual.length), compared(area, usual.area), compared(area, length), count / (count + 50),
            variation / (1 + variation),
        ]
    }
}

extension ProblemView {
    /// Area and number of all tasks that wait for each one, directly or not.
    fileprivate func works(_ tasks: Range<Int>) -> (areas: [Double], counts: [Int]) {
        let (first, width) = (tasks.lowerBound, (tasks.count + 63) / 64)
        var behind = [UInt64](repeating: 0, count: width * tasks.count)
        var works = [Double](repeating: 0, count: tasks.count)
        var counts = [Int](repeating: 0, count: tasks.count)
        for node in order.reversed().lazy.map(Int.init) where tasks.contains(node) {
            let row = (node - first) * width
            for successor in problem.graph.successors(of: node).lazy.map({ Int($0) - first }) {
                for word in 0..<width { behind[row + word] |= behind[successor * width + word] }
                behind[row + successor >> 6] |= 1 << UInt64(successor & 63)
            }
            for word in 0..<width {
                var bits = behind[row + word]
                counts[node - first] += bits.nonzeroBitCount
                while bits != 0 {
                    works[node - first] += areas[first + word << 6 + bits.trailingZeroBitCount]
                    bits &= bits - 1
                }
            }
        }
        return (works, counts)
    }
}
