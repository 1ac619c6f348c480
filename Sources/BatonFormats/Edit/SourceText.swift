/// A file's text as bytes, its lines, and changes of it that are made together.
struct SourceText {
    private(set) var bytes: [UInt8]
    /// As the file ends its lines.
    let newline: String
    private var changes: [Change] = []

    private struct Change {
        var range: Range<Int>
        var replacement: String
    }

    init(_ text: String) {
        bytes = Array(text.utf8)
        newline = zip(bytes, bytes.dropFirst()).first { $0.1 == .newline }?.0 == .carriageReturn ? "\r\n" : "\n"
    }

    var text: String { String(decoding: bytes, as: UTF8.self) }

    subscript(range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

    mutating func replace(_ range: Range<Int>, with text: String) {
        let isCRLF = newline.utf8.count == 2
        let replacement =
            isCRLF ? text.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: newline) : text
        changes.append(Change(range: range, replacement: replacement))
    }

    mutating func insert(_ text: String, at offset: Int) { replace(offset..<offset, with: text) }

    mutating func remove(_ range: Range<Int>) { replace(range, with: "") }

    /// Makes the changes; ranges do not overlap.
    mutating func commit() {
        let sorted = changes.enumerated().sorted {
            ($0.element.range.lowerBound, $0.offset) < ($1.element.range.lowerBound, $1.offset)
        }
        for (_, change) in sorted.reversed() { bytes.replaceSubrange(change.range, with: change.replacement.utf8) }
        changes = []
    }

    func lineStart(of offset: Int) -> Int {
        bytes[..<offset].lastIndex(of: .newline).map { $0 + 1 } ?? 0
    }

    /// Before the line break, or where the text ends.
    func lineEnd(of offset: Int) -> Int {
        guard let end = bytes[offset...].firstIndex(of: .newline) else { return bytes.count }
        return end > offset && bytes[end - 1] == .carriageReturn ? end - 1 : end
    }

    /// After the line break.
    func nextLine(after offset: Int) -> Int {
        bytes[offset...].firstIndex(of: .newline).map { $0 + 1 } ?? bytes.count
    }

    func isBlank(_ range: Range<Int>) -> Bool { bytes[range].allSatisfy(\.isBlankOrBreak) }

    /// What stands before the offset on its line, when that is nothing but spaces.
    func indent(of offset: Int) -> String? {
        let start = lineStart(of: offset)
        return isBlank(start..<offset) ? self[start..<offset] : nil
    }

    /// The first byte from here that belongs neither to blanks nor to a comment.
    func skipBlanks(from offset: Int) -> Int {
        var offset = offset
        while offset < bytes.count {
            let isComment = bytes[offset] == .hash && (offset == 0 || bytes[offset - 1].isBlankOrBreak)
            if isComment {
                offset = lineEnd(of: offset)
            } else if bytes[offset].isBlankOrBreak {
                offset += 1
            } else {
                return offset
            }
        }
        return offset
    }

    /// The lines of comments right above a line, indented like it.
    func commentStart(above line: Int, indent: String) -> Int {
        var start = line
        while start > 0 {
            let previous = lineStart(of: start - 1)
            guard self[previous..<start].hasPrefix(indent + "#") else { break }
            start = previous
        }
        return start
    }
}
