import BatonCore

/// What an attempt does to files, one deed after the other, summed up.
///
/// What an attempt makes for itself and removes again leaves no trace, and a file that is written under another name and
/// then renamed counts as written under its final one.
struct FileRecord {
    private struct Use: OptionSet {
        let rawValue: UInt8
        static let read = Use(rawValue: 1)
        static let written = Use(rawValue: 2)
        static let deleted = Use(rawValue: 4)
        static let missed = Use(rawValue: 8)
        /// All of the content is the attempt's own, so reading it is no reading of another's.
        static let own = Use(rawValue: 16)
        /// It was not there before.
        static let new = Use(rawValue: 32)
    }

    /// Files and folders, the latter with a slash at their end.
    private var uses: [String: Use] = [:]
    /// Folders that something was written in.
    private var parents: Set<String> = []
    private let limit: Int
    private var isComplete = true

    init(limit: Int) {
        self.limit = limit
    }

    /// Something was not seen.
    mutating func noteGap() { isComplete = false }

    mutating func read(_ path: String) {
        let use = uses[path] ?? []
        if !use.contains(.own) { set(path, use.subtracting(.missed).union(.read)) }
    }

    mutating func miss(_ path: String) {
        if uses[path] == nil { set(path, .missed) }
    }

    /// - Parameters:
    ///   - isOwn: nothing is left of what was in it before.
    ///   - isNew: it was not there before.
    mutating func write(_ path: String, isOwn: Bool, isNew: Bool = false) {
        var use = uses[path] ?? []
        // Whatever is in a new folder is new.
        let isNew = isNew || Self.folder(of: path).flatMap { uses[$0] }?.contains(.new) == true
        if isNew && !use.contains(.deleted) && !use.contains(.read) { use.insert(.new) }
        use.remove(.deleted)
        use.insert(.written)
        if isOwn { use.insert(.own) }
        set(path, use)
        var folder = path.dropLast()
        while let slash = folder.utf8.lastIndex(of: UInt8(ascii: "/")) {
            folder = folder[..<slash]
            if !parents.insert(String(folder)).inserted { break }
        }
    }

    mutating func delete(_ path: String) {
        let use = uses[path] ?? []
        if use.contains(.new) {
            uses[path] = nil
        } else {
            set(path, use.subtracting([.written, .own, .missed]).union(.deleted))
        }
    }

    mutating func makeFolder(_ path: String, isNew: Bool) {
        write(path + "/", isOwn: true, isNew: isNew)
    }

    mutating func removeFolder(_ path: String) {
        delete(path + "/")
    }

    /// - Parameter isFolder: it is one, whoever made what is in it.
    mutating func rename(_ old: String, to new: String, isFolder: Bool) {
        guard isFolder || parents.contains(old) || uses[old + "/"] != nil else { return move(old, to: new) }
        let inside = uses.filter { $0.key.hasPrefix(old + "/") && $0.value.contains(.written) }.keys
        // Sorted: the order decides what is still kept at the limit.
        for path in inside.sorted() { move(path, to: new + path.dropFirst(old.count)) }
        if uses[new + "/"] == nil {
            delete(old + "/")
            makeFolder(new, isNew: false)
        }
    }

    private mutating func move(_ old: String, to new: String) {
        // Whoever made the content of what is moved made that of the new name.
        if uses[old]?.contains(.own) != true { read(old) }
        delete(old)
        write(new, isOwn: true)
    }

    /// With its slash.
    private static func folder(of path: String) -> String? {
        path.dropLast().utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[...$0]) }
    }

    private mutating func set(_ path: String, _ use: Use) {
        if uses[path] == nil && uses.count >= limit {
            isComplete = false
        } else {
            uses[path] = use
        }
    }

    func finish() -> ObservedFiles {
        func paths(_ use: Use) -> [String] {
            uses.filter { $0.value.contains(use) }.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        }
        return ObservedFiles(
            reads: paths(.read), writes: paths(.written), deletes: paths(.deleted), missed: paths(.missed),
            isComplete: isComplete)
    }
}
