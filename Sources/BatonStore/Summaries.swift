public import BatonCore

/// An event with its place in the log.
public struct LoggedEvent: Hashable, Sendable {
    /// Grows with every event, over all runs.
    public var sequence: Int64
    public var event: Event
    public var at: Instant
}

/// Which runs to list; what is nil does not matter.
public struct RunFilter: Hashable, Sendable {
    public var statuses: [Run.Status]?
    /// By name.
    public var workflow: String?
    /// The file that the workflow came from, as it was named.
    public var source: String?
    /// A part of the id or of the workflow's name.
    public var search: String?
    /// Only runs that are older than this one.
    public var before: Run.ID?
    public var limit: Int

    public init(
        statuses: [Run.Status]? = nil, workflow: String? = nil, source: String? = nil, search: String? = nil,
        before: Run.ID? = nil, limit: Int = 100
    ) {
        self.statuses = statuses
        self.workflow = workflow
        self.source = source
        self.search = search
        self.before = before
        self.limit = limit
    }
}

/// A run as a list shows it.
public struct RunSummary: Hashable, Sendable {
    public var id: Run.ID
    public var workflow: String
    public var source: String?
    public var directory: String
    public var parameters: [Workflow.Binding]
    public var status: Run.Status
    public var submitted: Instant
    /// Nil until it has ended.
    public var ended: Instant?
    public var counts: TaskCounts

    public init(
        id: Run.ID, workflow: String, source: String?, directory: String, parameters: [Workflow.Binding],
        status: Run.Status, submitted: Instant, ended: Instant?, counts: TaskCounts
    ) {
        self.id = id
        self.workflow = workflow
        self.source = source
        self.directory = directory
        self.parameters = parameters
        self.status = status
        self.submitted = submitted
        self.ended = ended
        self.counts = counts
    }
}

/// How many tasks stand where; fan-outs count by their instances.
public struct TaskCounts: Hashable, Sendable {
    private var counts = [Int](repeating: 0, count: TaskState.Label.allCases.count)

    public init() {}

    public subscript(_ state: TaskState.Label) -> Int {
        get { counts[Self.position(of: state)] }
        set { counts[Self.position(of: state)] = newValue }
    }

    public var total: Int { counts.reduce(0, +) }

    private static func position(of state: TaskState.Label) -> Int {
        TaskState.Label.allCases.firstIndex(of: state)!
    }
}

/// A task instance as a list shows it.
public struct TaskSummary: Hashable, Sendable {
    public var id: TaskInstance.ID
    public var name: String
    /// The workflow's task that it is an instance of.
    public var template: String
    /// Stands for a whole fan-out and runs nothing.
    public var isGroup: Bool
    public var priority: Int32
    /// The fan-out's values by name, as a JSON object; nil without any.
    public var metadata: String?
    public var state: TaskState.Label
    public var detail: Detail?
    /// Number of the latest attempt; 0 before the first.
    public var attempt: Int32
    public var created: Instant
    /// When it came into its state.
    public var updated: Instant

    /// What is known beside the state's name.
    public enum Detail: Hashable, Sendable, Codable {
        case failure(Failure)
        case skipped(because: SkipReason)
        /// The end of the back-off.
        case until(Instant)
        /// What a person is asked.
        case question(String)
    }
}

/// A task that waits for a person's yes.
public struct ApprovalRequest: Hashable, Sendable {
    public var run: Run.ID
    /// By name.
    public var workflow: String
    public var task: TaskSummary

    public var question: String {
        if case .question(let text) = task.detail { text } else { "" }
    }
}

/// One try at a task as a list shows it.
public struct AttemptSummary: Hashable, Sendable {
    public var id: Attempt.ID
    public var worker: Worker.ID
    /// Reserved for it; memory as last raised.
    public var grant: Resources
    public var started: Instant
    public var ended: Instant?
    public var status: Status
    public var failure: Failure?
    public var usage: Usage?

    /// How far it came.
    public enum Status: String, Hashable, Sendable, CaseIterable {
        case running, succeeded, reused, failed, stopped, lost
    }

    /// True when the other ran beside it and was still running when it succeeded.
    public func hasOutrun(_ other: AttemptSummary) -> Bool {
        guard status == .succeeded || status == .reused, let ended, other.id != id else { return false }
        return other.started < ended && other.ended.map { $0 >= ended } ?? true
    }

    /// True when it was started while the other was running.
    public func isBeside(_ other: AttemptSummary) -> Bool {
        other.id.number < id.number && other.ended.map { $0 > started } ?? true
    }

    /// Of two attempts at a task that which says what became of it: one that has outrun the other, else the later.
    public static func decisive(_ earlier: AttemptSummary, _ later: AttemptSummary) -> AttemptSummary {
        earlier.hasOutrun(later) ? earlier : later
    }
}

extension [AttemptSummary] {
    /// Of the attempts at one task, in order of number, that which says what became of it.
    public var decisive: AttemptSummary? {
        dropFirst().reduce(first) { known, later in known.map { .decisive($0, later) } }
    }
}

/// One placement of a decision, and why it was made.
public struct DecisionSummary: Hashable, Sendable {
    /// Of the decision; several placements share it.
    public var number: Int64
    public var attempt: Attempt.ID
    public var at: Instant
    public var policy: String
    public var reason: String
}

/// What was expected of a task, and what its successful attempt took.
public struct PredictionSummary: Hashable, Sendable {
    public var task: TaskInstance.ID
    public var estimate: Estimate
    public var actual: Actual?

    /// The measured counterpart of an estimate.
    public struct Actual: Hashable, Sendable {
        public var duration: Duration
        public var cpu: Duration
        public var peakMemoryBytes: Int64
    }
}

/// An answer to "what is new?".
public struct TaskChanges: Hashable, Sendable {
    /// To ask with next time.
    public var sequence: Int64
    public var status: Run.Status
    public var tasks: [TaskSummary]
}

/// A measurement of an attempt that succeeded or was killed for memory, and the task that it belongs to.
public struct UsageSample: Hashable, Sendable {
    /// The workflow's task.
    public var task: String
    public var instance: String
    public var usage: Usage
    /// Bytes granted to an attempt that was killed for memory; nil when it succeeded.
    public var killedAtBytes: Int64?
}
