/// Byte-wise text operations: a carriage return before a newline counts as part of it, and letters are never merged.
enum Text {
    /// The lines that are not empty.
    static func lines(of text: String) -> [Value] {
        text.utf8.split(separator: UInt8(ascii: "\n")).compactMap { line in
            let content = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
            return content.isEmpty ? nil : .string(String(Substring(content)))
        }
    }

    static func withoutTrailingNewlines(_ text: String) -> String {
        var rest = Substring(text).utf8
        while let last = rest.last, last == UInt8(ascii: "\n") || last == UInt8(ascii: "\r") { rest.removeLast() }
        return String(Substring(rest))
    }

    static func trimmed(_ text: String) -> String {
        var rest = Substring(text).utf8
        while let last = rest.last, last.isSpace { rest.removeLast() }
        while let first = rest.first, first.isSpace { rest.removeFirst() }
        return String(Substring(rest))
    }

    /// The parts between the occurrences of a separator that is not empty; one part without any.
    static func split(_ text: String, by separator: String) -> [String] {
        let bytes = Array(text.utf8)
        let mark = Array(separator.utf8)
        var parts: [String] = []
        var start = 0
        var position = 0
        while position + mark.count <= bytes.count {
            if bytes[position] == mark[0], bytes[position..<position + mark.count].elementsEqual(mark) {
                parts.append(String(decoding: bytes[start..<position], as: UTF8.self))
                position += mark.count
                start = position
            } else {
                position += 1
            }
        }
        parts.append(String(decoding: bytes[start...], as: UTF8.self))
        return parts
    }

    /// The last component: `b.txt` of `a/b.txt`, `b` of `a/b/`.
    static func basename(_ path: String) -> String {
        path.utf8.split(separator: UInt8(ascii: "/")).last.map { String(Substring($0)) }
            ?? (path.isEmpty ? "" : "/")
    }

    /// What comes before the last component: `a` of `a/b.txt`, `.` of `b.txt`.
    static func dirname(_ path: String) -> String {
        var rest = Substring(path).utf8
        let slash = UInt8(ascii: "/")
        while rest.count > 1, rest.last == slash { rest.removeLast() }
        while let last = rest.last, last != slash { rest.removeLast() }
        while rest.count > 1, rest.last == slash { rest.removeLast() }
        return rest.isEmpty ? "." : String(Substring(rest))
    }

    /// The last component without its last extension: `b.tar` of `a/b.tar.gz`, `.profile` of `.profile`.
    static func stem(_ path: String) -> String {
        let name = basename(path)
        guard let dot = name.utf8.lastIndex(of: UInt8(ascii: ".")), dot > name.startIndex else { return name }
        return String(name[..<dot])
    }
}
