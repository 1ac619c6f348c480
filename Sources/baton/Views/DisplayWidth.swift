/// How many columns text takes on a terminal.
enum DisplayWidth {
    /// Columns of the whole text; control characters take none.
    static func of(_ text: some StringProtocol) -> Int {
        if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return text.utf8.count }
        return text.reduce(0) { $0 + of($1) }
    }

    /// 0, 1 or 2.
    static func of(_ character: Character) -> Int {
        guard let first = character.unicodeScalars.first else { return 0 }
        if first.value < 0x7F { return first.value >= 0x20 ? 1 : 0 }
        if first.properties.isEmojiPresentation { return 2 }
        // A variation selector asks for the picture form of a character that is narrow as text.
        if character.unicodeScalars.contains("\u{FE0F}") { return 2 }
        switch first.properties.generalCategory {
        case .control, .format, .nonspacingMark, .enclosingMark, .lineSeparator, .paragraphSeparator: return 0
        default: return wide.contains { $0.contains(first.value) } ? 2 : 1
        }
    }

    /// The text without what would move the cursor or change colours, so that a task can't draw on the screen.
    static func printable(_ text: some StringProtocol) -> String {
        if text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) { return String(text) }
        var result = ""
        var scalars = text.unicodeScalars.makeIterator()
        while let scalar = scalars.next() {
            if scalar == "\u{1B}" {
                skipEscape(&scalars)
            } else if scalar == "\t" {
                result += "    "
            } else if scalar.properties.generalCategory != .control {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// Reads on to the end of a control sequence whose escape character has been read.
    private static func skipEscape(_ scalars: inout some IteratorProtocol<Unicode.Scalar>) {
        guard scalars.next() == "[" else { return }
        while let scalar = scalars.next(), !(0x40...0x7E).contains(scalar.value) {}
    }

    /// The text cut to a number of columns, with `mark` as its last one where something is missing.
    static func truncated(_ text: String, to columns: Int, mark: String = "…") -> String {
        if of(text) <= columns { return text }
        let room = columns - of(mark)
        guard room >= 0 else { return "" }
        var result = ""
        var used = 0
        for character in text {
            let width = of(character)
            if used + width > room { break }
            used += width
            result.append(character)
        }
        return result + mark
    }

    /// Ranges of East Asian wide and fullwidth characters (Unicode Standard Annex 11), blocks taken whole.
    private static let wide: [ClosedRange<UInt32>] = [
        0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF,
        0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6,
        0x1F300...0x1F64F, 0x1F900...0x1F9FF, 0x20000...0x3FFFD,
    ]
}
