/// How an attempt ended. A failure is data, not an error.
public enum Outcome: Hashable, Sendable, Codable {
    /// What the task printed or wrote for others, where somebody asks for it.
    case succeeded(TaskValues?)
    /// An earlier result was still valid, so the command did not run.
    case reused(TaskValues?, from: Run.ID)
    case failed(Failure)
    /// Ended because the engine asked for it.
    case stopped
    /// Its worker or supervisor died; nobody knows how far it came, and it is not the task's fault.
    case lost
}

/// Why a task has no result.
public enum Failure: Hashable, Sendable, Codable {
    case exitCode(Int32)
    /// Ended by a signal that Baton did not send.
    case signal(Int32)
    /// Killed by the kernel for memory, by the kernel's own counter.
    case outOfMemory
    case timedOut
    /// The program or its folder is missing or not permitted; the system's reason.
    case notStarted(String)
    /// Exited with 0 without making these outputs.
    case missingOutputs([String])
    /// Somebody was asked and said no.
    case rejected(Review)
    /// An expression could not be evaluated with the values that the run produced.
    case invalid(String)
}
