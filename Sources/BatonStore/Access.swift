public import BatonCore

/// A key that lets somebody in; the key itself is never stored.
public struct APIKey: Hashable, Sendable {
    /// SHA-256 of the key, in hexadecimal.
    public var hash: String
    /// Whose it is, as people call it.
    public var name: String
    public var role: String
    public var created: Instant
    /// Nil while it is good.
    public var revoked: Instant?

    public init(hash: String, name: String, role: String, created: Instant, revoked: Instant? = nil) {
        self.hash = hash
        self.name = name
        self.role = role
        self.created = created
        self.revoked = revoked
    }
}

/// Something that somebody did, for those who ask later.
public struct AuditEntry: Hashable, Sendable {
    /// Counts up; 0 until the store has given it.
    public var id: Int64
    public var at: Instant
    public var actor: String
    /// Such as `run.cancelled`.
    public var action: String
    public var subject: String?
    public var detail: String?

    public init(
        id: Int64 = 0, at: Instant, actor: String, action: String, subject: String? = nil, detail: String? = nil
    ) {
        self.id = id
        self.at = at
        self.actor = actor
        self.action = action
        self.subject = subject
        self.detail = detail
    }
}

/// A request that may come several times and is carried out once.
public struct IdempotentRequest: Hashable, Sendable {
    public var actor: String
    /// Chosen by the actor.
    public var key: String
    /// Of all that must be the same when it comes again.
    public var fingerprint: String
    /// The run that it makes, chosen before it is made: after a crash in between, whether it is there tells how far it came.
    public var run: Run.ID
    public var at: Instant
    /// Nil until it was answered.
    public var answer: Answer?

    public init(
        actor: String, key: String, fingerprint: String, run: Run.ID, at: Instant, answer: Answer? = nil
    ) {
        self.actor = actor
        self.key = key
        self.fingerprint = fingerprint
        self.run = run
        self.at = at
        self.answer = answer
    }

    public struct Answer: Hashable, Sendable {
        /// Of HTTP.
        public var status: Int
        public var body: String

        public init(status: Int, body: String) {
            self.status = status
            self.body = body
        }
    }
}

/// An event of the log with the run in whose log it stands.
public struct LogEntry: Hashable, Sendable {
    public var run: Run.ID
    public var logged: LoggedEvent

    public init(run: Run.ID, logged: LoggedEvent) {
        self.run = run
        self.logged = logged
    }
}

/// A workflow by what ran of it.
public struct WorkflowSummary: Hashable, Sendable {
    public var name: String
    public var runs: Int
    public var lastRun: Run.ID
    public var lastStatus: Run.Status
    public var lastSubmitted: Instant
}
