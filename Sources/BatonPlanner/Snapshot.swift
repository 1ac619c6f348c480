import BatonCore
import BatonSimulator

/// What is left of some runs, in the form that a search works on; time begins now.
struct Snapshot: Sendable {
    let problem: StaticProblem
    /// By task of the problem.
    let tasks: [Task]
    /// By run, and by index in it, the task of the problem; -1 for those that have ended, and for `finally` tasks.
    private let places: [Int: [Int32]]

    /// A task by the place of its run in the engine, and its own in the run.
    struct Task: Hashable, Sendable {
        var run: Int
        var index: Int
    }

    /// - Returns: nil when some task fits on no living worker.
    init?(_ runs: [Int], _ observation: Observation) {
        let living = (0..<observation.workerCount).filter { observation.isAlive(Worker.ID($0)) }
        guard let first = living.first.map({ Worker.ID($0) }) else { return nil }
        // Places of machines are those of workers; a lost one has room for nothing.
        let machines = (0..<observation.workerCount).map { index in
            let id = Worker.ID(index)
            return Machine(capacity: observation.isAlive(id) ? observation.capacity(of: id) : .zero)
        }
        var tasks: [Task] = []
        var places: [Int: [Int32]] = [:]
        var demands: [Resources] = []
        var jobs: [StaticProblem.Job] = []
        for run in runs {
            let begin = tasks.count
            let count = observation.graph(ofRun: run).count
            var own = [Int32](repeating: -1, count: count)
            for index in 0..<count {
                let state = observation.state(of: index, inRun: run)
                if state.isTerminal || observation.isFinally(index, inRun: run) { continue }
                var demand = Resources.zero
                if observation.isCommand(index, inRun: run) {
                    demand = observation.grant(for: index, inRun: run, on: first)
                }
                if case .running(let attempt) = state { demand = attempt.grant }
                guard living.contains(where: { demand.fits(in: machines[$0].capacity) }) else { return nil }
                own[index] = Int32(tasks.count)
                tasks.append(Task(run: run, index: index))
                demands.append(demand)
            }
            places[run] = own
            jobs.append(.init(arrival: 0, tasks: begin..<tasks.count))
        }
        self.tasks = tasks
        self.places = places
        problem = StaticProblem(
            machines: machines, graph: Self.graph(tasks, places, observation),
            durations: tasks.map { observation.durations(ofRun: $0.run)[$0.index] }, demands: demands,
            isCommand: tasks.map { observation.isCommand($0.index, inRun: $0.run) }, jobs: jobs)
    }

    private static func graph(_ tasks: [Task], _ places: [Int: [Int32]], _ observation: Observation) -> Graph {
        var edges: [Graph.Edge] = []
        for (place, task) in tasks.enumerated() {
            let own = places[task.run]!
            for dependency in observation.graph(ofRun: task.run).dependencies(of: task.index) {
                if own[Int(dependency)] >= 0 { edges.append(Graph.Edge(Int32(place), dependsOn: own[Int(dependency)])) }
            }
        }
        return Graph(count: tasks.count, edges: edges)
    }

    /// - Returns: nil for a task that is not part of it.
    func place(of task: Int, inRun run: Int) -> Int? {
        guard let place = places[run]?[task], place >= 0 else { return nil }
        return Int(place)
    }

    /// Tasks that the run had, ended ones included; nil for a run that is not part of it.
    func taskCount(ofRun run: Int) -> Int? { places[run]?.count }
}
