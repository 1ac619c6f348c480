/// One change of a workflow: small enough to explain in a sentence, to price and to make in the user's file.
///
/// Names of tasks are those of the definition (`align`, not `align[a]`): an edit concerns all instances of a fan-out.
public enum WorkflowEdit: Hashable, Sendable, Codable {
    /// Declares how much memory the task asks for; rounded up by `ByteCount.rounded`, so that the file stays readable.
    case setMemory(task: String, bytes: Int64)
    /// Declares how many thousandths of a core the task asks for.
    case setCPU(task: String, milliCPU: Int64)
    /// Takes away an entry of `needs`, named by its text as written: `align[${{ sample }}]`.
    case removeNeed(task: String, need: String)
    case addNeed(task: String, need: String)
    /// From 0 to 100.
    case setPriority(task: String, Int32)
    case setRetries(task: String, RetryRule)
    case setTimeout(task: String, Duration)
    /// Lets a second attempt start beside one that has run so long.
    case setSpeculation(task: String, Duration)
    case setCached(task: String, Bool)
    /// The task may run on workers of these kinds only.
    case setWorkerKinds(task: String, [String])
    /// One instance of a fan-out does the work of so many values, one after the other.
    case setBatch(task: String, size: Int)
    /// Gives a named limit or a concurrency group another capacity.
    case setLimit(name: String, capacity: Int64)
    /// A new limit, which nobody holds yet.
    case addLimit(name: String, capacity: Int64)
    /// The task holds one unit of a limit while it runs.
    case addSlot(task: String, limit: String)
    /// The task no longer holds units of a limit; a limit that nobody holds any more goes too.
    case removeSlots(task: String, limit: String)
    /// Makes one task of a chain, given first to last, or of tasks that wait for the same; it keeps the name of the last.
    case fuse(tasks: [String])
    /// Removes a task that does exactly what another does; who needed it needs the other.
    case merge(task: String, into: String)
    /// Makes a task of the lines with which the scripts of several tasks begin; each of them needs it.
    case share(tasks: [String], lines: Int, name: String)

    /// Whose definitions change or disappear.
    public var tasks: [String] {
        switch self {
        case .setMemory(let task, _), .setCPU(let task, _), .removeNeed(let task, _), .addNeed(let task, _),
            .setPriority(let task, _), .setRetries(let task, _), .setTimeout(let task, _),
            .setSpeculation(let task, _), .setCached(let task, _), .setWorkerKinds(let task, _),
            .setBatch(let task, _), .addSlot(let task, _), .removeSlots(let task, _):
            [task]
        case .setLimit, .addLimit: []
        case .fuse(let tasks), .share(let tasks, _, _): tasks
        case .merge(let task, let other): [task, other]
        }
    }
}

/// Why an edit cannot be made: it names something that is not there, or it would change what the workflow does.
public struct WorkflowEditProblem: Error, Hashable, Sendable {
    /// The reason in words, for the user.
    public var message: String
    /// What to do about it.
    public var hint: String?

    public init(_ message: String, hint: String? = nil) {
        self.message = message
        self.hint = hint
    }

    /// The first of what is wrong with a workflow.
    public init(_ error: WorkflowError) { self.init(error.problems[0].message, hint: error.problems[0].hint) }
}
