import BatonCore

/// Follows the calls of an attempt's processes: which folder each is in, and which files of the workflow they mean.
///
/// Looking at a file (`stat`) is no reading: shells and `make` look at everything, and whoever needs the content opens it.
struct FileObserver {
    /// Where the traced processes began, and what of the file system is of interest.
    struct Scope {
        /// The workflow's folder, absolute; also as it is without symbolic links, if that differs.
        var roots: [String]
        /// Baton's own below it.
        var excluded: [String]
        /// The attempt's working directory.
        var directory: String
        /// Most files that are kept.
        var limit = 10_000
    }

    private let scope: Scope
    private let realPath: (String) -> String?
    private let isFolder: (String) -> Bool
    private var record: FileRecord
    private var folders: ProcessFolders
    private var realFolders: [String: String] = [:]

    /// - Parameters:
    ///   - realPath: a folder without symbolic links; nil when there is no such folder.
    ///   - isFolder: whether there is a folder at a path, now that the attempt has ended.
    init(
        _ scope: Scope, realPath: @escaping (String) -> String? = { _ in nil },
        isFolder: @escaping (String) -> Bool = { _ in false }
    ) {
        self.scope = scope
        self.realPath = realPath
        self.isFolder = isFolder
        record = FileRecord(limit: scope.limit)
        folders = ProcessFolders(scope.directory)
    }

    mutating func take(_ item: TraceReader.Item) {
        switch item {
        case .call(let call):
            folders.enter(call.process)
            take(call)
        case .begun(let process, let words):
            folders.enter(process)
            if words.hasPrefix("fork(") || words.hasPrefix("vfork(") || words.hasPrefix("clone") {
                folders.beginFork(by: process, sharesFolder: words.contains("CLONE_FS"))
            }
        case .ended(let process): folders.end(process)
        }
    }

    /// Not all was written down, or not all could be read.
    mutating func noteGap() { record.noteGap() }

    func finish() -> ObservedFiles { record.finish() }

    // MARK: Calls

    private mutating func take(_ call: TracedCall) {
        if case .descriptor("AT_FDCWD", let path?)? = call.arguments.first { folders.move(call.process, to: path) }
        switch call.name {
        case "open": open(call, path: 0, at: nil)
        case "openat", "openat2": open(call, path: 1, at: 0)
        case "creat": open(call, path: 0, at: nil, flags: "O_WRONLY|O_CREAT|O_TRUNC")
        case "execve": execute(call, path: 0, at: nil)
        case "execveat": execute(call, path: 1, at: 0)
        case "rename": rename(call, (0, nil), (1, nil))
        case "renameat", "renameat2": rename(call, (1, 0), (3, 2))
        case "link": link(call, (0, nil), (1, nil))
        case "linkat": link(call, (1, 0), (3, 2))
        case "symlink": make(call, path: 1, at: nil)
        case "symlinkat": make(call, path: 2, at: 1)
        case "mknod": make(call, path: 0, at: nil)
        case "mknodat": make(call, path: 1, at: 0)
        case "truncate": truncate(call)
        case "mkdir": makeFolder(call, path: 0, at: nil)
        case "mkdirat": makeFolder(call, path: 1, at: 0)
        case "unlink": remove(call, path: 0, at: nil, isFolder: false)
        case "rmdir": remove(call, path: 0, at: nil, isFolder: true)
        case "unlinkat": remove(call, path: 1, at: 0, isFolder: call.words(2).contains("AT_REMOVEDIR"))
        case "chdir", "fchdir": changeDirectory(call)
        case "fork", "vfork", "clone", "clone3": fork(call)
        default: break
        }
    }

    private mutating func open(_ call: TracedCall, path: Int, at folder: Int?, flags: String? = nil) {
        let flags = flags ?? call.words(path + 1)
        if flags.contains("O_DIRECTORY") || flags.contains("O_PATH") || flags.contains("O_TMPFILE") { return }
        switch call.result {
        case .value(_, let found):
            guard let file = found.map(relative) ?? self.path(call, path, at: folder) else {
                // Outside of the workflow's folder, unless a link within leads there.
                if let link = self.path(call, path, at: folder), found != nil { record.read(link) }
                return
            }
            // A symbolic link on the way is part of what was read.
            if found != nil, let link = self.path(call, path, at: folder), link != file { record.read(link) }
            let isOwn = flags.contains("O_TRUNC") || flags.contains("O_EXCL")
            let isWritten = flags.contains("O_WRONLY") || flags.contains("O_RDWR") || flags.contains("O_CREAT")
            if !flags.contains("O_WRONLY") && !isOwn { record.read(file) }
            if isWritten { record.write(file, isOwn: isOwn, isNew: flags.contains("O_EXCL")) }
        case .failure("ENOENT"):
            if !flags.contains("O_CREAT"), let file = self.path(call, path, at: folder) { record.miss(file) }
        case .failure, .none: break
        }
    }

