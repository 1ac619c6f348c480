/// Writes text so that YAML reads the very same text back, without quotes where that is safe.
enum YAMLScalarText {
    enum Place {
        /// After `key: `, where commas and brackets are ordinary.
        case line
        /// Inside `[…]` or `{…}`.
        case flow
    }

    static func write(_ text: String, in place: Place) -> String {
        isSafePlain(text, in: place) ? text : quoted(text)
    }

    /// A script of several lines as a block, indented; nil when only quotes can hold it.
    static func block(_ text: String, indent: String) -> String? {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count > 1, let first = lines.first, let start = first.utf8.first, start != .space,
            text.unicodeScalars.allSatisfy({ $0 == "\n" || $0 == "\t" || isPrintable($0) })
        else { return nil }
        let endsLine = lines.last?.isEmpty == true
        if endsLine { lines.removeLast() }
        guard let last = lines.last, last.utf8.contains(where: { $0 > .space }), start != .tab else { return nil }
        return (endsLine ? "|" : "|-") + lines.map { $0.isEmpty ? "\n" : "\n\(indent)\($0)" }.joined()
    }

    private static func isSafePlain(_ text: String, in place: Place) -> Bool {
        guard let first = text.utf8.first, let last = text.utf8.last, first.beginsPlain, last > .space, last != .colon
        else { return false }
        guard case .string = DocumentNode.Scalar(text: text, style: .plain).value else { return false }
        var previous: UInt8 = 0
        for byte in text.utf8 {
            if byte < .space || byte > 0x7E { return false }
            if byte == .space && previous == .colon || byte == .hash && previous == .space { return false }
            switch byte {
            case .comma, .openBracket, .closeBracket, .openBrace, .closeBrace, .colon:
                if place == .flow { return false }
            default: break
            }
            previous = byte
        }
        return true
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            default:
                if isPrintable(scalar) {
                    result.unicodeScalars.append(scalar)
                } else {
                    let digits = String(scalar.value, radix: 16, uppercase: true)
                    result += "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
                }
            }
        }
        return result + "\""
    }

    /// What YAML takes as it is: no control characters, and none of the line breaks beyond ASCII.
    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x20...0x7E, 0xA0...0x2027, 0x202A...0xD7FF, 0xE000...0xFEFE, 0xFF00...0xFFFD, 0x1_0000...0x10_FEFF: true
        default: false
        }
    }
}

extension UInt8 {
    /// Letters, digits and what paths and expressions begin with: never an indicator of YAML.
    fileprivate var beginsPlain: Bool {
        isDigit || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20) || self == .dollar || self == .slash
            || self == .dot || self == UInt8(ascii: "_")
    }
}
