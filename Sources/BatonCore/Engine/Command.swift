/// A wish. It may be refused; when granted it becomes an event.
public enum Command: Hashable, Sendable {
    case submit(Run.Submission)
    /// Lets tasks join a run that goes on, after those of it that are named.
    case add([Run.AddedTask], to: Run.ID)
    case pause(Run.ID)
    case unpause(Run.ID)
    case cancel(Run.ID, force: Bool)
    case retry(Run.ID)
    /// 0 to 100; of one task of the run, or of all.
    case prioritize(Run.ID, TaskInstance.ID?, priority: Int32)
    /// Answers a task that asks for approval.
    case review(TaskReference, Review)
}

/// Why a wish was refused.
public enum CommandError: Error, Hashable, Sendable {
    case invalidWorkflow(WorkflowError)
    case unknownRun(Run.ID)
    case duplicateRun(Run.ID)
    /// These tasks ask for more than any worker has that they may run on, however long they wait.
    case neverFits([Misfit])
    /// The run has ended, or has not ended yet, and the wish needs the opposite.
    case wrongStatus(Run.ID, Run.Status)
    /// The run has no such task.
    case unknownTask(TaskReference)
    /// The task has ended otherwise than by success, and the wish needs that.
    case wrongState(TaskReference, TaskState.Label)
    /// The task asks nobody for approval: not yet, not any more, or never.
    case notAsking(TaskReference, TaskState.Label)
    /// One task can't wait for these, which belong to different runs.
    case separateRuns([TaskReference])
    /// Priorities go from 0 to 100.
    case invalidPriority(Int32)

    public struct Misfit: Hashable, Sendable {
        public var task: String
        public var request: Resources
        /// Of those that it may run on; nothing where there is none.
        public var largestWorker: Resources
        /// Nil where the task is too large.
        public var missingKind: WorkerKindGap?
    }
}