    private mutating func execute(_ call: TracedCall, path: Int, at folder: Int?) {
        guard let file = self.path(call, path, at: folder) else { return }
        switch call.result {
        case .value: record.read(file)
        case .failure("ENOENT"): record.miss(file)
        case .failure, .none: break
        }
    }

    private mutating func rename(_ call: TracedCall, _ old: (path: Int, at: Int?), _ new: (path: Int, at: Int?)) {
        guard case .value = call.result, let target = absolute(call, new.path, at: new.at) else { return }
        switch (path(call, old.path, at: old.at), relative(target)) {
        case (let old?, let new?): record.rename(old, to: new, isFolder: isFolder(target))
        case (let old?, nil):
            record.read(old)
            record.delete(old)
        case (nil, let new?):
            if isFolder(target) { record.makeFolder(new, isNew: false) } else { record.write(new, isOwn: true) }
        case (nil, nil): break
        }
    }

    private mutating func link(_ call: TracedCall, _ old: (path: Int, at: Int?), _ new: (path: Int, at: Int?)) {
        guard case .value = call.result else { return }
        if let old = path(call, old.path, at: old.at) { record.read(old) }
        if let new = path(call, new.path, at: new.at) { record.write(new, isOwn: true, isNew: true) }
    }

    /// Makes what was not there before: these calls refuse to replace.
    private mutating func make(_ call: TracedCall, path: Int, at folder: Int?) {
        guard case .value = call.result, let file = self.path(call, path, at: folder) else { return }
        record.write(file, isOwn: true, isNew: true)
    }

    private mutating func truncate(_ call: TracedCall) {
        if case .value = call.result, let file = path(call, 0, at: nil) { record.write(file, isOwn: false) }
    }

    private mutating func makeFolder(_ call: TracedCall, path: Int, at folder: Int?) {
        guard let file = self.path(call, path, at: folder) else { return }
        switch call.result {
        case .value: record.makeFolder(file, isNew: true)
        // It would have been made: whoever made it before is not waited for.
        case .failure("EEXIST"): record.makeFolder(file, isNew: false)
        case .failure, .none: break
        }
    }

    private mutating func remove(_ call: TracedCall, path: Int, at folder: Int?, isFolder: Bool) {
        guard case .value = call.result, let file = self.path(call, path, at: folder) else { return }
        if isFolder { record.removeFolder(file) } else { record.delete(file) }
    }

    private mutating func changeDirectory(_ call: TracedCall) {
        guard case .value = call.result else { return }
        if case .descriptor(_, let path?)? = call.arguments.first { return folders.move(call.process, to: path) }
        guard let text = call.text(0) else { return }
        let path = text.hasPrefix("/") ? text : folders[call.process] + "/" + text
        folders.move(call.process, to: real(path))
    }

    private mutating func fork(_ call: TracedCall) {
        let flags = call.arguments.map { if case .other(let words) = $0 { words } else { "" } }
        var child: Int32?
        if case .value(let number, _) = call.result { child = Int32(exactly: number) }
        folders.endFork(
            by: call.process, child: child, sharesFolder: flags.contains { $0.contains("CLONE_FS") })
    }

    // MARK: Paths

    /// What an argument means, relative to the workflow's folder; nil for what lies elsewhere.
    private mutating func path(_ call: TracedCall, _ index: Int, at folder: Int?) -> String? {
        absolute(call, index, at: folder).flatMap(relative)
    }

    private mutating func absolute(_ call: TracedCall, _ index: Int, at folder: Int?) -> String? {
        guard let text = call.text(index), !text.isEmpty else { return nil }
        if text.hasPrefix("/") { return locate(text) }
        var base = folders[call.process]
        if let folder, call.arguments.indices.contains(folder),
            case .descriptor(_, let path?) = call.arguments[folder]
        {
            base = path
        }
        return locate(base + "/" + text)
    }

    /// The folders of a path without symbolic links; its last part may be one, and is what the call is about.
    private mutating func locate(_ path: String) -> String {
        var path = path
        while path.utf8.count > 1, path.utf8.last == UInt8(ascii: "/") { path.removeLast() }
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return path }
        let name = path[path.index(after: slash)...]
        if name == ".." || name == "." { return real(path) }
        let folder = real(String(path[..<slash]))
        return folder == "/" ? "/" + name : folder + "/" + name
    }

    private mutating func real(_ folder: String) -> String {
        if let known = realFolders[folder] { return known }
        let found = realPath(folder.isEmpty ? "/" : folder) ?? Path.normalized(folder.isEmpty ? "/" : folder)
        realFolders[folder] = found
        return found
    }

    private func relative(_ path: String) -> String? {
        for root in scope.roots where path.hasPrefix(root) {
            let rest = path.utf8.dropFirst(root.utf8.count)
            guard rest.first == UInt8(ascii: "/"), rest.count > 1 else { continue }
            let isOwn = scope.excluded.contains { path == $0 || path.hasPrefix($0 + "/") }
            return isOwn ? nil : String(rest.dropFirst())
        }
        return nil
    }
}
