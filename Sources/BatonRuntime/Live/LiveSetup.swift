public import BatonCore
public import BatonStore

/// What the wiring decides and an orchestrator needs.
public struct LiveSetup {
    public var dataDirectory: String
    /// The executable `baton-supervisor`.
    public var supervisor: String
    /// Cores to hand out; nil for all of this machine's.
    public var jobs: Int?
    /// Memory to hand out; nil for all of this machine's.
    public var memoryBytes: Int64?
    /// Of what kind this machine is, for tasks that may run on some only; nil where nobody has said.
    public var workerKind: String?
    public var secretsDirectory: String?
    /// Looks a secret up before the environment and the directory; nil for one that it does not know.
    public var findSecret: (String) -> String? = { _ in nil }
    /// Records which files each attempt reads and writes; nil: nobody asked.
    public var tracer: FileTracer?
    public var policy: any Policy
    /// Makes what expects things of the tasks of a workflow.
    public var makeEstimator: (Workflow) throws(StoreError) -> any Estimator
    /// Where a better one may come from while a run goes on.
    public var estimatorSlot = EstimatorSlot()
    public var observer: any RunObserver
    public var options = Orchestrator.Options()
    /// Opens the store; called again for the threads that look into files.
    public var makeStore: @Sendable () throws(StoreError) -> any Store

    public init(
        dataDirectory: String, supervisor: String, policy: any Policy, observer: any RunObserver,
        makeEstimator: @escaping (Workflow) throws(StoreError) -> any Estimator,
        makeStore: @escaping @Sendable () throws(StoreError) -> any Store
    ) {
        self.dataDirectory = dataDirectory
        self.supervisor = supervisor
        self.policy = policy
        self.observer = observer
        self.makeEstimator = makeEstimator
        self.makeStore = makeStore
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
