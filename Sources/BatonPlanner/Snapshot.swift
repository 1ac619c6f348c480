import BatonCore
import BatonSimulator

/// What is left of some runs, in the form that a search works on; time begins now.
struct Snapshot: Sendable {
    private(set) var problem: StaticProblem
    /// By task of the problem.
    let tasks: [Task]
    /// By run, and by index in it, the task of the problem; -1 for those that have ended, and for `finally` tasks.
    private let places: [Int: [Int32]]

    /// A task by the place of its run in the engine, and its own in the run.
    struct Task: Hashable, Sendable {
        var run: Int
        var index: Int
    }

    /// - Parameter keepsPriorities: urgent tasks have to be placed before others; else priorities weigh deadlines only.
    /// - Returns: nil when some task fits on no living worker.
    init?(_ runs: [Int], _ observation: Observation, keepsPriorities: Bool) {
        let living = (0..<observation.workerCount).filter { observation.isAlive(Worker.ID($0)) }
        guard let first = living.first.map({ Worker.ID($0) }) else { return nil }
        let machines = Self.machines(observation)
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
        var problem = StaticProblem(
            machines: machines, graph: Self.graph(tasks, places, observation),
            durations: tasks.map { observation.durations(ofRun: $0.run)[$0.index] }, demands: demands,
            isCommand: tasks.map { observation.isCommand($0.index, inRun: $0.run) }, jobs: jobs)
        for (run, job) in zip(runs, jobs) where !job.tasks.isEmpty {
            problem.deadlines += observation.deadlines(
                ofRun: run, tasks: tasks[job.tasks].map(\.index), from: job.tasks.lowerBound, since: observation.now)
        }
        let priorities = tasks.map { observation.priority(of: $0.index, inRun: $0.run) }
        if Set(priorities).count > 1, keepsPriorities { problem.priorities = priorities }
        self.problem = problem
    }

    /// Their places are those of workers; a lost one has room for nothing.
    private static func machines(_ observation: Observation) -> [Machine] {
        (0..<observation.workerCount).map { index in
            let id = Worker.ID(index)
            guard observation.isAlive(id) else { return Machine(capacity: .zero, pricePerHour: 0) }
            return Machine(
                capacity: observation.capacity(of: id), pricePerHour: observation.worker(id).pricePerHour)
        }
    }

    /// The same tasks on the workers that are there now.
    ///
    /// - Returns: false when some task fits on none of them.
    mutating func move(to observation: Observation) -> Bool {
        let machines = Self.machines(observation)
        guard problem.demands.allSatisfy({ demand in machines.contains { demand.fits(in: $0.capacity) } }) else {
            return false
        }
        problem.machines = machines
        return true
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

extension Observation {
    /// What a run and its tasks have to keep.
    ///
    /// - Parameters:
    ///   - tasks: of the run, as far as they matter.
    ///   - place: of the first of them in the problem; the others follow.
    ///   - begin: when the problem's time begins.
    func deadlines(ofRun run: Int, tasks: [Int], from place: Int, since begin: Instant) -> [StaticProblem.Deadline] {
        var deadlines: [StaticProblem.Deadline] = []
        func add(_ places: Range<Int>, _ due: Instant?, _ priority: Int32) {
            guard let due else { return }
            deadlines.append(
                .init(tasks: places, due: due.nanoseconds - begin.nanoseconds, weight: Double(priority) / 50))
        }
        add(place..<place + tasks.count, deadline(ofRun: run), self.run(at: run).priority)
        for (offset, task) in tasks.enumerated() where isCommand(task, inRun: run) {
            add(place + offset..<place + offset + 1, deadline(of: task, inRun: run), priority(of: task, inRun: run))
        }
        return deadlines
    }
}
