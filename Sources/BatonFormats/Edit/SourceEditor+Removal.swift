internal import BatonCore

extension SourceEditor {
    /// Takes a key away, and the maps that become empty by that.
    ///
    /// - Parameter depth: how many components at the beginning of the path stay in any case.
    mutating func remove(_ path: [String], keeping depth: Int) throws(WorkflowEditProblem) {
        try settle(path)
        var path = path
        while path.count - 1 > depth, node(at: path.dropLast())?.entries?.count == 1 { path.removeLast() }
        guard let mapping = node(at: path.dropLast()), let index = mapping.index(of: path[path.count - 1]),
            let entries = mapping.entries
        else { throw shared(path) }
        try remove(index, of: entries.map { $0.key.start..<$0.end }, in: mapping)
        try commit(path)
    }

    /// Takes an element of a list away.
    mutating func removeElement(_ index: Int, of path: [String]) throws(WorkflowEditProblem) {
        try settle(path)
        guard let list = node(at: path), let elements = list.elements else { throw shared(path) }
        try remove(index, of: elements.map { $0.start..<$0.range.upperBound }, in: list)
        try commit(path)
    }

    private mutating func remove(
        _ index: Int, of items: [Range<Int>], in collection: SourceNode
    ) throws(WorkflowEditProblem) {
        let item = items[index]
        if !collection.isBlockCollection { return removeInFlow(index, of: items) }
        let line = text.lineStart(of: item.lowerBound)
        let before = text.bytes[line..<item.lowerBound].filter { !$0.isBlankOrBreak }
        guard before.isEmpty || before == [.dash] else { throw Self.notPossible }
        removeLines(line..<text.nextLine(after: item.upperBound))
    }

    /// Removes whole lines; at the end of a file without a last line break, the one before them too.
    mutating func removeLines(_ lines: Range<Int>) {
        let isLast = lines.upperBound == text.bytes.count && text.bytes.last != .newline && lines.lowerBound > 0
        let start = isLast ? text.lineEnd(of: text.lineStart(of: lines.lowerBound - 1)) : lines.lowerBound
        text.remove(start..<lines.upperBound)
    }

    /// Removes an item between brackets with one comma beside it, and its line when nothing else stands there.
    mutating func removeInFlow(_ index: Int, of items: [Range<Int>]) {
        let item = items[index]
        let next = text.skipBlanks(from: item.upperBound)
        var end = item.upperBound
        if text.bytes[next] == .comma {
            if next < text.lineEnd(of: end) { end = next + 1 } else { text.remove(next..<next + 1) }
        }
        let line = text.lineStart(of: item.lowerBound)
        let rest = text[end..<text.lineEnd(of: end)].drop { $0 == " " || $0 == "\t" }
        let isAlone = text.isBlank(line..<item.lowerBound) && (rest.isEmpty || rest.first == "#")
        var range = isAlone ? line..<text.nextLine(after: end) : item.lowerBound..<end
        if end > item.upperBound, !isAlone {
            while text.bytes[range.upperBound] == .space { range = range.lowerBound..<range.upperBound + 1 }
        } else if text.bytes[next] != .comma, index > 0 {
            let comma = text.skipBlanks(from: items[index - 1].upperBound)
            if text.bytes[comma] == .comma {
                if text.isBlank(comma + 1..<range.lowerBound), !isAlone {
                    range = comma..<range.upperBound
                } else {
                    text.remove(comma..<comma + 1)
                }
            }
        }
        text.remove(range)
    }
}
