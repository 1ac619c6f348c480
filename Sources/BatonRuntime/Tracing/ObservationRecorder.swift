import BatonCore
import BatonStore
import Foundation

/// Puts on record which files an attempt read and wrote, once it has ended.
///
/// What the tracer wrote is read once and removed; that it is there says that the attempt was traced, also to whoever takes
/// the run over. Used from several threads; the store within is only touched under the lock.
// `store` is guarded by `lock`, the rest never changes.
final class ObservationRecorder: @unchecked Sendable {
    private let folder: RunFolder
    private let secrets: [String]
    private let makeStore: @Sendable () throws(StoreError) -> any Store
    private let lock = NSLock()
    private var store: (any Store)?

    init(folder: RunFolder, secrets: Secrets, makeStore: @escaping @Sendable () throws(StoreError) -> any Store) {
        self.folder = folder
        self.secrets = secrets.all.filter { !$0.isEmpty }
        self.makeStore = makeStore
    }

    func wasTraced(_ attempt: Attempt.ID) -> Bool {
        access(path(of: attempt), F_OK) == 0
    }

    /// A store that can't be written leaves the trace where it is: that is no reason for a task to fail.
    ///
    /// - Parameters:
    ///   - directory: the attempt's working directory.
    ///   - root: the workflow's folder.
    func record(_ attempt: Attempt.ID, _ outcome: Outcome, directory: String, root: String) {
        let real = Self.realPath(root)
        let scope = FileObserver.Scope(
            roots: [root] + (real == root ? [] : [real].compactMap { $0 }), excluded: excluded,
            directory: Self.realPath(directory) ?? directory)
        var observer = FileObserver(scope, realPath: Self.realPath, isFolder: Self.isFolder)
        if outcome == .lost { observer.noteGap() }
        guard TraceFile.read(path(of: attempt), into: &observer) else { return }
        var files = observer.finish()
        files.mask(secrets)
        let isRecorded: Void? = lock.withLock {
            if store == nil { store = try? makeStore() }
            return try? store?.remember(files, of: attempt)
        }
        if isRecorded != nil { unlink(path(of: attempt)) }
    }

    private var excluded: [String] {
        [folder.path, Self.realPath(folder.path)].compactMap { $0 }
    }

    private func path(of attempt: Attempt.ID) -> String {
        folder.path + "/" + RunFolder.trace(of: attempt)
    }

    private static func realPath(_ path: String) -> String? {
        guard let found = realpath(path, nil) else { return nil }
        defer { free(found) }
        return String(cString: found)
    }

    private static func isFolder(_ path: String) -> Bool {
        FileStatus(path, followingLinks: false)?.isFolder == true
    }
}

extension ObservedFiles {
    /// Secrets are stored nowhere, not even as part of a file's name.
    fileprivate mutating func mask(_ secrets: [String]) {
        func masked(_ path: String) -> String {
            secrets.reduce(path) { $0.replacing($1, with: "***") }
        }
        guard !secrets.isEmpty else { return }
        reads = reads.map(masked)
        writes = writes.map(masked)
        deletes = deletes.map(masked)
        missed = missed.map(masked)
    }
}
