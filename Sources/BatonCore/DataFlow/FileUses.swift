/// Who uses which file how: paths as numbers, so that tasks can be compared by them.
struct FileUses {
    struct Kind: OptionSet {
        let rawValue: UInt8
        static let reads = Kind(rawValue: 1)
        static let writes = Kind(rawValue: 2)
        static let deletes = Kind(rawValue: 4)
        static let misses = Kind(rawValue: 8)
        /// Of a folder: something inside is used.
        static let inside = Kind(rawValue: 16)

        static let changes: Kind = [.writes, .deletes]
    }

    struct Use {
        var path: Int32
        var kind: Kind
    }

    /// Two who use the same path, one of whom changes it.
    struct Pair {
        var from: Int32
        var to: Int32
        var kind: DataFlow.Kind
        /// The first of several.
        var path: Int32
        var pathCount = 1
    }

    private(set) var paths: [String] = []
    private var isFolder: [Bool] = []
    /// For each node, ascending by path; empty where nothing was observed.
    private var rows: [[Use]]
    /// Observed wholly.
    private var isKnown: [Bool]

    init(_ observed: [ObservedFiles?]) {
        var numbers: [String: Int32] = [:]
        rows = []
        isKnown = observed.map { $0?.isComplete == true }
        numbers.reserveCapacity(observed.reduce(0) { $0 + ($1?.writes.count ?? 0) + ($1?.missed.count ?? 0) })
        for files in observed {
            var row: [Use] = []
            if let files {
                row.reserveCapacity(files.reads.count + files.writes.count)
                let kinds: [(Kind, [String])] = [
                    (.reads, files.reads), (.writes, files.writes), (.deletes, files.deletes), (.misses, files.missed),
                ]
                for (kind, list) in kinds {
                    for path in list {
                        row.append(Use(path: Self.number(of: path, &numbers, &paths), kind: kind))
                    }
                }
            }
            rows.append(row)
        }
        isFolder = paths.map { $0.utf8.last == UInt8(ascii: "/") }
        addFolders(numbers)
        for node in rows.indices { rows[node] = Self.merged(rows[node]) }
    }

    private static func number(of path: String, _ numbers: inout [String: Int32], _ paths: inout [String]) -> Int32 {
        if let known = numbers[path] { return known }
        let number = Int32(paths.count)
        numbers[path] = number
        paths.append(path)
        return number
    }

    /// Whoever uses a file uses the folders that somebody made or deleted around it.
    private mutating func addFolders(_ numbers: [String: Int32]) {
        guard isFolder.contains(true) else { return }
        var known: [String: [Int32]] = [:]
        func folders(around path: Substring) -> [Int32] {
            guard let slash = path.utf8.dropLast().lastIndex(of: UInt8(ascii: "/")) else { return [] }
            let folder = path[...slash]
            let key = String(folder)
            if let found = known[key] { return found }
            var found = folders(around: folder)
            if let number = numbers[key] { found.append(number) }
            known[key] = found
            return found
        }
        let around = paths.map { folders(around: Substring($0)) }
        for node in rows.indices {
            for use in rows[node] {
                for folder in around[Int(use.path)] { rows[node].append(Use(path: folder, kind: .inside)) }
            }
        }
    }

    private static func merged(_ row: [Use]) -> [Use] {
        var result: [Use] = []
        result.reserveCapacity(row.count)
        for use in row.sorted(by: { $0.path < $1.path }) {
            if result.last?.path == use.path {
                result[result.count - 1].kind.formUnion(use.kind)
            } else {
                result.append(use)
            }
        }
        return result
    }

    // MARK: Pairs

    /// More are not compared: of a file that thousands write and thousands read, the first say enough.
    private static let mostPairs = 2_000_000
    private static let mostPairsOfPath = 100_000

