/// The words of the DOT language, one at a time.
struct DOTLexer {
    enum Token: Hashable {
        case id(String)
        case symbol(UInt8)
        case arrow
        case end

        /// Keywords are free in their letter case.
        func isWord(_ word: String) -> Bool {
            if case .id(let text) = self { text.lowercased() == word } else { false }
        }
    }

    private(set) var token = Token.end
    private let bytes: [UInt8]
    private var offset = 0
    /// Where the token begins.
    private(set) var start = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    func position(of offset: Int) -> Position { Position(ofByte: offset, in: bytes) }

    mutating func advance() throws(DocumentProblem) {
        try skipBlanks()
        start = offset
        guard let byte = peek() else {
            token = .end
            return
        }
        if byte == .doubleQuote {
            token = .id(try quotedText())
        } else if byte == .dash, peek(1) == .greater {
            offset += 2
            token = .arrow
        } else if byte.isIDByte || byte == .dot || (byte == .dash && peek(1)?.isDigit == true) {
            while let next = peek(), next.isIDByte || next == .dot || (next == .dash && offset == start) { offset += 1 }
            token = .id(String(decoding: bytes[start..<offset], as: UTF8.self))
        } else if byte == UInt8(ascii: "<") {
            throw problem("labels in HTML are not supported")
        } else {
            offset += 1
            token = .symbol(byte)
        }
    }

    func problem(_ message: String, hint: String? = nil) -> DocumentProblem {
        DocumentProblem(position(of: start), message, hint: hint)
    }

    func expected(_ what: String, hint: String? = nil) -> DocumentProblem {
        let found: String =
            switch token {
            case .id(let text): "'\(text.shortened)'"
            case .symbol(let byte): "'\(Character(Unicode.Scalar(byte)))'"
            case .arrow: "'->'"
            case .end: "the end of the file"
            }
        return problem("expected \(what), found \(found)", hint: hint)
    }

    /// Only `\"` is an escape; the rest belongs to the text. Pieces joined by `+` are one.
    private mutating func quotedText() throws(DocumentProblem) -> String {
        var text: [UInt8] = []
        repeat {
            offset += 1
            while let byte = peek(), byte != .doubleQuote {
                if byte == .backslash, peek(1) == .doubleQuote {
                    text.append(.doubleQuote)
                    offset += 2
                } else if byte == .backslash, peek(1) == .newline {
                    offset += 2
                } else {
                    text.append(byte)
                    offset += 1
                }
            }
            guard peek() == .doubleQuote else { throw problem("quoted text that is not closed") }
            offset += 1
            let end = offset
            try skipBlanks()
            guard peek() == .plus else {
                offset = end
                break
            }
            offset += 1
            try skipBlanks()
        } while peek() == .doubleQuote
        return String(decoding: text, as: UTF8.self)
    }

    private mutating func skipBlanks() throws(DocumentProblem) {
        while let byte = peek() {
            if byte == .slash, peek(1) == .asterisk {
                start = offset
                offset += 2
                while peek() != nil, !(peek() == .asterisk && peek(1) == .slash) { offset += 1 }
                if peek() == nil { throw problem("a comment that is not closed") }
                offset += 2
            } else if byte == .slash && peek(1) == .slash
                || byte == .hash && (offset == 0 || bytes[offset - 1] == .newline)
            {
                while let next = peek(), next != .newline { offset += 1 }
            } else if byte <= .space {
                offset += 1
            } else {
                return
            }
        }
    }

    private func peek(_ distance: Int = 0) -> UInt8? {
        offset + distance < bytes.count ? bytes[offset + distance] : nil
    }
}

extension UInt8 {
    fileprivate var isIDByte: Bool {
        isDigit || self == UInt8(ascii: "_") || self >= 0x80
            || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20)
    }
}
