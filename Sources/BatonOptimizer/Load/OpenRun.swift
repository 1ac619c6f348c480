public import BatonCore
public import BatonSimulator

/// A run that goes on beside the workflow: what it holds, and what it has still to do.
///
/// Tasks of which nobody can say when they start are left out, with all that waits for them: those of a paused run, and those
/// that ask a person first.
public struct OpenRun: Sendable {
    public let id: Run.ID
    /// Name of its workflow.
    public let workflow: String
    public let runningTasks: Int
    /// For others, for room or for their next attempt; those that are left out included.
    public let waitingTasks: Int
    public let held: Resources
    /// Of those that have not ended, how many no simulation sees.
    public let omittedTasks: Int

    /// The tasks that are left, each asking for what it holds or will hold.
    let rest: Subject
    let beliefs: Beliefs
    let families: TaskFamilies
    let running: [RunningTask]

    struct RunningTask: Hashable {
        /// Among those that are left.
        var place: Int
        var worker: Worker.ID
        var elapsedNanoseconds: Int64
    }

    /// - Parameters:
    ///   - engine: knows the run.
    ///   - machines: that it shares with the workflow; no task of it counts as holding more than there is.
    ///   - mostTasks: of those left, the ones that can start first.
    ///   - knowledge: of a task that has not ended.
    /// - Returns: nil where it has ended, or is unknown.
    public init?(
        _ run: Run.ID, in engine: Engine, at now: Instant, machines: [Machine], mostTasks: Int = .max,
        knowledge: (TaskInstance, Estimate?) -> TaskKnowledge
    ) {
        let observation = engine.observe(at: now)
        guard let index = observation.openRuns.map(Int.init).first(where: { observation.run(at: $0).id == run }),
            let submission = engine.submission(of: run)
        else { return nil }
        let view = observation.run(at: index)
        id = run
        workflow = submission.workflow.name
        runningTasks = view.runningTasks
        held = view.held
        let graph = observation.graph(ofRun: index)
        let left = Self.left(observation, index, graph, isPaused: engine.status(of: run) == .paused, mostTasks)
        let places = Dictionary(uniqueKeysWithValues: left.enumerated().map { ($1, Int32($0)) })
        let most = machines.reduce(into: Resources.zero) { $0 = $0.greater($1.capacity) }
        let all = engine.instances(of: run)
        var instances = left.map { all[$0] }
        let unfinished = all.indices.count {
            all[$0].kind == .command && !observation.state(of: $0, inRun: index).isTerminal
        }
        waitingTasks = unfinished - view.runningTasks
        omittedTasks = unfinished - instances.count { $0.kind == .command }
        let known = zip(left, instances).map { knowledge($1, observation.estimate(of: $0, inRun: index)) }
        var running: [RunningTask] = []
        for (place, task) in left.enumerated() {
            guard instances[place].kind == .command else {
                // What it will hold nobody knows.
                instances[place].kind = .group(isExpanded: true)
                continue
            }
            var grant = observation.usualGrant(for: task, inRun: index)
            if case .running(let attempt) = observation.state(of: task, inRun: index) {
                grant = attempt.grant
                let worker = machines.indices.contains(Int(attempt.worker.index)) ? attempt.worker : Worker.ID(0)
                running.append(
                    RunningTask(
                        place: place, worker: worker, elapsedNanoseconds: attempt.since.duration(to: now).nanoseconds))
            }
            instances[place].request.ask(for: grant.lesser(most))
            // It calls the machine on which it runs by another name.
            if !machines.contains(where: { instances[place].request.allows($0.kind) }) {
                instances[place].request.workerKinds = nil
            }
        }
        self.running = running
        let edges = left.enumerated().flatMap { place, task in
            graph.dependencies(of: task).compactMap { dependency in
                places[Int(dependency)].map { Graph.Edge(Int32(place), dependsOn: $0) }
            }
        }
        var workflow = submission.workflow.replica(after: view.submittedAt.duration(to: now))
        var expansion = Expansion(instances: instances, graph: Graph(count: left.count, edges: edges))
        Allowance(milliCPU: observation.totalCapacity.milliCPU, of: machines)?.bound(&workflow, &expansion, of: run)
        rest = Subject(workflow, expansion: expansion, knowledge: known, machines: machines)
        families = TaskFamilies(rest.workflow)
        beliefs = Beliefs(rest, families)
    }

    /// Tasks that have not ended and will start, with the groups between them; what can start first comes first.
    private static func left(
        _ observation: Observation, _ run: Int, _ graph: Graph, isPaused: Bool, _ mostTasks: Int
    ) -> [Int] {
        guard let order = try? graph.topologicalOrder() else { return [] }
        let durations = observation.durations(ofRun: run)
        var isHeld = [Bool](repeating: false, count: graph.count)
        var starts = [Int64](repeating: 0, count: graph.count)
        var left: [Int] = []
        for task in order.map(Int.init) {
            let state = observation.state(of: task, inRun: run)
            guard !state.isTerminal else { continue }
            let isWaiting = state.label != .running
            isHeld[task] =
                state.label == .awaitingApproval || isWaiting && isPaused
                || graph.dependencies(of: task).contains { isHeld[Int($0)] }
            for dependency in graph.dependencies(of: task).map(Int.init)
            where !observation.state(of: dependency, inRun: run).isTerminal {
                starts[task] = max(starts[task], starts[dependency] + durations[dependency])
            }
            if isWaiting { starts[task] += 1 }
            if !isHeld[task] { left.append(task) }
        }
        guard left.count > mostTasks else { return left }
        // A task starts later than those before it, so what is kept waits for nothing that is not.
        return Array(
            left.enumerated().sorted { (starts[$0.element], $0.offset) < (starts[$1.element], $1.offset) }
                .prefix(mostTasks).map(\.element))
    }
}

extension TaskInstance.Request {
    /// No more, and no less.
    fileprivate mutating func ask(for grant: Resources) {
        isAutomatic = false
        milliCPU = grant.milliCPU
        memoryBytes = grant.memoryBytes
        gpus = grant.gpus
        diskBytes = grant.diskBytes
    }
}
