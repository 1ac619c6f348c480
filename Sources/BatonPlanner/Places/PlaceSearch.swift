import BatonCore
import BatonPolicies

/// Looks for the way to lay out a run that ends first, where workers differ or data has to be moved.
///
/// A way is a list of tasks and what each task has against each kind of worker: laid out one after the other, each task
/// goes where its end and what it has against the worker are least together. The published planners are such ways; the
/// best of them is changed at random, and a change is kept if the run does not end later.
///
/// Where durations are uncertain, what counts is the mean end over some futures, the same for all ways, in which every task
/// keeps the worker and the rank that it was given: a schedule that is short only if all goes as expected is worth little.
struct PlaceSearch: Sendable {
    struct Way: Sendable {
        /// Each after those that it waits for.
        var list: [Int32]
        /// By task and kind of worker, nanoseconds; empty for none.
        var handicaps: [Int64]
        /// When it ends, in nanoseconds.
        var end: Int64 = .max
        var proposer: String
    }

    /// Futures of all tasks together: what is good in 8 futures of 100 tasks is good in these alone; 64 are no better than 32.
    private static let mostDraws = 12_800
    private static let futureCounts = 4...32

    private(set) var best: Way
    /// What the search began with, the best first.
    private(set) var proposals: [Way] = []
    /// Ways that were laid out.
    private(set) var decodedCount = 0
    /// About how long laying out took, the same everywhere and every time.
    var estimatedNanoseconds: Int { layout.estimatedNanoseconds }

    private let shape: RunShape
    private let lists: TaskLists
    private let start: Start
    private var run: RunLayout
    private var layout: PlaceLayout
    private var generator: SeededGenerator
    /// By future and task: what its execution takes over what is expected. Empty where all is certain.
    private var futures: [[Double]] = []

    /// What a run has left to do, and what room there is for it.
    struct Start: Sendable {
        /// Ends and workers of tasks that have ended or run.
        var run: RunLayout
        /// By task: it is to be laid out.
        var isLeft: [Bool]
        var timelines: [Timeline]
        var now: Int64
        /// By task, the 90th percentile of its duration over the median.
        var spreads: [Double]
    }

    /// - Parameter known: a way that is followed already.
    init(
        _ problem: PlanningProblem, _ shape: RunShape, from start: Start, known: Way?, seed: UInt64,
        isOver: (PlaceSearch) -> Bool
    ) {
        self.shape = shape
        self.start = start
        run = start.run
        lists = TaskLists(graph: problem.graph)
        layout = PlaceLayout(timelines: start.timelines, now: start.now, rateCount: shape.rateCount)
        generator = SeededGenerator(seed: seed)
        best = Way(list: [], handicaps: [], proposer: "")
        if start.spreads.contains(where: { $0 > 1.01 }) { drawFutures() }
        if let known { propose(known) }
        let planners = PlaceProposals(problem, shape, lists)
        for proposer in PlaceProposals.Proposer.allCases where proposals.isEmpty || !isOver(self) {
            propose(planners.way(of: proposer))
        }
        proposals.sort { $0.end < $1.end }
    }

    /// Changes the best way until told to stop.
    mutating func run(isOver: (PlaceSearch) -> Bool) {
        guard best.list.count > 1 else { return }
        while !isOver(self) { step() }
    }

    private mutating func drawFutures() {
        let sigmas = start.spreads.map { PortableMath.log($0) / ResidualTime.ninetiethPercentile }
        let wanted = Self.mostDraws / max(sigmas.count, 1)
        for _ in 0..<min(max(wanted, Self.futureCounts.lowerBound), Self.futureCounts.upperBound) {
            futures.append(
                sigmas.map { PortableMath.exp($0 * PortableMath.normal(generator.unit(), generator.unit())) })
        }
    }

    private mutating func propose(_ way: Way) {
        var way = way
        way.list.removeAll { !start.isLeft[Int($0)] }
        way.end = end(of: way)
        proposals.append(way)
        if way.end < best.end { best = way }
    }

    // MARK: What a way is worth

    private mutating func end(of way: Way) -> Int64 {
        decodedCount += 1
        let end = layOut(way)
        return futures.isEmpty ? end : meanEnd(of: way)
    }

    private mutating func layOut(_ way: Way) -> Int64 {
        run = start.run
        layout.reset(start.timelines)
        var last = start.now
        for task in way.list.map(Int.init) {
            layout.place(task, of: shape, in: &run, handicaps: way.handicaps, notBefore: start.now)
            last = max(last, run.ends[task])
        }
        return last
    }

    /// Over all futures, of what was just laid out.
    private mutating func meanEnd(of way: Way) -> Int64 {
        let places = run.places
        // By starts: what found its place in a gap stays before what comes after the gap.
        let starts = run.starts
        let order = way.list.enumerated().sorted {
            (starts[Int($0.element)], $0.offset) < (starts[Int($1.element)], $1.offset)
        }.map { Int($0.element) }
        var sum: Int64 = 0
        for future in futures {
            run = start.run
            layout.reset(start.timelines)
            var last = start.now
            for task in order {
                layout.follow(task, of: shape, in: &run, on: Int(places[task]), factor: future[task])
                last = max(last, run.ends[task])
            }
            sum += last - start.now
        }
        return start.now + sum / Int64(futures.count)
    }

    // MARK: Changes

    private mutating func step() {
        var way = best
        way.proposer = "search"
        // A tenth of the changes are of both kinds.
        let choice = generator.int(below: 10)
        if choice < 5 { for _ in 0...generator.int(below: 3) { move(in: &way.list) } }
        if choice > 3 { for _ in 0...generator.int(below: 2) { steer(&way) } }
        way.end = end(of: way)
        if way.end <= best.end { best = way }
    }

    /// Moves a task forward or back, as far as what it waits for, and what waits for it, permits.
    private mutating func move(in list: inout [Int32]) {
        var place = generator.int(below: list.count)
        let task = list[place]
        let reach = 1 + generator.int(below: max(list.count / 4, 1))
        let isForward = generator.int(below: 2) == 0
        let step = isForward ? -1 : 1
        let row = isForward ? shape.graph.dependencies(of: Int(task)) : shape.graph.successors(of: Int(task))
        for _ in 0..<reach {
            guard list.indices.contains(place + step), !row.contains(list[place + step]) else { break }
            list[place] = list[place + step]
            place += step
        }
        list[place] = task
    }

    /// Makes a kind of workers more or less welcome to some task.
    private mutating func steer(_ way: inout Way) {
        if way.handicaps.isEmpty { way.handicaps = Array(repeating: 0, count: shape.costs.count) }
        let task = Int(way.list[generator.int(below: way.list.count)])
        let cell = task * shape.kindCount + generator.int(below: shape.kindCount)
        let size = Int64(Double(shape.costs[cell]) * (0.2 + 2 * generator.unit()))
        way.handicaps[cell] += generator.int(below: 2) == 0 ? size : -size
    }
}
