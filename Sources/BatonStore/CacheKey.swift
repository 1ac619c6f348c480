public import BatonCore

/// What a task's result depends on, and the hash of it under which the result is remembered.
public struct CacheKey: Hashable, Sendable {
    /// Of the key's format; results of another one are not reused.
    public var version: Int
    /// Of all parts, with their kinds and names.
    public var hash: String
    public var parts: [Part]

    public init(version: Int, hash: String, parts: [Part]) {
        self.version = version
        self.hash = hash
        self.parts = parts
    }

    public struct Part: Hashable, Sendable, Codable {
        public var kind: Kind
        /// Of the variable, the input or the file; the argument's position in a command.
        public var name: String
        /// As rendered for the attempt; of a file the hash of its content.
        public var value: String

        public init(_ kind: Kind, _ name: String, _ value: String = "") {
            self.kind = kind
            self.name = name
            self.value = value
        }
    }

    public enum Kind: String, Hashable, Sendable, Codable {
        case command, environment, secret, workdir, output, input, file
    }
}

/// Why an earlier result did not save a task from running.
public enum Staleness: Hashable, Sendable, Codable {
    /// Nothing is remembered under its key.
    case noResult
    /// There was a result, but this output of it is gone.
    case missingOutput(String, from: Run.ID)
    /// There was a result, but this output of it has another content now.
    case changedOutput(String, from: Run.ID)
}

/// A look for an earlier result that found none to reuse, so that the task ran.
public struct CacheMiss: Hashable, Sendable {
    public var task: TaskReference
    public var key: CacheKey
    public var staleness: Staleness
    public var at: Instant

    public init(task: TaskReference, key: CacheKey, staleness: Staleness, at: Instant) {
        self.task = task
        self.key = key
        self.staleness = staleness
        self.at = at
    }
}
