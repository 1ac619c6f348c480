public import BatonCore
import BatonStore

// How runs come to an orchestrator: new ones, and those whose orchestrator is gone.

extension Orchestrator {
    private static let worker = Worker.ID(0)

    /// Starts a new run.
    ///
    /// - Throws: `RuntimeError.refused` when the workflow is wrong or a task can never fit; nothing was started then.
    public func begin(_ submission: Run.Submission) throws(RuntimeError) {
        join()
        let submitted: Event
        do {
            submitted = try engine.validate(.submit(submission))
        } catch {
            throw .refused(error)
        }
        if case .runSubmitted(let submission) = submitted {
            let tasks = ((try? submission.expand())?.instances.count ?? 0) + engine.openTasks.unfinished
            if tasks > setup.options.queueSize { throw .queueFull(limit: setup.options.queueSize) }
        }
        let secrets = try Secrets(
            names: submission.workflow.allSecrets, directory: setup.secretsDirectory, find: setup.findSecret)
        let folder = RunFolder(dataDirectory: setup.dataDirectory, run: submission.run)
        try folder.create()
        guard let lease = FileLock(tryLocking: folder.lease) else { throw .alreadyDriven(submission.run) }
        let run = try driven(
            submission, secrets: secrets, lease: lease, memoryBytes: capacity.memoryBytes, decisions: 0)
        runs[run.id] = run
        // Its log has to tell where it runs, too.
        record(
            to: run, .workerJoined(Worker(id: Self.worker, name: "local", kind: setup.workerKind, capacity: capacity)))
        if engine.available(on: Self.worker) != capacity {
            record(to: run, .workerResized(Self.worker, capacity: engine.available(on: Self.worker)))
        }
        handle(submitted)
        estimateAll(of: run)
    }

    /// Takes over a run whose orchestrator is gone, or tries again what did not succeed.
    ///
    /// - Parameter retry: also tries again the tasks of a run that has failed or was cancelled.
    /// - Throws: `RuntimeError.alreadyDriven` while its orchestrator lives.
    public func resume(_ run: Run.ID, retry: Bool) throws(RuntimeError) {
        try takeOver(run)
        if engine.status(of: run)?.isTerminal == true && retry {
            do {
                handle(try engine.validate(.retry(run)))
            } catch {
                throw .refused(error)
            }
        }
    }

    /// Takes over all runs that have not ended and that nobody drives.
    ///
    /// - Returns: those that can't be taken over, and why.
    public func resumeAll() throws(RuntimeError) -> [(run: Run.ID, obstacle: RuntimeError)] {
        var filter = RunFilter(statuses: [.running, .paused, .cancelling])
        filter.limit = .max
        join()
        var obstacles: [(run: Run.ID, obstacle: RuntimeError)] = []
        for run in try reading({ () throws(StoreError) in try store.runs(matching: filter) }).reversed() {
            do throws(RuntimeError) {
                try takeOver(run.id)
            } catch {
                if case .alreadyDriven = error { continue }
                obstacles.append((run.id, error))
            }
        }
        return obstacles
    }
}

extension Orchestrator {
    /// What all runs share: this machine, as far as it may be used.
    private func join() {
        guard engine.workerCount == 0 else { return }
        var capacity = Machine.capacity(directory: setup.dataDirectory)
        if let jobs = setup.jobs { capacity.milliCPU = Int64(jobs) * 1000 }
        if let memory = setup.memoryBytes { capacity.memoryBytes = memory }
        handle(.workerJoined(Worker(id: Self.worker, name: "local", kind: setup.workerKind, capacity: capacity)))
    }

    /// Of runs that have ended so many are kept in mind while others go on: a policy has to learn anew what it knew of those.
    private static let mostEndedTasks = 20_000

    /// A server must not become larger with everything that it ever ran.
    func forgetEndedRuns() {
        guard engine.runCount > 0, orders.isEmpty else { return }
        if runs.isEmpty {
            engine = Engine()
            join()
        } else {
            guard engine.endedTasks > max(Self.mostEndedTasks, engine.openTasks.unfinished),
                runs.keys.allSatisfy({ engine.status(of: $0)?.isTerminal == false })
            else { return }
            engine.forgetEndedRuns()
        }
        policy = setup.policy
    }

