public import BatonCore

/// Something that holds a workflow back or endangers it, with what shows it and what would cure it.
public struct Finding: Hashable, Sendable {
    public var kind: Kind
    /// Names in the workflow; the first stands for a family.
    public var tasks: [String]
    /// What was seen, in sentences.
    public var evidence: [String]
    /// What to do about it, in one sentence.
    public var rewrite: String
    /// The same as changes of the workflow; empty where only a person can make them.
    public var edits: [WorkflowEdit]
    public var preserves: Guarantee
    public var risk: Risk
    /// Without it the edits are not made.
    public var permission: Permission?

    public init(
        kind: Kind, tasks: [String], evidence: [String], rewrite: String, edits: [WorkflowEdit],
        preserves: Guarantee, risk: Risk, permission: Permission? = nil
    ) {
        self.kind = kind
        self.tasks = tasks
        self.evidence = evidence
        self.rewrite = rewrite
        self.edits = edits
        self.preserves = preserves
        self.risk = risk
        self.permission = permission
    }

    /// Unique among the findings of a workflow, and the same the next time: `over-request:align`.
    public var id: String { "\(kind.rawValue):\(tasks.first ?? "")" }

    public enum Kind: String, Hashable, Sendable, CaseIterable {
        /// Tasks ask for more memory or cores than they use, which keeps others waiting.
        case overRequest = "over-request"
        /// Tasks ask for less memory than they take, and are killed for it.
        case underRequest = "under-request"
        /// The order is given by other dependencies already.
        case redundantDependency = "redundant-dependency"
        /// No file flows over a dependency.
        case needlessDependency = "needless-dependency"
        /// Tasks of one sort wait for each other without need.
        case serialFanOut = "serial-fan-out"
        /// Two tasks use the same file in an order that nothing ensures.
        case missingDependency = "missing-dependency"
        /// Tasks so short that starting them is a good part of what they take.
        case smallTasks = "small-tasks"
        /// The same work is done several times.
        case repeatedWork = "repeated-work"
        /// Several tasks begin by fetching or installing the same.
        case repeatedSetup = "repeated-setup"
        /// Failed attempts are tried again although that never helps.
        case retryStorm = "retry-storm"
        /// Some attempts take many times as long as the same work takes otherwise.
        case straggler = "straggler"
        /// The same, cured by a second attempt beside the one that is late.
        case stragglerCopy = "straggler-copy"
        /// Tasks of one sort slow each other down, so that fewer at once would get more done.
        case contention
        /// A limit or concurrency group is what the workflow waits for.
        case tightLimit = "tight-limit"
        /// Tasks hold workers that cost more than others on which they would do as well.
        case workerKind = "worker-kind"
        /// What others wait for comes late.
        case order = "order"
    }

    /// What stays the same when the rewrite is made.
    public enum Guarantee: String, Hashable, Sendable {
        /// The same commands run, each after all that it ran after before.
        case order = "the same commands in the same order"
        /// The same commands run; some need no longer wait for others.
        case commands = "the same commands; some no longer wait for others"
        /// The same commands run; some wait for others, which they did by luck only.
        case waits = "the same commands; some wait for what they need"
        /// What is done several times is done once.
        case results = "the same results; what was done several times is done once"
    }

    public enum Risk: String, Hashable, Sendable {
        /// Nothing that a task sees changes.
        case none
        /// It rests on how earlier attempts behaved.
        case low
        /// It rests on what was not seen to happen.
        case high
    }

    /// What a user has to allow, because nothing can prove it safe.
    public enum Permission: String, Hashable, Sendable, CaseIterable {
        case dropDependencies = "drop-dependencies"
        case changeLimits = "change-limits"
        case stopStragglers = "stop-stragglers"
        /// Two attempts at one task run beside each other.
        case speculate
    }
}
