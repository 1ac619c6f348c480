import BatonCore
import BatonPolicies
import BatonSimulator

/// The runs that arrived last, as they were expected to be: what a rule is tried on.
struct RecentRuns: Sendable {
    /// So many runs, unless they have too many tasks; the newest count.
    private static let mostRuns = 64
    /// Of all of them together. One is simulated in about 1 µs.
    private static let mostTasks = 20_000
    /// A network bids for runs of up to so many.
    private static let mostBidden = 1_500

    private struct Past: Sendable {
        var arrival: Int64
        var graph: Graph
        var durations: [Int64]
        var demands: [Resources]
        var isCommand: [Bool]
        var places: [Int32]
        var criticalPath: Int64
        /// In nanoseconds of the whole cluster, `[V]`, and of all tasks together.
        var areas: [Double]
        var area: Double
        /// Sums over its tasks of share and squared share of a worker, times `areas`.
        var shares: Double
        var squaredShares: Double
        /// Nil where no network said anything of it.
        var bid: SizeAwareSharing.Bid?
        var deadlines: [StaticProblem.Deadline]
        var priority: Int32
    }

    private var runs: [Past] = []
    private var taskCount = 0
    /// Runs of the engine below this have been taken in.
    private var seen = 0
    /// Runs that came while another was open.
    private(set) var overlapCount = 0
    /// Runs that were ever taken in.
    private(set) var count = 0
    /// The geometric mean of the runs' critical paths: tasks that take longer hold up a run of the usual size by more
    /// than it takes itself. Nil while nothing is known.
    private(set) var usualLengthNanoseconds: Int64?
    /// What a run takes on average of the whole cluster, in nanoseconds; nil while nothing is known.
    private(set) var usualAreaNanoseconds: Double?
    /// How much the shares of a worker differ for which tasks ask: their standard deviation, weighed by what tasks take of the
    /// cluster; nil while nothing is known.
    private(set) var demandSpread: Double?
    /// How much runs differ in what they take of the cluster: the standard deviation of its logarithm.
    private(set) var sizeSpread = 0.0
    /// What the network would do, knowing these runs; nil without one.
    private(set) var proposal: SharingChoice?

    /// Takes in the runs that are new.
    ///
    /// - Parameters:
    ///   - sharing: has planned them.
    ///   - network: bids for each, and proposes how to share.
    /// - Returns: those runs, and what is bid for them.
    mutating func read(
        _ observation: Observation, _ sharing: SizeAwareSharing, _ network: SchedulingNetwork?
    ) -> [(run: Int, bid: SizeAwareSharing.Bid)] {
        var bids: [(run: Int, bid: SizeAwareSharing.Bid)] = []
        for run in observation.openRuns.map(Int.init) where run >= seen {
            guard let places = sharing.places(ofRun: run) else { continue }
            add(run, observation, places)
            if observation.openRuns.count > 1 { overlapCount += 1 }
            guard let network, observation.hasUniformWorkers else { continue }
            if let bid = bid(network, RuleTrial.machines(observation)) { bids.append((run, bid)) }
        }
        seen = observation.runCount
        while runs.count > Self.mostRuns || (taskCount > Self.mostTasks && runs.count > 8) {
            taskCount -= runs.removeFirst().durations.count
            measure()
        }
        return bids
    }

    /// Of the newest run.
    private mutating func bid(_ network: SchedulingNetwork, _ machines: [Machine]) -> SizeAwareSharing.Bid? {
        let newest = runs[runs.count - 1].durations.count
        // More is not worth the time: a task takes some 8 µs.
        var last = 1
        while newest <= Self.mostBidden, last < min(network.network.agents.context, runs.count),
            runs.suffix(last + 1).reduce(0, { $0 + $1.durations.count }) <= Self.mostBidden
        {
            last += 1
        }
        guard newest <= Self.mostBidden, let problem = problem(runs.suffix(last), on: machines) else { return nil }
        let answer = network.network.answer(problem, usual: usual)
        proposal = answer.sharing
        let bid = SizeAwareSharing.Bid(
            places: SharingChoice.places(Array(answer.scores.suffix(newest))),
            weight: answer.weights[answer.weights.count - 1])
        runs[runs.count - 1].bid = bid
        return bid
    }

    /// What the runs are usually like.
    private var usual: TaskFeatures.Usual {
        let length = Double(usualLengthNanoseconds ?? 1)
        let areas = runs.map(\.area)
        let total = areas.reduce(0, +)
        let span = runs[runs.count - 1].arrival - runs[0].arrival
        let long = runs.reduce(0.0) { sum, run in
            zip(run.durations, run.areas).reduce(sum) { Double($1.0) > length ? $0 + $1.1 : $0 }
        }
        return TaskFeatures.Usual(
            length: length, area: PortableMath.exp(Sample.mean(logarithmsOfAreas)),
            lengthSpread: Sample.standardDeviation(
                runs.map { PortableMath.log(Double(max($0.criticalPath, 1))) }),
            areaSpread: sizeSpread, load: span > 0 ? total / Double(span) : 0,
            longShare: total > 0 ? long / total : 0, runs: runs.count)
    }

