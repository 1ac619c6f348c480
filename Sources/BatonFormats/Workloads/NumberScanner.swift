/// Reads whole numbers that are separated by blanks and lines, as scheduling problems are written.
struct NumberScanner {
    private let bytes: [UInt8]
    private var offset = 0
    private var line: Int
    private var lineStart = 0

    /// - Parameters:
    ///   - comment: what begins a comment that ends with its line.
    ///   - line: the number of the text's first line.
    init(_ text: some StringProtocol, comment: UInt8? = nil, firstLine line: Int = 1) {
        var bytes = Array(text.utf8)
        if let comment {
            var isComment = false
            for index in bytes.indices {
                if bytes[index] == .newline { isComment = false } else if bytes[index] == comment { isComment = true }
                if isComment { bytes[index] = .space }
            }
        }
        self.bytes = bytes
        self.line = line
    }

    var position: Position { Position(line: line, column: offset - lineStart + 1) }

    /// Where the next number begins.
    mutating func nextPosition() -> Position {
        skipBlanks()
        return position
    }

    /// Whether nothing but blanks is left.
    mutating func isAtEnd() -> Bool {
        skipBlanks()
        return offset == bytes.count
    }

    /// - Parameter what: what the number is, for the message: `the duration of activity 3`.
    mutating func next(_ what: @autoclosure () -> String, in range: ClosedRange<Int>) throws(DocumentProblem) -> Int {
        skipBlanks()
        let start = position
        guard offset < bytes.count else {
            throw DocumentProblem(
                start, "expected \(what()), found the end of the file",
                hint: "The file seems to be cut off; get it again.")
        }
        let first = offset
        while offset < bytes.count, !bytes[offset].isBlank { offset += 1 }
        let text = String(decoding: bytes[first..<offset], as: UTF8.self)
        // Some files write whole numbers with a fraction of zero.
        guard let number = Int(text) ?? Double(text).flatMap(Int.init(exactly:)), range.contains(number) else {
            let wanted =
                range.count == 1
                ? "which must be \(range.lowerBound)"
                : "a whole number from \(range.lowerBound) to \(range.upperBound)"
            throw DocumentProblem(
                start, "expected \(what()), \(wanted), found '\(text.shortened)'",
                hint: "Compare the line with the ones around it.")
        }
        return number
    }

    /// Up to the end of the line; the blanks around it are cut off.
    mutating func restOfLine() -> String {
        let first = offset
        while offset < bytes.count, bytes[offset] != .newline { offset += 1 }
        let text = bytes[first..<offset].drop { $0.isBlank }
        return String(decoding: text.prefix { $0 != .carriageReturn }, as: UTF8.self)
    }

    private mutating func skipBlanks() {
        while offset < bytes.count, bytes[offset].isBlank {
            if bytes[offset] == .newline {
                line += 1
                lineStart = offset + 1
            }
            offset += 1
        }
    }
}

extension UInt8 {
    fileprivate var isBlank: Bool { self == .space || (0x09...0x0D).contains(self) }
}
