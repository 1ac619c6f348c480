public import BatonCore

/// A revision of a workflow that an optimisation made in its file: what it promised, and what came of it.
public struct WorkflowOptimization: Hashable, Sendable {
    /// Counts up; 0 until the store has given it.
    public var id: Int64
    public var workflow: String
    /// Of the workflow's file, absolute.
    public var path: String
    /// Ids of the findings that it cures.
    public var findings: [String]
    public var edits: [WorkflowEdit]
    public var appliedBy: Applier
    public var applied: Instant
    public var promise: Promise
    public var before: Before
    /// Runs after it that did the same work, oldest first.
    public var after: [MeasuredRun]
    /// Of the file, whole.
    public var textBefore: String
    public var textAfter: String
    public var state: State
    /// Why it is in its state, in words; nil where that goes without saying.
    public var reason: String?

    public init(
        id: Int64 = 0, workflow: String, path: String, findings: [String], edits: [WorkflowEdit], appliedBy: Applier,
        applied: Instant, promise: Promise, before: Before, after: [MeasuredRun] = [], textBefore: String,
        textAfter: String, state: State = .promised, reason: String? = nil
    ) {
        self.id = id
        self.workflow = workflow
        self.path = path
        self.findings = findings
        self.edits = edits
        self.appliedBy = appliedBy
        self.applied = applied
        self.promise = promise
        self.before = before
        self.after = after
        self.textBefore = textBefore
        self.textAfter = textAfter
        self.state = state
        self.reason = reason
    }

    public enum Applier: String, Hashable, Sendable, CaseIterable {
        case user
        /// Nobody looked at it, so nobody need take it back.
        case automatic
    }

    public enum State: String, Hashable, Sendable, CaseIterable {
        /// It is not known yet whether the promise holds.
        case promised
        case kept
        case broken
        /// The file is as it was before.
        case reverted
    }

    public struct Promise: Hashable, Sendable, Codable {
        public var completionTime: Saving
        public var memoryHours: Saving

        public init(completionTime: Saving, memoryHours: Saving) {
            self.completionTime = completionTime
            self.memoryHours = memoryHours
        }
    }

    /// By what share something becomes less, and where that lies in 95 of 100 cases; negative where it becomes more.
    public struct Saving: Hashable, Sendable, Codable {
        public var mean: Double
        public var low: Double
        public var high: Double

        public init(mean: Double, low: Double, high: Double) {
            self.mean = mean
            self.low = low
            self.high = high
        }
    }

    /// What later runs are compared with.
    public struct Before: Hashable, Sendable, Codable {
        /// The newest runs that did the most work, newest first; empty where nothing comparable had run.
        public var runs: [MeasuredRun]
        /// What these runs have in common; nil without any.
        public var basis: Basis?

        public init(runs: [MeasuredRun] = [], basis: Basis? = nil) {
            self.runs = runs
            self.basis = basis
        }
    }

    /// What makes two runs comparable.
    public struct Basis: Hashable, Sendable, Codable {
        public var parameters: [Workflow.Binding]
        /// Names of the instances that ran and were not up to date, sorted.
        public var instances: [String]
        /// Of the worker.
        public var milliCPU: Int64
        public var memoryBytes: Int64
        public var gpus: Int64

        public init(parameters: [Workflow.Binding], instances: [String], capacity: Resources) {
            self.parameters = parameters
            self.instances = instances
            milliCPU = capacity.milliCPU
            memoryBytes = capacity.memoryBytes
            gpus = capacity.gpus
        }
    }

    public struct MeasuredRun: Hashable, Sendable, Codable {
        public var run: Run.ID
        public var seconds: Double
        /// Granted memory over time.
        public var gigabyteHours: Double

        public init(run: Run.ID, seconds: Double, gigabyteHours: Double) {
            self.run = run
            self.seconds = seconds
            self.gigabyteHours = gigabyteHours
        }
    }

    /// By how many percent the mean time of the runs became less; nil before there are any on both sides.
    public var improvementPercent: Double? {
        guard !before.runs.isEmpty, !after.isEmpty else { return nil }
        func mean(_ runs: [MeasuredRun]) -> Double { runs.reduce(0) { $0 + $1.seconds } / Double(runs.count) }
        let earlier = mean(before.runs)
        return earlier > 0 ? (earlier - mean(after)) / earlier * 100 : nil
    }
}

/// Under what a run went on, as far as that decides how long it takes.
public struct RunConditions: Hashable, Sendable {
    public var submission: Run.Submission
    /// Of the worker, when it joined.
    public var capacity: Resources
    /// It was paused, tried again or lost its worker: it lasted longer than its tasks took.
    public var wasInterrupted: Bool
    /// Other runs had a part of the worker, or of a limit, for a while.
    public var wasShared: Bool

    /// Kinds of the events by which it is known.
    static let kinds = [
        "run_submitted", "worker_joined", "worker_resized", "worker_lost", "limits_shared", "run_paused", "run_retried",
        "tasks_added",
    ]

    /// - Parameter events: of the run, of these kinds at least; nil where it was never submitted.
    init?(_ events: some Sequence<Event>) {
        var submission: Run.Submission?
        capacity = .zero
        wasInterrupted = false
        wasShared = false
        for event in events {
            switch event {
            case .runSubmitted(let submitted): submission = submitted
            case .workerJoined(let worker): capacity = worker.capacity
            case .workerResized(_, let size):
                if size.milliCPU < capacity.milliCPU || size.memoryBytes < capacity.memoryBytes { wasShared = true }
            case .limitsShared(_, let held): if held.contains(where: { $0 > 0 }) { wasShared = true }
            case .workerLost, .runPaused, .runRetried, .tasksAdded: wasInterrupted = true
            case .estimated, .decided, .attemptGrew, .attemptEnded, .alarmRang, .runUnpaused,
                .runCancelled, .prioritized, .reviewed, .recalled:
                break
            }
        }
        guard let submission else { return nil }
        self.submission = submission
    }
}
