import BatonCore
import BatonRuntime
import BatonStore

/// All that is known of a run, for explaining it.
struct RunStory {
    let run: Run.ID
    let engine: Engine
    let summary: RunSummary
    let standing: RunStanding
    let attempts: [AttemptSummary]
    let decisions: [DecisionSummary]
    /// As they are in the log, in its order.
    let logged: [LoggedDecision]
    let workers: [Worker.ID: String]
    let folder: RunFolder
    let now: Instant
    /// When waiting tasks are expected to start; nil when nobody drives the run or it has ended.
    let forecast: Forecast?
    /// What other runs on the machine hold of its capacity.
    let heldByOthers: Resources

    /// - Parameter live: the engine that drives the run and others beside it, which a run's log knows nothing of; nil:
    ///   what the log leads to.
    init(run: Run.ID, store: any Store, data: DataDirectory, now: Instant, live: Engine? = nil) throws {
        self.run = run
        self.now = now
        folder = data.folder(of: run)
        var replay = Replay(run: run)
        let recorded = try replay.advance(store)
        logged = recorded.compactMap(LoggedDecision.init)
        var workers: [Worker.ID: String] = [:]
        for case .workerJoined(let worker) in recorded.map(\.event) { workers[worker.id] = worker.name }
        self.workers = workers
        engine = if let live, live.status(of: run) != nil { live } else { replay.engine }
        heldByOthers = Resources(
            milliCPU: replay.heldByOthers.milliCPU, memoryBytes: replay.heldByOthers.memoryBytes)
        let summary = try store.run(run)
        self.summary = summary
        standing = RunStanding(summary.status, isDriven: data.isDriven(run))
        attempts = try store.attempts(of: run, task: nil)
        decisions = try store.decisions(of: run, task: nil)
        let isGoingOn = summary.status == .running && !standing.isAbandoned
        forecast = isGoingOn ? Self.forecast(engine, run, attempts, decisions.last?.policy, now) : nil
    }

    private static func forecast(
        _ engine: Engine, _ run: Run.ID, _ attempts: [AttemptSummary], _ policy: String?, _ now: Instant
    ) -> Forecast {
        let walls = attempts.compactMap { $0.usage?.wall }.sorted()
        return Forecast(
            from: engine, run: run, at: now,
            policy: Wiring.policy(policy.flatMap { PolicyName(argument: $0) } ?? .standard),
            typical: walls.isEmpty ? .seconds(1) : walls[walls.count / 2]
        )
    }

    /// The decision with the plan that another follows: itself when that was new; nil when it follows none.
    func planned(by decision: LoggedDecision) -> (number: Int64, rationale: Rationale)? {
        guard decision.decision.plan != nil else { return nil }
        for earlier in logged.reversed() where earlier.decision.number <= decision.decision.number {
            if case .new(let rationale) = earlier.decision.plan { return (earlier.decision.number, rationale) }
        }
        return nil
    }

    var instances: [TaskInstance] { engine.instances(of: run) }

    func reference(_ task: Int) -> TaskReference { TaskReference(run: run, task: TaskInstance.ID(task)) }

    func state(_ task: Int) -> TaskState {
        guard let state = engine.state(of: reference(task)) else {
            preconditionFailure("run \(run) has no task \(task)")
        }
        return state
    }

    /// The running attempt of a task when it is far later than usual.
    func straggler(_ task: Int) -> Straggler? {
        guard case .running(let running) = state(task) else { return nil }
        return Straggler(
            Attempt.ID(run: run, task: TaskInstance.ID(task), number: running.attempt), task: instances[task].name,
            since: running.since, estimate: engine.estimate(of: reference(task)), at: now)
    }

    /// Other runs, where they are why something waits.
    var crowd: [StyledLine] {
        guard !summary.status.isTerminal, heldByOthers != .zero else { return [] }
        return [StyledLine("Other runs on this machine hold \(Sentence.resources(heldByOthers)).")]
    }

    /// The expected start of a task that waits.
    func expectedStart(_ task: Int) -> Instant? {
        guard let forecast, forecast.places.indices.contains(task), let place = forecast.places[task] else {
            return nil
        }
        return forecast.entries[place].start
    }

    /// The task whose end kept this one from running, looked for behind those that were only skipped for it.
    func rootCause(of task: Int) -> Int {
        var cause = task
        while case .skipped(because: .dependency(let dependency)) = state(cause) { cause = Int(dependency.index) }
        return cause
    }

    /// One task of the critical chain, from the start of its first attempt to the end of its last.
    struct Link {
        var task: Int
        var wall: Duration
        var attempts: Int
    }

    /// Tasks whose times add up to the length of a run that has ended, first to last.
    var criticalChain: [Link] {
        guard let graph = engine.graph(of: run) else { return [] }
        var spans: [Int: (start: Instant, end: Instant, attempts: Int)] = [:]
        for attempt in attempts {
            guard let ended = attempt.ended else { continue }
            let known = spans[Int(attempt.id.task.index)]
            spans[Int(attempt.id.task.index)] = (
                known?.start ?? attempt.started, max(known?.end ?? ended, ended), (known?.attempts ?? 0) + 1
            )
        }
        func last(_ tasks: [Int]) -> Int? {
            tasks.filter { spans[$0] != nil }.max { (spans[$0]!.end, $1) < (spans[$1]!.end, $0) }
        }
        var chain: [Link] = []
        var next = last(Array(instances.indices))
        while let task = next, let span = spans[task] {
            chain.append(Link(task: task, wall: span.start.duration(to: span.end), attempts: span.attempts))
            next = last(graph.commands(before: task, instances))
        }
        return chain.reversed()
    }
}

/// A decision and when it was made.
struct LoggedDecision {
    let decision: Decision
    let at: Instant

    /// - Returns: nil for another event.
    init?(_ recorded: Recorded) {
        guard case .decided(let decision) = recorded.event else { return nil }
        self.decision = decision
        at = recorded.at
    }
}
