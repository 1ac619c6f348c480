/// Who makes which file, so that a task that reads it can be told to wait.
struct FileIndex: Sendable {
    /// Files and directories, without trailing slashes. Looked up, never iterated.
    private var makers: [String: Int32] = [:]
    private var outputs = SortedPaths<Int32>()
    /// Outputs known only by their form, by the text that they begin with.
    private var patterns: [String: [Pattern]] = [:]
    private var patternPrefixes = SortedPaths<Pattern>()
    /// Lengths of the keys of `patterns`, ascending.
    private var prefixLengths: [Int] = []

    private struct Pattern {
        var glob: Glob
        var maker: Int32
    }

    /// Registers a file, a directory or a pattern.
    ///
    /// - Returns: another maker of the very same path.
    mutating func add(_ output: String, maker: Int32) -> Int32? {
        if Glob.isPattern(output) {
            add(Glob(output), maker: maker)
            return nil
        }
        let path = Path.withoutTrailingSlash(output)
        if let other = makers[path] { return other == maker ? nil : other }
        makers[path] = maker
        outputs.add(path, maker)
        return nil
    }

    /// Registers a pattern, unless it says nothing about where it begins and ends.
    mutating func add(_ glob: Glob, maker: Int32) {
        let prefix = glob.literalPrefix
        if prefix.isEmpty && glob.literalSuffix.isEmpty { return }
        let pattern = Pattern(glob: glob, maker: maker)
        patterns[prefix, default: []].append(pattern)
        patternPrefixes.add(prefix, pattern)
        let length = prefix.utf8.count
        let place = prefixLengths.firstIndex { $0 >= length } ?? prefixLengths.count
        if place == prefixLengths.count || prefixLengths[place] != length { prefixLengths.insert(length, at: place) }
    }

    /// Those who make what an input names, perhaps repeatedly.
    ///
    /// An input is a file, a directory (with a trailing slash: all that is made inside) or a pattern.
    ///
    /// - Complexity: a few look-ups for a file; O(log outputs + candidates with the same beginning) for the others.
    mutating func findMakers(of input: String, into found: inout [Int32]) {
        if outputs.isEmpty && prefixLengths.isEmpty { return }
        if Glob.isPattern(input) {
            let glob = Glob(input)
            let prefix = glob.literalPrefix
            findDirectories(above: prefix, into: &found)
            outputs.forEach(beginningWith: prefix) { path, maker in
                if glob.matches(path) { found.append(maker) }
            }
            for length in prefixLengths.prefix(while: { $0 < prefix.utf8.count }) {
                for pattern in patterns[Path.prefix(prefix, length)] ?? [] where pattern.glob.mayOverlap(with: glob) {
                    found.append(pattern.maker)
                }
            }
            patternPrefixes.forEach(beginningWith: prefix) { _, pattern in
                if pattern.glob.mayOverlap(with: glob) { found.append(pattern.maker) }
            }
        } else {
            let path = Path.withoutTrailingSlash(input)
            if let maker = makers[path] { found.append(maker) }
            findDirectories(above: path, into: &found)
            for length in prefixLengths.prefix(while: { $0 <= path.utf8.count }) {
                for pattern in patterns[Path.prefix(path, length)] ?? [] where pattern.glob.matches(path) {
                    found.append(pattern.maker)
                }
            }
            if path.utf8.count < input.utf8.count {
                outputs.forEach(beginningWith: input) { _, maker in found.append(maker) }
                patternPrefixes.forEach(beginningWith: input) { _, pattern in found.append(pattern.maker) }
            }
        }
    }

    /// Outputs that are parents of the path.
    private func findDirectories(above path: String, into found: inout [Int32]) {
        if outputs.isEmpty { return }
        var parent = Substring(path)
        while let slash = parent.utf8.lastIndex(of: UInt8(ascii: "/")) {
            parent = parent[..<slash]
            if let maker = makers[String(parent)] { found.append(maker) }
        }
    }
}

/// Elements by path, sorted when first searched.
private struct SortedPaths<Element> {
    private var entries: [(path: String, element: Element)] = []
    private var isSorted = true

    var isEmpty: Bool { entries.isEmpty }

    mutating func add(_ path: String, _ element: Element) {
        entries.append((path, element))
        isSorted = false
    }

    mutating func forEach(beginningWith prefix: String, _ body: (String, Element) -> Void) {
        if !isSorted {
            entries.sort { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
            isSorted = true
        }
        var index = firstIndex(notBefore: prefix)
        while index < entries.count, entries[index].path.utf8.starts(with: prefix.utf8) {
            body(entries[index].path, entries[index].element)
            index += 1
        }
    }

    private func firstIndex(notBefore path: String) -> Int {
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].path.utf8.lexicographicallyPrecedes(path.utf8) {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return low
    }
}

extension SortedPaths: Sendable where Element: Sendable {}