    /// Everyone who changes a file with every other who looks at it, by `from`, `to` and kind.
    func pairs(isComplete: inout Bool) -> [Pair] {
        var offsets = [Int](repeating: 0, count: paths.count + 1)
        for row in rows { for use in row { offsets[Int(use.path) + 1] += 1 } }
        for path in paths.indices { offsets[path + 1] += offsets[path] }
        var users = [(node: Int32, kind: Kind)](repeating: (0, []), count: offsets[paths.count])
        var next = offsets
        for (node, row) in rows.enumerated() {
            for use in row {
                users[next[Int(use.path)]] = (Int32(node), use.kind)
                next[Int(use.path)] += 1
            }
        }
        var pairs: [Pair] = []
        for path in paths.indices where !isFolder[path] {
            let users = users[offsets[path]..<offsets[path + 1]]
            guard users.count > 1 else { continue }
            let most = min(pairs.count + Self.mostPairsOfPath, Self.mostPairs)
            for writer in users where !writer.kind.isDisjoint(with: .changes) {
                for reader in users where reader.node != writer.node {
                    guard let kind = Self.conflict(writer.kind, reader.kind) else { continue }
                    if pairs.count >= most {
                        isComplete = false
                        break
                    }
                    pairs.append(
                        kind == .deletes
                            ? Pair(from: reader.node, to: writer.node, kind: kind, path: Int32(path))
                            : Pair(from: writer.node, to: reader.node, kind: kind, path: Int32(path)))
                }
            }
        }
        return merged(pairs)
    }

    private func merged(_ pairs: [Pair]) -> [Pair] {
        var result: [Pair] = []
        for pair in pairs.sorted(by: { ($0.from, $0.to, $0.kind.rank) < ($1.from, $1.to, $1.kind.rank) }) {
            guard let last = result.last, last.from == pair.from, last.to == pair.to, last.kind == pair.kind else {
                result.append(pair)
                continue
            }
            result[result.count - 1].pathCount += 1
            let (one, other) = (paths[Int(pair.path)], paths[Int(last.path)])
            if one.utf8.lexicographicallyPrecedes(other.utf8) { result[result.count - 1].path = pair.path }
        }
        return result
    }

    /// What is wrong when nothing orders one who changes a file and one who looks at it.
    private static func conflict(_ change: Kind, _ look: Kind) -> DataFlow.Kind? {
        if look.contains(.reads) { return change.contains(.writes) ? .reads : .deletes }
        return look.contains(.misses) && change.contains(.writes) ? .misses : nil
    }

    // MARK: Edges

    /// What each node uses, groups what their members do; nil where that is not wholly known.
    func uses(standingFor graph: Graph, order: [Int32], isGroup: (Int) -> Bool) -> [[Use]?] {
        var uses = zip(rows, isKnown).map { $1 ? $0 : nil }
        for node in order.map(Int.init) where isGroup(node) {
            var all: [Use] = []
            var isWhole = !graph.dependencies(of: node).isEmpty
            for member in graph.dependencies(of: node) {
                guard let own = uses[Int(member)] else {
                    isWhole = false
                    break
                }
                all += own
            }
            uses[node] = isWhole ? Self.merged(all) : nil
        }
        return uses
    }

    /// Whether the order of two tasks matters to a file.
    func flows(from first: [Use], to second: [Use]) -> Bool {
        // The shorter is walked and the longer searched: a task that reads the results of thousands has one long row.
        if first.count <= second.count {
            return first.contains { matters($0.path, $0.kind, Self.kind(of: $0.path, in: second)) }
        }
        return second.contains { matters($0.path, Self.kind(of: $0.path, in: first), $0.kind) }
    }

    private func matters(_ path: Int32, _ first: Kind, _ second: Kind) -> Bool {
        if first.isEmpty || second.isEmpty { return false }
        guard isFolder[Int(path)] else {
            return !first.isDisjoint(with: .changes) || !second.isDisjoint(with: .changes)
        }
        // Two that would both make a folder need not wait for each other.
        if first.contains(.deletes) || second.contains(.deletes) { return true }
        return first.contains(.writes) && second.contains(.inside) && !second.contains(.writes)
    }

    private static func kind(of path: Int32, in row: [Use]) -> Kind {
        var low = 0
        var high = row.count
        while low < high {
            let middle = (low + high) / 2
            if row[middle].path < path { low = middle + 1 } else { high = middle }
        }
        return low < row.count && row[low].path == path ? row[low].kind : []
    }
}

extension DataFlow.Kind {
    fileprivate var rank: Int {
        switch self {
        case .reads: 0
        case .misses: 1
        case .deletes: 2
        }
    }
}
