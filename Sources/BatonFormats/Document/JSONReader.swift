/// Reads JSON (RFC 8259) into a document with positions, in one pass over the bytes.
struct JSONReader {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var offset = 0
    private var line = 1
    private var lineStart = 0
    /// Bytes of this line that continue a character, so that columns count characters.
    private var continuations = 0
    private var problems: [DocumentProblem] = []

    private init(bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
    }

    /// - Returns: nil for a file without any content.
    /// - Throws: the first thing that is not JSON.
    static func read(_ text: String) throws(DocumentProblem) -> Document? {
        var text = text
        let result = text.withUTF8 { bytes in
            Result { () throws(DocumentProblem) in
                var reader = JSONReader(bytes: bytes)
                return try reader.readFile()
            }
        }
        return try result.get()
    }

    private mutating func readFile() throws(DocumentProblem) -> Document? {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
            offset = 3
            lineStart = 3
        }
        skipBlanks()
        guard peek != nil else { return nil }
        let root = try readValue(depth: 0)
        skipBlanks()
        if peek != nil { throw expected("the end of the file") }
        return Document(root: root, problems: problems)
    }

    private mutating func readValue(depth: Int) throws(DocumentProblem) -> DocumentNode {
        let start = position
        guard depth < DocumentNode.depthLimit else {
            throw DocumentProblem(start, "more than \(DocumentNode.depthLimit) levels deep")
        }
        let content: DocumentNode.Content
        switch peek {
        case .openBrace: content = try readObject(depth: depth)
        case .openBracket: content = try readArray(depth: depth)
        case .doubleQuote: content = .scalar(try readString())
        case .dash: content = .scalar(try readNumber())
        case let byte? where byte.isDigit: content = .scalar(try readNumber())
        default: content = .scalar(try readWord())
        }
        return DocumentNode(position: start, content: content)
    }

    private mutating func readObject(depth: Int) throws(DocumentProblem) -> DocumentNode.Content {
        var keys = UniqueKeys()
        offset += 1
        skipBlanks()
        if take(.closeBrace) { return .mapping([]) }
        while true {
            guard peek == .doubleQuote else { throw expected("a key in double quotes") }
            let keyPosition = position
            let key = try readString().text
            skipBlanks()
            guard take(.colon) else { throw expected("':' after the key '\(key.shortened)'") }
            skipBlanks()
            if let problem = keys.insert(key, at: keyPosition, try readValue(depth: depth + 1)) {
                problems.append(problem)
            }
            skipBlanks()
            if take(.closeBrace) { return .mapping(keys.entries) }
            guard take(.comma) else { throw expected("',' or '}'") }
            skipBlanks()
        }
    }

    private mutating func readArray(depth: Int) throws(DocumentProblem) -> DocumentNode.Content {
        var elements: [DocumentNode] = []
        offset += 1
        skipBlanks()
        if take(.closeBracket) { return .sequence([]) }
        while true {
            elements.append(try readValue(depth: depth + 1))
            skipBlanks()
            if take(.closeBracket) { return .sequence(elements) }
            guard take(.comma) else { throw expected("',' or ']'") }
            skipBlanks()
        }
    }

    private mutating func readString() throws(DocumentProblem) -> DocumentNode.Scalar {
        let start = position
        offset += 1
        let first = offset
        while let byte = peek, byte != .doubleQuote, byte != .backslash, byte >= 0x20 { advanceInString(byte) }
        if peek == .doubleQuote {
            let text = String(decoding: UnsafeBufferPointer(rebasing: bytes[first..<offset]), as: UTF8.self)
            offset += 1
            return DocumentNode.Scalar(text: text, style: .quoted)
        }
        var decoded = Array(bytes[first..<offset])
        while let byte = peek {
            switch byte {
            case .doubleQuote:
                offset += 1
                return DocumentNode.Scalar(text: String(decoding: decoded, as: UTF8.self), style: .rewritten)
            case .backslash:
                decoded.append(contentsOf: try readEscape())
            case 0..<0x20:
                if byte == .newline { throw unclosedString(from: start) }
                throw DocumentProblem(position, "a control character inside a string", hint: "Write it as an escape.")
            default:
                decoded.append(byte)
                advanceInString(byte)
            }
        }
        throw unclosedString(from: start)
    }

    private mutating func readEscape() throws(DocumentProblem) -> [UInt8] {
        let start = position
        offset += 1
        guard let byte = peek else { throw unclosedString(from: start) }
        offset += 1
        switch byte {
        case .doubleQuote, .backslash, .slash: return [byte]
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "f"): return [0x0C]
        case UInt8(ascii: "n"): return [.newline]
        case UInt8(ascii: "r"): return [.carriageReturn]
        case UInt8(ascii: "t"): return [.tab]
        case UInt8(ascii: "u"):
            guard let scalar = readUnicodeEscape() else {
                throw DocumentProblem(
                    start, "expected '\\u' and four hexadecimal digits that are a character",
                    hint: "Characters beyond U+FFFF are two such escapes.")
            }
            return Array(String(scalar).utf8)
        default:
            throw DocumentProblem(start, "an escape that JSON does not have", hint: "Write '\\\\' for a backslash.")
        }
    }

    private mutating func readUnicodeEscape() -> Unicode.Scalar? {
        guard let unit = readHexadecimal() else { return nil }
        guard (0xD800..<0xDC00).contains(unit) else { return Unicode.Scalar(unit) }
        guard take(.backslash), take(UInt8(ascii: "u")), let low = readHexadecimal(), (0xDC00..<0xE000).contains(low)
        else { return nil }
        return Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00))
    }

    private mutating func readHexadecimal() -> UInt32? {
        guard offset + 4 <= bytes.count else { return nil }
        let digits = String(decoding: bytes[offset..<offset + 4], as: UTF8.self)
        guard digits.utf8.count == 4, digits.allSatisfy(\.isHexDigit) else { return nil }
        offset += 4
        return UInt32(digits, radix: 16)
    }

    private mutating func readNumber() throws(DocumentProblem) -> DocumentNode.Scalar {
        let start = position
        let first = offset
        _ = take(.dash)
        let leading = peek
        let whole = skipDigits()
        var isValid = whole > 0 && (leading != UInt8(ascii: "0") || whole == 1)
        if take(.dot) { isValid = skipDigits() > 0 && isValid }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            if !take(.plus) { _ = take(.dash) }
            isValid = skipDigits() > 0 && isValid
        }
        let text = String(decoding: bytes[first..<offset], as: UTF8.self)
        guard isValid, Double(text)?.isFinite == true else {
            throw DocumentProblem(start, "'\(text.shortened)' is not a number in JSON")
        }
        return DocumentNode.Scalar(text: text, style: .plain)
    }

    private mutating func readWord() throws(DocumentProblem) -> DocumentNode.Scalar {
        for word in ["true", "false", "null"] where bytes[offset...].starts(with: word.utf8) {
            offset += word.utf8.count
            return DocumentNode.Scalar(text: word, style: .plain)
        }
        throw expected("a value")
    }

    private func expected(_ what: String) -> DocumentProblem {
        guard let byte = peek else {
            return DocumentProblem(position, "expected \(what), found the end of the file")
        }
        let rest = String(decoding: bytes[offset...].prefix(160), as: UTF8.self)
        let word = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
        let found = word.isEmpty ? String(rest.prefix(1)) : String(word)
        let hint: String? =
            switch byte {
            case .closeBrace, .closeBracket: "Remove the comma before it."
            case .slash, .hash: "JSON has no comments; YAML does."
            case .singleQuote: "Use double quotes."
            case .doubleQuote: "A comma is missing before it."
            default: word.isEmpty ? nil : "Text needs double quotes."
            }
        return DocumentProblem(position, "expected \(what), found '\(found.shortened)'", hint: hint)
    }

    private func unclosedString(from start: Position) -> DocumentProblem {
        DocumentProblem(start, "a string that is not closed on its line", hint: "Close it with '\"'.")
    }

    private var peek: UInt8? { offset < bytes.count ? bytes[offset] : nil }

    private var position: Position { Position(line: line, column: offset - lineStart - continuations + 1) }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard peek == byte else { return false }
        offset += 1
        return true
    }

    private mutating func advanceInString(_ byte: UInt8) {
        if byte & 0xC0 == 0x80 { continuations += 1 }
        offset += 1
    }

    private mutating func skipDigits() -> Int {
        let first = offset
        while let byte = peek, byte.isDigit { offset += 1 }
        return offset - first
    }

    private mutating func skipBlanks() {
        while let byte = peek {
            switch byte {
            case .newline:
                line += 1
                lineStart = offset + 1
                continuations = 0
            case .space, .tab, .carriageReturn: break
            default: return
            }
            offset += 1
        }
    }
}
