public import BatonCore
public import BatonStore
import Glibc

/// Brings a run to life on this machine, for the first time or after its orchestrator died.
public struct LiveRun {
    /// What the wiring decides and a run needs.
    public struct Setup {
        public var dataDirectory: String
        /// The executable `baton-supervisor`.
        public var supervisor: String
        /// Cores to hand out; nil for all of this machine's.
        public var jobs: Int?
        /// Memory to hand out; nil for all of this machine's.
        public var memoryBytes: Int64?
        public var secretsDirectory: String?
        /// Records which files each attempt reads and writes; nil: nobody asked.
        public var tracer: FileTracer?
        public var policy: any Policy
        public var estimator: any Estimator
        /// Where a better one may come from while the run goes on.
        public var estimatorSlot = EstimatorSlot()
        public var observer: any RunObserver
        public var options = Orchestrator.Options()
        /// Opens the store; called again for the threads that look into files.
        public var makeStore: @Sendable () throws(StoreError) -> any Store

        public init(
            dataDirectory: String, supervisor: String, policy: any Policy, estimator: any Estimator,
            observer: any RunObserver, makeStore: @escaping @Sendable () throws(StoreError) -> any Store
        ) {
            self.dataDirectory = dataDirectory
            self.supervisor = supervisor
            self.policy = policy
            self.estimator = estimator
            self.observer = observer
            self.makeStore = makeStore
        }
    }

    private let setup: Setup

    public init(_ setup: Setup) {
        self.setup = setup
    }

    /// Starts a new run; `drive` on the result carries it through.
    ///
    /// - Throws: `RuntimeError.refused` when the workflow is wrong or a task can never fit; nothing was started then.
    public func begin(_ submission: Run.Submission, store: any Store) throws(RuntimeError) -> Orchestrator {
        let folder = RunFolder(dataDirectory: setup.dataDirectory, run: submission.run)
        var engine = Engine()
        var capacity = Machine.capacity(directory: setup.dataDirectory)
        if let jobs = setup.jobs { capacity.milliCPU = Int64(jobs) * 1000 }
        if let memory = setup.memoryBytes { capacity.memoryBytes = memory }
        let worker = Worker(id: Worker.ID(0), name: "local", capacity: capacity)
        // Checked on a copy first: a refused run leaves no trace.
        _ = engine.handle(.workerJoined(worker), at: LiveClock().now)
        let submitted: Event
        do {
            submitted = try engine.validate(.submit(submission))
        } catch {
            throw .refused(error)
        }
        let secrets = try Secrets(names: submission.workflow.allSecrets, directory: setup.secretsDirectory)
        try folder.create()
        let orchestrator = try orchestrator(
            submission, engine: Engine(), store: store, secrets: secrets, capacity: capacity, decisions: 0
        )
        orchestrator.handle(.workerJoined(worker))
        orchestrator.handle(submitted)
        orchestrator.estimateAll()
        return orchestrator
    }

    /// Takes over a run whose orchestrator is gone, or tries again what did not succeed.
    ///
    /// - Parameter retry: also tries again the tasks of a run that has failed or was cancelled.
    /// - Throws: `RuntimeError.alreadyDriven` while its orchestrator lives.
    public func resume(_ run: Run.ID, retry: Bool, store: any Store) throws(RuntimeError) -> Orchestrator {
        let logged: [LoggedEvent]
        do {
            logged = try store.replay(run, after: 0)
        } catch {
            throw .store(error)
        }
        var engine = Engine()
        var decisions: Int64 = 0
        for entry in logged {
            _ = engine.handle(entry.event, at: entry.at)
            if case .decided(let decision) = entry.event { decisions = max(decisions, decision.number) }
        }
        guard let submission = engine.submission(of: run), let status = engine.status(of: run) else {
            throw .unknownRun(run)
        }
        let secrets = try Secrets(names: submission.workflow.allSecrets, directory: setup.secretsDirectory)
        let orchestrator = try orchestrator(
            submission, engine: engine, store: store, secrets: secrets, capacity: engine.capacity(of: Worker.ID(0)),
            decisions: decisions
        )
        if status.isTerminal && retry { try orchestrator.submit(.retry(run)) }
        return orchestrator
    }

    private func orchestrator(
        _ submission: Run.Submission, engine: Engine, store: any Store, secrets: Secrets, capacity: Resources,
        decisions: Int64
    ) throws(RuntimeError) -> Orchestrator {
        let folder = RunFolder(dataDirectory: setup.dataDirectory, run: submission.run)
        guard let lease = FileLock(tryLocking: folder.lease) else { throw .alreadyDriven(submission.run) }
        let supervisor = setup.supervisor
        let makeExecutor: ExecutorFactory = { () throws(RuntimeError) in
            try ProcessExecutor.connect(
                folder: folder, run: submission.run, supervisor: supervisor, memoryLimitBytes: capacity.memoryBytes,
                secrets: secrets
            )
        }
        let (executor, facts) = try makeExecutor()
        let world = LiveWorld(
            folder: folder, secrets: secrets, tracer: setup.tracer, cache: OutputCache(makeStore: setup.makeStore),
            observations: ObservationRecorder(folder: folder, secrets: secrets, makeStore: setup.makeStore),
            captured: CapturedValues(readBy: submission.workflow), executor: executor, makeExecutor: makeExecutor
        )
        let orchestrator = Orchestrator(
            run: submission.run, engine: engine, store: store, policy: setup.policy, estimator: setup.estimator,
            estimatorSlot: setup.estimatorSlot, world: world, pool: MachinePool.defaultPath().flatMap(MachinePool.init),
            observer: setup.observer,
            options: setup.options, clock: LiveClock(), decisions: decisions, lease: lease,
            limits: submission.workflow.limits.map(\.name)
        )
        orchestrator.reconcile(with: facts)
        return orchestrator
    }
}

extension Workflow {
    /// Secrets that any task may read.
    var allSecrets: [String] {
        var names: [String] = []
        for name in secrets + tasks.flatMap(\.secrets) where !names.contains(name) { names.append(name) }
        return names
    }
}