    private func takeOver(_ id: Run.ID) throws(RuntimeError) {
        if runs[id] != nil { throw .alreadyDriven(id) }
        let summary = try reading { () throws(StoreError) in try store.run(id) }
        let folder = RunFolder(dataDirectory: setup.dataDirectory, run: summary.id)
        guard let lease = FileLock(tryLocking: folder.lease) else { throw .alreadyDriven(id) }
        let log = try reading { () throws(StoreError) in try store.replay(id, after: 0) }
        // First by itself: a run that can't be driven must not hold room among the others.
        var alone = Engine()
        for entry in log { _ = alone.handle(entry.event, at: entry.at) }
        guard let submission = alone.submission(of: id) else { throw .unknownRun(id) }
        let secrets = try Secrets(
            names: submission.workflow.allSecrets, directory: setup.secretsDirectory, find: setup.findSecret)
        let decisions = log.reduce(Int64(0)) { most, entry in
            if case .decided(let decision) = entry.event { max(most, decision.number) } else { most }
        }
        let isShared = engine.workerCount > 0
        let memoryBytes = (isShared ? engine : alone).capacity(of: Self.worker).memoryBytes
        let run = try driven(
            submission, secrets: secrets, lease: lease, memoryBytes: memoryBytes, decisions: decisions)
        let facts: (Attempt.ID) -> AttemptFact =
            alone.runningAttempts.isEmpty ? { _ in .neverStarted } : try run.world.connect()
        let available = replay(log, of: id)
        runs[id] = run
        if isShared, available != engine.available(on: Self.worker) {
            record(to: run, .workerResized(Self.worker, capacity: engine.available(on: Self.worker)))
        }
        reconcile(run, with: facts)
    }

    /// Puts a run's log into the engine, but for the machine where it is there already.
    ///
    /// - Returns: what the log says was there of the machine at last.
    private func replay(_ log: [LoggedEvent], of id: Run.ID) -> Resources? {
        let isShared = engine.workerCount > 0
        let isKnown = engine.status(of: id) != nil
        var available: Resources?
        for entry in log {
            switch entry.event {
            case .workerJoined(let worker):
                available = worker.capacity
                if isShared { continue }
            case .workerResized(_, let capacity):
                available = capacity
                if isShared { continue }
            default: break
            }
            if !isKnown { _ = engine.handle(entry.event, at: entry.at) }
        }
        return available
    }

    private func driven(
        _ submission: Run.Submission, secrets: Secrets, lease: FileLock, memoryBytes: Int64, decisions: Int64
    ) throws(RuntimeError) -> DrivenRun {
        let folder = RunFolder(dataDirectory: setup.dataDirectory, run: submission.run)
        let supervisor = setup.supervisor
        let makeExecutor: ExecutorFactory = { () throws(RuntimeError) in
            try ProcessExecutor.connect(
                folder: folder, run: submission.run, supervisor: supervisor, memoryLimitBytes: memoryBytes,
                secrets: secrets
            )
        }
        let world = LiveWorld(
            folder: folder, secrets: secrets, tracer: setup.tracer, cache: OutputCache(makeStore: setup.makeStore),
            observations: ObservationRecorder(folder: folder, secrets: secrets, makeStore: setup.makeStore),
            captured: CapturedValues(readBy: submission.workflow), inbox: inbox, makeExecutor: makeExecutor
        )
        let estimator = try reading { () throws(StoreError) in try setup.makeEstimator(submission.workflow) }
        return DrivenRun(
            id: submission.run, world: world, lease: lease, limits: submission.workflow.limits.map(\.name),
            estimator: estimator, decisions: decisions
        )
    }

    /// Puts into a run's log what the engine knows already.
    private func record(to run: DrivenRun, _ event: Event) {
        run.batch.append(Recorded(event: event, at: clock.now, changes: []))
    }

    private func reading<Result>(_ body: () throws(StoreError) -> Result) throws(RuntimeError) -> Result {
        do {
            return try body()
        } catch {
            throw .store(error)
        }
    }
}
