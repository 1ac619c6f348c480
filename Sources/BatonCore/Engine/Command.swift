/// A wish. It may be refused; when granted it becomes an event.
public enum Command: Hashable, Sendable {
    case submit(Run.Submission)
    case pause(Run.ID)
    case unpause(Run.ID)
    case cancel(Run.ID, force: Bool)
    case retry(Run.ID)
}

/// Why a wish was refused.
public enum CommandError: Error, Hashable, Sendable {
    case invalidWorkflow(WorkflowError)
    case unknownRun(Run.ID)
    case duplicateRun(Run.ID)
    /// These tasks ask for more than any worker has, however long they wait.
    case neverFits([Misfit])
    /// The run has ended, or has not ended yet, and the wish needs the opposite.
    case wrongStatus(Run.ID, Run.Status)

    public struct Misfit: Hashable, Sendable {
        public var task: String
        public var request: Resources
        public var largestWorker: Resources
    }
}
