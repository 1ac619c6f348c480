/// An order of the engine to its world. Both worlds switch over it without a default.
public enum Effect: Hashable, Sendable {
    /// Ask the policy; something may be startable.
    case decide
    case start(Order)
    case stop(Attempt.ID, StopReason)
    case wake(at: Instant, Alarm)
    /// See whether an earlier result of a task that asks for approval still holds; if so, `.recalled` is to follow.
    case recall(TaskReference)
    /// Tell whoever listens: read models, progress, subscribers.
    case announce(Change)

    /// An attempt to be carried out.
    public struct Order: Hashable, Sendable {
        public var attempt: Attempt.ID
        public var worker: Worker.ID
        public var grant: Resources
        /// To be enforced where the system permits; nil when Baton chose the grant without the user's word.
        public var memoryLimitBytes: Int64?
    }
}

/// What became different, for those who watch.
public enum Change: Hashable, Sendable {
    case runStatus(Run.ID, Run.Status, at: Instant)
    /// New instances, numbered from `first`; all begin `blocked`. The graph is that of all instances from now on.
    case tasksAdded(Run.ID, first: TaskInstance.ID, [TaskInstance], Graph)
    case taskState(TaskReference, TaskState, at: Instant)
}