    private mutating func add(_ run: Int, _ observation: Observation, _ places: [Int32]) {
        let durations = observation.durations(ofRun: run)
        let tasks = durations.indices
        let isCommand = tasks.map { observation.isCommand($0, inRun: run) }
        let demands = tasks.map { isCommand[$0] ? observation.usualGrant(for: $0, inRun: run) : .zero }
        let machines = RuleTrial.machines(observation)
        let total = machines.reduce(into: Resources.zero) { $0 += $1.capacity }
        let areas = zip(durations, demands).map { Double($0) * $1.dominantShare(of: total) }
        let shares = demands.map { $0.dominantShare(of: machines.first?.capacity ?? .zero) }
        runs.append(
            Past(
                arrival: observation.run(at: run).submittedAt.nanoseconds, graph: observation.graph(ofRun: run),
                durations: durations, demands: demands, isCommand: isCommand, places: places,
                criticalPath: observation.upwardRanks(ofRun: run).max() ?? 0,
                areas: areas, area: areas.reduce(0, +),
                shares: zip(areas, shares).reduce(0) { $0 + $1.0 * $1.1 },
                squaredShares: zip(areas, shares).reduce(0) { $0 + $1.0 * $1.1 * $1.1 },
                deadlines: observation.deadlines(ofRun: run, tasks: Array(tasks), from: 0, since: .zero),
                priority: observation.run(at: run).priority))
        taskCount += durations.count
        count += 1
        measure()
    }

    var hasDeadlines: Bool { runs.contains { !$0.deadlines.isEmpty } }

    private var logarithmsOfAreas: [Double] { runs.map { PortableMath.log(max($0.area, 1)) } }

    private mutating func measure() {
        let count = Double(runs.count)
        let logarithms = runs.indices.reduce(0.0) { $0 + PortableMath.log(Double(max(runs[$1].criticalPath, 1))) }
        usualLengthNanoseconds = Int64(PortableMath.exp(logarithms / count))
        let area = runs.indices.reduce(0) { $0 + runs[$1].area }
        usualAreaNanoseconds = area / count
        sizeSpread = Sample.standardDeviation(logarithmsOfAreas)
        guard area > 0 else { return }
        let mean = runs.indices.reduce(0) { $0 + runs[$1].shares } / area
        let meanSquare = runs.indices.reduce(0) { $0 + runs[$1].squaredShares } / area
        demandSpread = max(meanSquare - mean * mean, 0).squareRoot()
    }

    /// All of them on an empty cluster, each when it came, and then all once more: the second half meets what a stream that
    /// goes on has left over.
    ///
    /// - Returns: nil when a task fits on none of the machines.
    func rollout(on machines: [Machine]) -> SharingRollout? {
        let runs = runs + again
        guard let problem = problem(runs[...], on: machines) else { return nil }
        var bids: SharingRollout.Bids?
        if runs.contains(where: { $0.bid != nil }) {
            bids = SharingRollout.Bids(
                places: runs.flatMap { $0.bid?.places ?? $0.places }, weights: runs.map { $0.bid?.weight ?? 1 })
        }
        return SharingRollout(problem, places: runs.flatMap(\.places), bids: bids)
    }

    /// The runs as if they came once more, after the usual time between two of them.
    private var again: [Past] {
        guard let first = runs.first, let last = runs.last, runs.count > 1 else { return [] }
        let span = last.arrival - first.arrival
        let period = span + span / Int64(runs.count - 1)
        return runs.map { past in
            var past = past
            past.arrival += period
            for place in past.deadlines.indices { past.deadlines[place].due += period }
            return past
        }
    }

    private func problem(_ runs: ArraySlice<Past>, on machines: [Machine]) -> StaticProblem? {
        guard let first = machines.first else { return nil }
        var edges: [Graph.Edge] = []
        var jobs: [StaticProblem.Job] = []
        var begin = 0
        for run in runs {
            guard run.demands.allSatisfy({ $0.fits(in: first.capacity) }) else { return nil }
            for edge in run.graph.edges {
                edges.append(Graph.Edge(Int32(begin) + edge.node, dependsOn: Int32(begin) + edge.dependency))
            }
            jobs.append(.init(arrival: run.arrival, tasks: begin..<begin + run.durations.count))
            begin += run.durations.count
        }
        var problem = StaticProblem(
            machines: machines, graph: Graph(count: begin, edges: edges), durations: runs.flatMap(\.durations),
            demands: runs.flatMap(\.demands), isCommand: runs.flatMap(\.isCommand), jobs: jobs)
        for (run, job) in zip(runs, jobs) {
            problem.deadlines += run.deadlines.map { deadline in
                var deadline = deadline
                let places = deadline.tasks
                deadline.tasks = job.tasks.lowerBound + places.lowerBound..<job.tasks.lowerBound + places.upperBound
                return deadline
            }
            problem.priorities += job.tasks.map { _ in run.priority }
        }
        return problem
    }
}
