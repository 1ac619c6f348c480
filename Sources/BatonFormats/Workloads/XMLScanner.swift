/// Reads the tags of an XML file one after the other, with their attributes; text between tags is passed over.
///
/// What workflow files need of XML 1.0: comments, declarations and CDATA are skipped, the five named entities and
/// numeric ones resolved. Entities that a file declares itself are refused, and cannot grow.
struct XMLScanner {
    private let bytes: [UInt8]
    private var offset = 0
    private var line = 1
    private var lineStart = 0
    private var open: [String] = []

    init(_ text: String) {
        bytes = Array(text.utf8)
    }

    struct Tag {
        var position: Position
        /// Without a namespace's prefix.
        var name: String
        var attributes: [(name: String, value: String)]
        var kind: Kind

        enum Kind {
            case begin, end, empty
        }

        subscript(name: String) -> String? { attributes.first { $0.name == name }?.value }
    }

    private var position: Position { Position(line: line, column: offset - lineStart + 1) }

    /// - Returns: nil at the end of the file.
    /// - Throws: what is not XML, such as a tag that is not closed.
    mutating func next() throws(DocumentProblem) -> Tag? {
        while true {
            skip { $0 != UInt8(ascii: "<") }
            let start = position
            guard offset < bytes.count else {
                if let name = open.last {
                    throw DocumentProblem(
                        position, "expected </\(name.shortened)>, found the end of the file",
                        hint: "The file seems to be cut off; get it again.")
                }
                return nil
            }
            if begins(with: "<!--") {
                try skip(past: "-->", from: start)
            } else if begins(with: "<![CDATA[") {
                try skip(past: "]]>", from: start)
            } else if begins(with: "<?") {
                try skip(past: "?>", from: start)
            } else if begins(with: "<!") {
                try skip(past: ">", from: start)
            } else {
                return try readTag(from: start)
            }
        }
    }

    private mutating func readTag(from start: Position) throws(DocumentProblem) -> Tag {
        advance()
        let isEnd = take(.slash)
        let name = readName()
        guard !name.isEmpty else {
            throw DocumentProblem(start, "expected a name after '<'", hint: "Write '&lt;' for a '<' in text.")
        }
        var tag = Tag(position: start, name: name, attributes: [], kind: isEnd ? .end : .begin)
        while true {
            skip { $0.isXMLBlank }
            guard offset < bytes.count else { throw unclosed(start) }
            if take(.greater) { break }
            if !isEnd, take(.slash) {
                guard take(.greater) else { throw unclosed(start) }
                tag.kind = .empty
                break
            }
            tag.attributes.append(try readAttribute(of: tag))
        }
        switch tag.kind {
        case .begin:
            guard open.count < DocumentNode.depthLimit else {
                throw DocumentProblem(start, "more than \(DocumentNode.depthLimit) levels deep", hint: "Flatten it.")
            }
            open.append(name)
        case .end:
            guard open.popLast() == name else {
                throw DocumentProblem(
                    start, "</\(name.shortened)> closes nothing that is open here", hint: "Check the tags before it.")
            }
        case .empty: break
        }
        return tag
    }

    private mutating func readAttribute(of tag: Tag) throws(DocumentProblem) -> (name: String, value: String) {
        let start = position
        let name = readName()
        skip { $0.isXMLBlank }
        guard !name.isEmpty, take(UInt8(ascii: "=")) else {
            throw DocumentProblem(
                start, "expected an attribute of <\(tag.name.shortened)> as name=\"value\"",
                hint: "Close the tag with '>'.")
        }
        skip { $0.isXMLBlank }
        let quote = offset < bytes.count ? bytes[offset] : 0
        guard quote == .doubleQuote || quote == .singleQuote else {
            throw DocumentProblem(
                position, "expected the value of '\(name.shortened)' in quotes", hint: "Write \(name.shortened)=\"…\".")
        }
        advance()
        let first = offset
        skip { $0 != quote }
        guard offset < bytes.count else { throw unclosed(start) }
        let value = String(decoding: bytes[first..<offset], as: UTF8.self)
        advance()
        return (name, try resolved(value, at: start))
    }

    private func resolved(_ text: String, at start: Position) throws(DocumentProblem) -> String {
        guard text.utf8.contains(.ampersand) else { return text }
        var pieces = text.split(separator: "&", omittingEmptySubsequences: false)[...]
        var result = String(pieces.removeFirst())
        for piece in pieces {
            let parts = piece.split(separator: ";", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, let character = Self.character(parts[0]) else {
                throw DocumentProblem(
                    start, "'&\(String(piece).shortened)' is no entity that is known here",
                    hint: "Write '&amp;' for an ampersand.")
            }
            result.append(character)
            result += parts[1]
        }
        return result
    }

    private static func character(_ entity: Substring) -> Character? {
        switch entity {
        case "lt": return "<"
        case "gt": return ">"
        case "amp": return "&"
        case "quot": return "\""
        case "apos": return "'"
        default:
            guard entity.hasPrefix("#") else { return nil }
            let digits = entity.dropFirst()
            let code = digits.hasPrefix("x") ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
            return code.flatMap(Unicode.Scalar.init).map(Character.init)
        }
    }

    private mutating func readName() -> String {
        let first = offset
        while offset < bytes.count, bytes[offset].isXMLName { offset += 1 }
        let name = bytes[first..<offset]
        let local = name.lastIndex(of: .colon).map { name[($0 + 1)...] } ?? name
        return String(decoding: local, as: UTF8.self)
    }

    private func unclosed(_ start: Position) -> DocumentProblem {
        DocumentProblem(start, "a tag that is not closed", hint: "Close it with '>'.")
    }

    private func begins(with mark: StaticString) -> Bool {
        mark.withUTF8Buffer { bytes[offset...].starts(with: $0) }
    }

    private mutating func skip(past mark: StaticString, from start: Position) throws(DocumentProblem) {
        while offset < bytes.count {
            if begins(with: mark) {
                for _ in 0..<mark.utf8CodeUnitCount { advance() }
                return
            }
            advance()
        }
        throw unclosed(start)
    }

    private mutating func skip(while isSkipped: (UInt8) -> Bool) {
        while offset < bytes.count, isSkipped(bytes[offset]) { advance() }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard offset < bytes.count, bytes[offset] == byte else { return false }
        advance()
        return true
    }

    private mutating func advance() {
        if bytes[offset] == .newline {
            line += 1
            lineStart = offset + 1
        }
        offset += 1
    }
}

extension UInt8 {
    fileprivate var isXMLBlank: Bool { self == .space || (0x09...0x0D).contains(self) }

    /// Letters, digits and what names may hold beside them; bytes beyond ASCII are taken as they come.
    fileprivate var isXMLName: Bool {
        isDigit || (0x41...0x5A).contains(self) || (0x61...0x7A).contains(self) || self >= 0x80
            || self == UInt8(ascii: "_") || self == .dash || self == .dot || self == .colon
    }
}
