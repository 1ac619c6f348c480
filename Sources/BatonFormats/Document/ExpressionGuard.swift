/// Lets `${{ … }}` stand without quotes anywhere in YAML, also where braces, commas or colons would mean something.
///
/// Inside a bare expression each character that YAML could take for its own is replaced by one of a private plane, and
/// put back when the scalar is read. One character for one: lines and columns stay what they are. Quoted text, blocks
/// and comments are left alone, for which this walks the text as a scanner of YAML would.
struct ExpressionGuard {
    /// - Returns: nil when there is nothing to protect.
    static func protect(_ text: String) -> String? {
        guard text.utf8.containsExpression else { return nil }
        var text = text
        var scanner = text.withUTF8 { bytes in
            var scanner = ExpressionGuard(input: Array(bytes))
            scanner.output.reserveCapacity(bytes.count + bytes.count / 8)
            scanner.scanLines()
            return scanner
        }
        guard scanner.hasReplaced else { return nil }
        return String(decoding: scanner.takeOutput(), as: UTF8.self)
    }

    static func restore(_ text: String) -> String {
        guard text.utf8.contains(Self.lead) else { return text }
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            let isReplacement = (Self.base..<Self.base + 128).contains(scalar.value)
            scalars.append(isReplacement ? Unicode.Scalar(UInt8(scalar.value - Self.base)) : scalar)
        }
        return String(scalars)
    }

    /// The last private plane: `U+10FF00` plus the ASCII code.
    private static let base: UInt32 = 0x10_FF00
    private static let lead: UInt8 = 0xF4

    private let input: [UInt8]
    private var output: [UInt8] = []
    private var hasReplaced = false
    private var offset = 0
    private var flowDepth = 0
    /// Inside a plain scalar, where a quote or `|` is just text.
    private var isInPlain = false
    /// The column of the collection that the scalar of this line belongs to; lines indented deeper continue it.
    private var parentIndent = -1

    private init(input: [UInt8]) {
        self.input = input
    }

    private mutating func takeOutput() -> [UInt8] { output }

    private mutating func scanLines() {
        while offset < input.count {
            if flowDepth == 0 { beginLine() }
            scanLine()
        }
    }

    /// Finds out whether this line continues a plain scalar, and otherwise what its own scalars belong to.
    private mutating func beginLine() {
        let start = offset
        copy { $0 == .space }
        guard let byte = peek, byte != .newline, byte != .hash else { return }
        if isInPlain, offset - start > parentIndent { return }
        isInPlain = false
        parentIndent = offset - start - 1
        if offset == start, input[offset...].starts(with: "---".utf8) {
            for _ in 0..<3 { copyByte() }
            return
        }
        while let byte = peek, byte == .dash || byte == .question, peek(1).isBlank {
            parentIndent = offset - start
            copyByte()
            copy { $0 == .space || $0 == .tab }
        }
        if lineHasKey { parentIndent = offset - start }
    }

    /// From a token's start, or inside a plain scalar, up to and including the end of the line.
    private mutating func scanLine() {
        while let byte = peek {
            switch byte {
            case .newline:
                copyByte()
                return
            case .space, .tab, .carriageReturn:
                copyByte()
                if peek == .hash {
                    copy { $0 != .newline }
                    if flowDepth == 0 { isInPlain = false }
                }
            case .hash where offset == 0 || input[offset - 1].isBlank:
                copy { $0 != .newline }
                if flowDepth == 0 { isInPlain = false }
            case .dollar where peek(1) == .openBrace && peek(2) == .openBrace:
                isInPlain = true
                replaceExpression()
            case .colon where peek(1).isBlank || (flowDepth > 0 && peek(1).endsFlowScalar):
                isInPlain = false
                copyByte()
            case .openBrace, .openBracket:
                if !isInPlain || flowDepth > 0 {
                    flowDepth += 1
                    isInPlain = false
                }
                copyByte()
            case .closeBrace, .closeBracket, .comma:
                if flowDepth > 0 {
                    if byte != .comma { flowDepth -= 1 }
                    isInPlain = false
                }
                copyByte()
            case .doubleQuote where !isInPlain, .singleQuote where !isInPlain:
                copyQuoted(byte)
            case .pipe where !isInPlain && flowDepth == 0, .greater where !isInPlain && flowDepth == 0:
                copyBlock()
                return
            case .ampersand where !isInPlain, .exclamation where !isInPlain, .asterisk where !isInPlain:
                copy { !$0.isBlank && !$0.endsFlowScalar }
            case .dash where !isInPlain && peek(1).isBlank, .question where !isInPlain && peek(1).isBlank:
                copyByte()
            default:
                isInPlain = true
                copyByte()
            }
        }
    }

    private mutating func replaceExpression() {
        let end = expressionEnd ?? offset + 3
        while offset < end {
            if input[offset].isYAMLIndicator { replaceByte() } else { copyByte() }
        }
    }

    /// Just after the `}}` that closes the expression here: the first one outside of its quotes and inner braces, or
    /// the first on this line where those do not match.
    private var expressionEnd: Int? {
        var quote: UInt8?
        var depth = 0
        var firstClose: Int?
        var index = offset + 1
        while index < input.count, input[index] != .newline {
            let byte = input[index]
            if byte == .closeBrace, input[index - 1] == .closeBrace, firstClose == nil { firstClose = index + 1 }
            if let open = quote {
                if byte == .backslash { index += 1 } else if byte == open { quote = nil }
            } else if byte == .doubleQuote || byte == .singleQuote {
                quote = byte
            } else if byte == .openBrace {
                depth += 1
            } else if byte == .closeBrace {
                depth -= 1
                if depth == 0 { return index + 1 }
            }
            index += 1
        }
        return firstClose
    }

    private mutating func copyQuoted(_ quote: UInt8) {
        copyByte()
        while let byte = peek {
            copyByte()
            if byte == .backslash && quote == .doubleQuote {
                copyByte()
            } else if byte == quote {
                guard quote == .singleQuote && peek == quote else { return }
                copyByte()
            }
        }
    }

    /// The header and every following line that is blank or indented deeper than what the block belongs to.
    private mutating func copyBlock() {
        copyLine()
        while offset < input.count {
            var end = offset
            while end < input.count, input[end] == .space { end += 1 }
            let isBlank = end == input.count || input[end] == .newline || input[end] == .carriageReturn
            guard isBlank || end - offset > parentIndent else { return }
            copyLine()
        }
    }

    private mutating func copyLine() {
        copy { $0 != .newline }
        copyByte()
    }

    /// A plain or quoted key and `: ` from here.
    private var lineHasKey: Bool {
        guard offset < input.count else { return false }
        var index = offset
        var quote: UInt8?
        if input[index] == .doubleQuote || input[index] == .singleQuote { quote = input[index] }
        index += 1
        while index < input.count, input[index] != .newline {
            let byte = input[index]
            if let open = quote {
                if byte == .backslash && open == .doubleQuote { index += 1 } else if byte == open { quote = nil }
            } else if byte == .colon, index + 1 == input.count || input[index + 1].isBlank {
                return true
            } else if byte == .hash, input[index - 1].isBlank {
                return false
            }
            index += 1
        }
        return false
    }

    private var peek: UInt8? { offset < input.count ? input[offset] : nil }

    private func peek(_ distance: Int) -> UInt8 {
        offset + distance < input.count ? input[offset + distance] : .newline
    }

    private mutating func copyByte() {
        guard offset < input.count else { return }
        output.append(input[offset])
        offset += 1
    }

    private mutating func copy(while condition: (UInt8) -> Bool) {
        while let byte = peek, condition(byte) { copyByte() }
    }

    private mutating func replaceByte() {
        hasReplaced = true
        output.append(contentsOf: UTF8.encode(Unicode.Scalar(Self.base + UInt32(input[offset]))!)!)
        offset += 1
    }
}

extension Sequence<UInt8> {
    fileprivate var containsExpression: Bool {
        var matched = 0
        for byte in self {
            if matched > 0 && byte == .openBrace { matched += 1 } else { matched = byte == .dollar ? 1 : 0 }
            if matched == 3 { return true }
        }
        return false
    }
}

extension UInt8 {
    fileprivate var isBlank: Bool { self == .space || self == .tab || self == .newline || self == .carriageReturn }

    fileprivate var endsFlowScalar: Bool {
        self == .comma || self == .openBrace || self == .closeBrace || self == .openBracket || self == .closeBracket
    }

    fileprivate var isYAMLIndicator: Bool { endsFlowScalar || self == .colon || self == .hash }
}
