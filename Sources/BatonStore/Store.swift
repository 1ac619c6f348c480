public import BatonCore

/// Where runs are remembered: the log of events, and what people and estimators read of it.
///
/// One thread uses one store; several processes may have the same database open. A call that throws changed nothing
/// and may be made again.
public protocol Store: AnyObject {
    /// Adds events to the log and brings the read models up to date, all or nothing.
    ///
    /// What was appended outlives this process at once, and a power loss after the next `flush`.
    func append(_ batches: [RunBatch]) throws(StoreError)

    /// Returns when everything appended is on the disk; only then may it be reported to a user as done.
    func flush() throws(StoreError)

    /// The events of a run in the order appended, from the one after `sequence` on; 0 for all.
    func replay(_ run: Run.ID, after sequence: Int64) throws(StoreError) -> [LoggedEvent]

    /// Newest first.
    func runs(matching filter: RunFilter) throws(StoreError) -> [RunSummary]

    /// - Throws: `unknownRun`.
    func run(_ run: Run.ID) throws(StoreError) -> RunSummary

    /// The run whose id begins or ends with `text`: ids begin with their time, so neighbours differ at their end.
    ///
    /// - Throws: `unknownRun`, or `ambiguousRun` naming the candidates.
    func resolve(_ text: String) throws(StoreError) -> Run.ID

    /// In the order of their numbers.
    /// - Parameter states: nil for all.
    func tasks(of run: Run.ID, in states: [TaskState.Label]?) throws(StoreError) -> [TaskSummary]

    /// What waits for a person's answer in all runs that go on, in the order of runs and tasks.
    func approvalRequests() throws(StoreError) -> [ApprovalRequest]

    /// In order of task and number.
    /// - Parameter task: nil for all.
    func attempts(of run: Run.ID, task: TaskInstance.ID?) throws(StoreError) -> [AttemptSummary]

    /// Placements in the order decided.
    func decisions(of run: Run.ID, task: TaskInstance.ID?) throws(StoreError) -> [DecisionSummary]

    /// What was expected of each task, and what came of it, in the order of the tasks.
    func predictions(of run: Run.ID) throws(StoreError) -> [PredictionSummary]

    /// How right the newest predictions were whose tasks have succeeded since.
    ///
    /// - Parameter count: how many at most; not looked for beyond five times as many predictions.
    func accuracy(ofNewest count: Int) throws(StoreError) -> PredictionAccuracy

    /// What each task waits for, in the order of the tasks.
    func dependencies(of run: Run.ID) throws(StoreError) -> [TaskDependency]

    /// What was computed of a run when it ended, by name; the last end counts.
    func metrics(of run: Run.ID) throws(StoreError) -> [PerformanceMetric]

    /// How the machine and the run stood while it was driven, oldest first.
    func systemStates(of run: Run.ID) throws(StoreError) -> [SystemState]

    /// Tasks that changed after `sequence`, for those who poll; 0 for all.
    func changes(of run: Run.ID, after sequence: Int64) throws(StoreError) -> TaskChanges

    /// The newest measurements of attempts of a workflow that succeeded, and of first attempts that were killed for
    /// memory, over all its runs, oldest first.
    ///
    /// - Parameter limit: how many at most; tasks x samples wanted of each.
    func history(of workflow: String, limit: Int) throws(StoreError) -> [UsageSample]

    /// What ended after a moment in runs of all workflows, in the order of the ends, and how many rows were left out.
    ///
    /// Rows that can't be read are counted, and harm nobody else.
    /// - Parameters:
    ///   - after: nil: from the beginning.
    ///   - limit: how many at most, those of the newest runs.
    func history(after: Instant?, limit: Int) throws(StoreError) -> AttemptHistory

    /// Adds a model in its state; one that becomes current makes the one before it previous.
    ///
    /// In small steps: others that write wait for a fraction of a millisecond only. Old ones are forgotten.
    /// - Returns: its id.
    func keep(_ model: ModelSummary, bytes: [UInt8]) throws(StoreError) -> Int64

    /// All that are kept of a kind, newest first.
    func models(of kind: String) throws(StoreError) -> [ModelSummary]

    func currentModel(of kind: String) throws(StoreError) -> ModelSummary?

    /// Empty when there is no such model.
    func bytes(ofModel id: Int64) throws(StoreError) -> [UInt8]

    /// One that becomes current makes the one before it previous.
    func setModel(_ id: Int64, to state: ModelSummary.State, because reason: String?) throws(StoreError)

    /// Remembers a revision that an optimisation has made in a workflow's file.
    ///
    /// - Returns: its id.
    func remember(_ optimization: WorkflowOptimization) throws(StoreError) -> Int64

    /// Newest first.
    /// - Parameter workflow: by name.
    func optimizations(of workflow: String) throws(StoreError) -> [WorkflowOptimization]

    /// Takes over what is known later: the runs after it, its state and the reason.
    func update(_ optimization: WorkflowOptimization) throws(StoreError)

    /// Nil when the run is not known, or its log was forgotten.
    func conditions(of run: Run.ID) throws(StoreError) -> RunConditions?

    /// The number of the newest event; 0 before the first.
    func endOfLog() throws(StoreError) -> Int64

    /// A number that is another one after anybody else, in this process or another, has changed anything.
    ///
    /// What was changed through this very store leaves it as it is.
    func version() throws(StoreError) -> Int64

    /// The events of all runs, or of one, in the order appended, from the one after `sequence` on.
    func log(after sequence: Int64, of run: Run.ID?, limit: Int) throws(StoreError) -> [LogEntry]

    /// All of which there are runs, by name.
    func workflows() throws(StoreError) -> [WorkflowSummary]

