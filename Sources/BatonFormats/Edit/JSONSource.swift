/// Reads where the values of a JSON file stand. Only for texts that `JSONReader` accepts.
struct JSONSource {
    private let bytes: [UInt8]
    private var offset = 0

    static func read(_ text: String) -> SourceNode? {
        var reader = JSONSource(bytes: Array(text.utf8))
        if reader.bytes.starts(with: [0xEF, 0xBB, 0xBF]) { reader.offset = 3 }
        return reader.readNode()
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    private mutating func readNode() -> SourceNode? {
        skip(while: \.isBlankOrBreak)
        let start = offset
        var content: SourceNode.Content
        switch peek {
        case .openBrace:
            var entries: [SourceNode.Entry] = []
            offset += 1
            while takeSeparators(until: .closeBrace) {
                guard let key = readNode() else { return nil }
                skip { $0.isBlankOrBreak || $0 == .colon }
                guard let value = readNode() else { return nil }
                entries.append(SourceNode.Entry(key: key, value: value))
            }
            content = .mapping(entries, isFlow: true)
        case .openBracket:
            var elements: [SourceNode] = []
            offset += 1
            while takeSeparators(until: .closeBracket) {
                guard let element = readNode() else { return nil }
                elements.append(element)
            }
            content = .sequence(elements, isFlow: true)
        case nil: return nil
        default: content = .scalar("", isBlock: false)
        }
        if case .scalar = content { content = .scalar(readScalar(), isBlock: false) }
        return SourceNode(range: start..<offset, start: start, content: content)
    }

    private mutating func readScalar() -> String {
        let start = offset
        if peek == .doubleQuote {
            offset += 1
            while let byte = peek, byte != .doubleQuote { offset += byte == .backslash ? 2 : 1 }
            offset += 1
        } else {
            skip { !$0.isBlankOrBreak && $0 != .comma && $0 != .closeBrace && $0 != .closeBracket }
        }
        let token = String(decoding: bytes[start..<min(offset, bytes.count)], as: UTF8.self)
        guard let root = try? JSONReader.read(token)?.root, case .scalar(let scalar) = root.content else {
            return token
        }
        return scalar.text
    }

    private var peek: UInt8? { offset < bytes.count ? bytes[offset] : nil }

    private mutating func skip(while condition: (UInt8) -> Bool) {
        while let byte = peek, condition(byte) { offset += 1 }
    }

    /// - Returns: false at the closing bracket, which is taken, and at the end of the text.
    private mutating func takeSeparators(until close: UInt8) -> Bool {
        skip { $0.isBlankOrBreak || $0 == .comma }
        guard let byte = peek else { return false }
        if byte == close { offset += 1 }
        return byte != close
    }
}
