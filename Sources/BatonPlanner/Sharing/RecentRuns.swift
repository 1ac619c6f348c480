import BatonCore
import BatonPolicies
import BatonSimulator

/// The runs that arrived last, as they were expected to be: what a rule is tried on.
struct RecentRuns: Sendable {
    /// So many runs, unless they have too many tasks; the newest count.
    private static let mostRuns = 64
    /// Of all of them together. One is simulated in about 1 µs.
    private static let mostTasks = 20_000

    private struct Past: Sendable {
        var arrival: Int64
        var graph: Graph
        var durations: [Int64]
        var demands: [Resources]
        var isCommand: [Bool]
        var places: [Int32]
        var criticalPath: Int64
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

    /// Takes in the runs that are new.
    ///
    /// - Parameter sharing: has planned them.
    mutating func read(_ observation: Observation, _ sharing: SizeAwareSharing) {
        for run in observation.openRuns.map(Int.init) where run >= seen {
            guard let places = sharing.places(ofRun: run) else { continue }
            add(run, observation, places)
            if observation.openRuns.count > 1 { overlapCount += 1 }
        }
        seen = observation.runCount
        while runs.count > Self.mostRuns || (taskCount > Self.mostTasks && runs.count > 8) {
            taskCount -= runs.removeFirst().durations.count
        }
    }

    private mutating func add(_ run: Int, _ observation: Observation, _ places: [Int32]) {
        let durations = observation.durations(ofRun: run)
        let tasks = durations.indices
        let isCommand = tasks.map { observation.isCommand($0, inRun: run) }
        runs.append(
            Past(
                arrival: observation.run(at: run).submittedAt.nanoseconds, graph: observation.graph(ofRun: run),
                durations: durations,
                demands: tasks.map { isCommand[$0] ? observation.grant(for: $0, inRun: run, on: Worker.ID(0)) : .zero },
                isCommand: isCommand, places: places,
                criticalPath: observation.upwardRanks(ofRun: run).max() ?? 0,
                deadlines: observation.deadlines(ofRun: run, tasks: Array(tasks), from: 0, since: .zero),
                priority: observation.run(at: run).priority))
        taskCount += durations.count
        count += 1
    }

    var hasDeadlines: Bool { runs.contains { !$0.deadlines.isEmpty } }

    /// The geometric mean of the runs' critical paths: tasks that take longer hold up a run of the usual size by more
    /// than it takes itself. Nil while nothing is known.
    var usualLengthNanoseconds: Int64? {
        guard !runs.isEmpty else { return nil }
        let sum = runs.reduce(0.0) { $0 + PortableMath.log(Double(max($1.criticalPath, 1))) }
        return Int64(PortableMath.exp(sum / Double(runs.count)))
    }

    /// All of them on an empty cluster, each when it came.
    ///
    /// - Returns: nil when a task fits on none of the machines.
    func rollout(on machines: [Machine]) -> SharingRollout? {
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
        return SharingRollout(problem, places: runs.flatMap(\.places))
    }
}
