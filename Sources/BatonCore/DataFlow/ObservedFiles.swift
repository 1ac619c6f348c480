/// Which files an attempt read and wrote, as the kernel saw it: an observation, not what a task declares.
///
/// Paths are relative to the workflow's folder, sorted, without repetition; a folder ends with a slash. What lies outside
/// of the workflow's folder is not in it.
public struct ObservedFiles: Hashable, Sendable, Codable {
    /// Opened for reading or executed, unless the attempt had made the content itself.
    public var reads: [String]
    /// Opened for writing, made, linked or renamed to; folders that were made, or would have been, had they not been there.
    public var writes: [String]
    /// Removed, or renamed away, except what the attempt had made itself.
    public var deletes: [String]
    /// Looked for to be opened and not there, then or later: where another task writes it, somebody came too early.
    public var missed: [String]
    /// False when there was more than is kept, or not all could be observed.
    public var isComplete: Bool

    public init(
        reads: [String] = [], writes: [String] = [], deletes: [String] = [], missed: [String] = [],
        isComplete: Bool = true
    ) {
        self.reads = reads
        self.writes = writes
        self.deletes = deletes
        self.missed = missed
        self.isComplete = isComplete
    }

    private enum CodingKeys: String, CodingKey {
        case reads, writes, deletes, missed
        case isComplete = "complete"
    }
}
