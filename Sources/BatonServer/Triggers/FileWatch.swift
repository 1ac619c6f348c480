import BatonCore
import BatonFormats
import BatonRuntime

/// A file as it was when somebody looked.
struct SeenFile: Hashable, Sendable {
    var path: String
    var modified: Instant
    var sizeBytes: Int64

    /// The same for as long as nobody has changed it.
    var key: String { "\(path) \(modified.nanoseconds) \(sizeBytes)" }
}

/// The files that a pattern names, look by look.
struct FileWatch: Sendable {
    private let glob: String
    private var last: Set<SeenFile> = []
    /// Of those that are there.
    private var done: Set<SeenFile> = []

    init(_ glob: String) {
        self.glob = glob
    }

    /// Those that are there now, sorted by their paths; folders and hidden ones are left out.
    static func files(matching glob: String) -> [SeenFile] {
        Files.matching(glob, in: "/").compactMap { path in
            guard let status = FileStatus(path), !status.isFolder else { return nil }
            return SeenFile(path: path, modified: status.modified, sizeBytes: status.sizeBytes)
        }
    }

    /// Those that are as they were at the look before, and were not yet dealt with: nobody writes them any more.
    mutating func settled() -> [SeenFile] {
        let files = Self.files(matching: glob)
        let settled = files.filter { last.contains($0) && !done.contains($0) }
        last = Set(files)
        done.formIntersection(last)
        return settled
    }

    mutating func deal(with files: [SeenFile]) { done.formUnion(files) }
}