    /// Adds a key; its hash must be new.
    func remember(_ key: APIKey) throws(StoreError)

    /// Oldest first, revoked ones too.
    func apiKeys() throws(StoreError) -> [APIKey]

    /// Does nothing where it was revoked before.
    func revokeAPIKey(_ hash: String, at now: Instant) throws(StoreError)

    /// Adds entries in their order, all or none.
    func remember(_ entries: [AuditEntry]) throws(StoreError)

    /// Newest first.
    /// - Parameter id: only entries that are older than this one; nil for the newest.
    func auditEntries(before id: Int64?, limit: Int) throws(StoreError) -> [AuditEntry]

    /// Takes a request that may come several times.
    ///
    /// - Returns: the one of the same actor and key that was taken before; nil when this is the first.
    func claim(_ request: IdempotentRequest) throws(StoreError) -> IdempotentRequest?

    /// Keeps the answer to a request that was claimed; without an answer the request is forgotten, and may come again.
    func settle(_ request: IdempotentRequest) throws(StoreError)

    /// All of a kind, by name.
    func automations(of kind: Automation.Kind) throws(StoreError) -> [Automation]

    /// Adds or changes an automation, and adds firings, all or nothing.
    ///
    /// One whose key is there already is left out, unless that one was skipped or refused: then it takes its place.
    /// - Returns: how many firings were added.
    func keep(_ automation: Automation, firings: [Firing]) throws(StoreError) -> Int

    /// Forgets an automation and its firings; false where there is none.
    func forget(_ kind: Automation.Kind, named name: String) throws(StoreError) -> Bool

    /// Takes over a firing's run, state, reason and input.
    func settle(_ firing: Firing) throws(StoreError)

    /// Skips whatever waits in a batch.
    func skipFirings(
        of kind: Automation.Kind, named name: String, batch: String, because reason: String
    ) throws(StoreError)

    /// Nil where there is none of this key.
    func firing(of kind: Automation.Kind, named name: String, key: String) throws(StoreError) -> Firing?

    /// Runs that ended and that no firing of this automation stands for, by `Firing.key(ofEnd:at:)`, in the order of their
    /// ends.
    ///
    /// - Parameters:
    ///   - workflow: by name; nil: of all.
    ///   - after: only those that ended later.
    func endedRuns(
        of workflow: String?, in statuses: [Run.Status], after: Instant, withoutFiringOf kind: Automation.Kind,
        named name: String, limit: Int
    ) throws(StoreError) -> [RunSummary]

    /// What is still to be started, oldest first.
    func waitingFirings(
        of kind: Automation.Kind, named name: String, batch: String, limit: Int
    ) throws(StoreError) -> [Firing]

    /// Newest first.
    /// - Parameters:
    ///   - batch: nil for all.
    ///   - place: only firings that are older than the one there; nil for the newest.
    func firings(
        of kind: Automation.Kind, named name: String, batch: String?, before place: Firing.Place?, limit: Int
    ) throws(StoreError) -> [Firing]

    /// How many firings of a batch are in each state; without the states that none is in.
    func firingCounts(
        of kind: Automation.Kind, named name: String, batch: String
    ) throws(StoreError) -> [Firing.State: Int]

    /// How many started runs have not ended.
    func openFirings(of kind: Automation.Kind, named name: String, batch: String) throws(StoreError) -> Int

    /// What an earlier attempt made under the same cache key.
    func cachedResult(for key: String) throws(StoreError) -> CachedResult?

    func remember(_ result: CachedResult, for key: String) throws(StoreError)

    /// Remembers why a task runs; the latest look of a task counts.
    func remember(_ miss: CacheMiss) throws(StoreError)

    /// Why a task ran, as it was when it started.
    func cacheMiss(of task: TaskReference) throws(StoreError) -> CacheMiss?

    /// Why the task of that name ran when it last succeeded by running, in a run of the same workflow before this one.
    func cacheMiss(before task: TaskReference) throws(StoreError) -> CacheMiss?

    /// Remembers which files an attempt read and wrote; the latest word on an attempt counts.
    func remember(_ files: ObservedFiles, of attempt: Attempt.ID) throws(StoreError)

    /// Of the attempts that were traced, in order of task and number.
    func observedFiles(of run: Run.ID) throws(StoreError) -> [TracedAttempt]

    /// The remembered hash of a file that still looks the same.
    func hash(of file: FileStamp) throws(StoreError) -> String?

    func remember(_ hashes: [FileHash]) throws(StoreError)

    /// Forgets what has outlived its time, in small steps: others that write wait for milliseconds only.
    ///
    /// - Parameter mayGoOn: asked between the steps.
    /// - Returns: true when nothing more is to be forgotten now.
    func prune(_ retention: Retention, at now: Instant, while mayGoOn: () -> Bool) throws(StoreError) -> Bool
}

extension Store {
    public func append(_ events: [Recorded], for run: Run.ID) throws(StoreError) {
        try append([RunBatch(run: run, events: events)])
    }

    /// The latest run that a filter matches.
    public func latestRun(matching filter: RunFilter) throws(StoreError) -> RunSummary? {
        var filter = filter
        filter.limit = 1
        return try runs(matching: filter).first
    }
}

/// What happened in one run, to be put on record together with what happened in others.
public struct RunBatch: Sendable {
    /// The cluster's own events become part of its log.
    public var run: Run.ID
    public var events: [Recorded]
    /// How the machine and the run stand, every now and then.
    public var state: SystemState?

    public init(run: Run.ID, events: [Recorded], state: SystemState? = nil) {
        self.run = run
        self.events = events
        self.state = state
    }
}
