public import BatonCore

/// What an attempt made, kept so that the same need not be done again.
public struct CachedResult: Hashable, Sendable {
    public var run: Run.ID
    public var task: TaskInstance.ID
    public var values: TaskValues?
    public var outputs: [OutputFile]
    public var at: Instant

    public init(run: Run.ID, task: TaskInstance.ID, values: TaskValues?, outputs: [OutputFile], at: Instant) {
        self.run = run
        self.task = task
        self.values = values
        self.outputs = outputs
        self.at = at
    }
}

/// A file that a task made.
public struct OutputFile: Hashable, Sendable, Codable {
    public var path: String
    public var sizeBytes: Int64
    /// Of its content.
    public var hash: String

    public init(path: String, sizeBytes: Int64, hash: String) {
        self.path = path
        self.sizeBytes = sizeBytes
        self.hash = hash
    }

    private enum CodingKeys: String, CodingKey {
        case path
        case sizeBytes = "size_bytes"
        case hash
    }
}

/// What tells cheaply that a file is still the one that was hashed.
public struct FileStamp: Hashable, Sendable {
    /// Absolute.
    public var path: String
    public var sizeBytes: Int64
    public var modified: Instant
    public var inode: UInt64

    public init(path: String, sizeBytes: Int64, modified: Instant, inode: UInt64) {
        self.path = path
        self.sizeBytes = sizeBytes
        self.modified = modified
        self.inode = inode
    }
}

/// The hash of a file's content as it was under a stamp.
public struct FileHash: Hashable, Sendable {
    public var file: FileStamp
    public var hash: String
    public var at: Instant

    public init(file: FileStamp, hash: String, at: Instant) {
        self.file = file
        self.hash = hash
        self.at = at
    }
}
