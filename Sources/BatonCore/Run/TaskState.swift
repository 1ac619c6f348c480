/// Where a task stands: each case carries exactly what is known then.
public enum TaskState: Hashable, Sendable {
    /// Dependencies that have not succeeded yet (plus one for `finally` tasks while others are unfinished).
    case blocked(waitingFor: Int32)
    /// Nothing is left to wait for but a person's yes to this question.
    case awaitingApproval(question: String, since: Instant)
    case ready(since: Instant)
    case running(Running)
    case backingOff(until: Instant)
    /// Number of the attempt that succeeded; 0 where nothing ran (groups, results carried over).
    case succeeded(attempt: Int32)
    case failed(Failure)
    case skipped(because: SkipReason)
    case cancelled

    public struct Running: Hashable, Sendable {
        public var attempt: Int32
        public var worker: Worker.ID
        public var since: Instant
        /// Reserved for it; memory grows with what the attempt is seen to use.
        public var grant: Resources
        /// Set once the engine has asked for the end of the attempt.
        public var stopping: StopReason?

        public init(
            attempt: Int32, worker: Worker.ID, since: Instant, grant: Resources, stopping: StopReason? = nil
        ) {
            self.attempt = attempt
            self.worker = worker
            self.since = since
            self.grant = grant
            self.stopping = stopping
        }
    }

    public var isTerminal: Bool {
        switch self {
        case .blocked, .awaitingApproval, .ready, .running, .backingOff: false
        case .succeeded, .failed, .skipped, .cancelled: true
        }
    }

    public var label: Label {
        switch self {
        case .blocked: .blocked
        case .awaitingApproval: .awaitingApproval
        case .ready: .ready
        case .running: .running
        case .backingOff: .backingOff
        case .succeeded: .succeeded
        case .failed: .failed
        case .skipped: .skipped
        case .cancelled: .cancelled
        }
    }

    /// The case without what it carries; these words are stored and shown.
    public enum Label: String, Hashable, Sendable, Codable, CaseIterable {
        case blocked
        case awaitingApproval = "awaiting_approval"
        case ready, running
        case backingOff = "backing_off"
        case succeeded, failed, skipped, cancelled
    }
}

public enum SkipReason: Hashable, Sendable, Codable {
    /// This dependency failed, was skipped or was cancelled.
    case dependency(TaskInstance.ID)
    /// Its `when` was false.
    case condition
}

public enum StopReason: String, Hashable, Sendable, Codable {
    case timeout, cancelled
    /// The other attempt of its task has succeeded.
    case outrun
    /// Cancelled a second time: no grace.
    case killed
}
