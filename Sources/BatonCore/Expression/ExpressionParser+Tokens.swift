// The parser's lexical half: names, numbers, quoted text and operators.

extension ExpressionParser {
    var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    mutating func skipSpaces() {
        while let byte = peek, byte.isSpace { position += 1 }
    }

    /// Skips spaces and then the symbol when it is next.
    mutating func take(_ symbol: Unicode.Scalar) -> Bool {
        skipSpaces()
        guard peek == UInt8(ascii: symbol) else { return false }
        position += 1
        return true
    }

    mutating func expect(_ symbol: Unicode.Scalar) throws(ExpressionError) {
        guard take(symbol) else { throw unexpected(expected: "'\(symbol)'") }
    }

    mutating func peekOperator() -> (BinaryOperator, length: Int)? {
        skipSpaces()
        // Cases are listed with the longer of two that share a beginning first.
        for symbol in BinaryOperator.allCases where bytes[position...].starts(with: symbol.rawValue.utf8) {
            return (symbol, symbol.rawValue.utf8.count)
        }
        return nil
    }

    /// Letters, digits and `_`. In a path also a `-` or `/` between two of them, as task names have.
    mutating func identifier(after place: String, isPath: Bool = false) throws(ExpressionError) -> String {
        skipSpaces()
        let start = position
        while let byte = peek {
            let joins = isPath && (byte == UInt8(ascii: "-") || byte == UInt8(ascii: "/"))
            let continues = position + 1 < bytes.count && bytes[position + 1].continuesName
            guard byte.continuesName || (joins && position > start && continues) else { break }
            position += 1
        }
        guard position > start, isPath || bytes[start].startsName else {
            position = start
            throw unexpected(expected: "a name after \(place)")
        }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    mutating func number() throws(ExpressionError) -> Double {
        let start = position
        func isDigit(_ byte: UInt8?) -> Bool { byte.map { (0x30...0x39).contains($0) } ?? false }
        while isDigit(peek) { position += 1 }
        if peek == UInt8(ascii: "."), position + 1 < bytes.count, isDigit(bytes[position + 1]) {
            position += 1
            while isDigit(peek) { position += 1 }
        }
        if peek == UInt8(ascii: "e") || peek == UInt8(ascii: "E") {
            position += 1
            if peek == UInt8(ascii: "+") || peek == UInt8(ascii: "-") { position += 1 }
            while isDigit(peek) { position += 1 }
        }
        if let byte = peek, byte.continuesName { position += 1 }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        guard let value = Double(text), value.isFinite else {
            throw ExpressionError("'\(text)' is not a number", offset: start)
        }
        return value
    }

    /// Text in either kind of quotes, with `\n`, `\t`, `\\`, `\"` and `\'`.
    mutating func quotedText() throws(ExpressionError) -> String {
        let start = position
        let quote = bytes[start]
        var text: [UInt8] = []
        position += 1
        while let byte = peek, byte != quote {
            position += 1
            guard byte == UInt8(ascii: "\\") else {
                text.append(byte)
                continue
            }
            switch peek {
            case UInt8(ascii: "n"): text.append(UInt8(ascii: "\n"))
            case UInt8(ascii: "t"): text.append(UInt8(ascii: "\t"))
            case UInt8(ascii: "\\"), UInt8(ascii: "\""), UInt8(ascii: "'"): text.append(bytes[position])
            default:
                throw ExpressionError(
                    "unknown escape in quoted text", offset: position - 1,
                    hint: "Write '\\\\' for a backslash; \\n, \\t, \\\" and \\' exist too.")
            }
            position += 1
        }
        guard peek == quote else {
            throw ExpressionError("quoted text has no closing \(Unicode.Scalar(quote))", offset: start)
        }
        position += 1
        return String(decoding: text, as: UTF8.self)
    }

    func failure(_ message: String) -> ExpressionError { ExpressionError(message, offset: position) }

    mutating func unexpected(expected: String) -> ExpressionError {
        skipSpaces()
        guard position < bytes.count else { return failure("expected \(expected), found the end of the expression") }
        let rest = String(decoding: bytes[position...].prefix(24), as: UTF8.self)
        let found = rest.unicodeScalars.first!
        let hint = found == "=" ? "Equality is written '=='." : nil
        return ExpressionError("expected \(expected), found '\(found)'", offset: position, hint: hint)
    }
}

extension UInt8 {
    var isSpace: Bool { self == 0x20 || (0x09...0x0D).contains(self) }

    /// A letter, `_`, or part of a character beyond ASCII.
    var startsName: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "_"), 0x80...0xFF: true
        default: false
        }
    }

    var continuesName: Bool { startsName || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
}
