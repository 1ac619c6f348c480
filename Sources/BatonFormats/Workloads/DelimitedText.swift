internal import BatonCore

/// A table as spreadsheets and traces write it (RFC 4180): a line of column names, then a line for each row.
struct DelimitedText {
    let columns: [String]
    private let separator: UInt8
    private let text: String

    /// - Throws: when there is no line at all.
    init(_ text: String) throws(DocumentProblem) {
        guard !text.utf8.allSatisfy({ $0 == .newline || $0 == .space || $0 == .carriageReturn }) else {
            throw DocumentProblem(.start, "the file is empty", hint: "Expected a line of column names and rows.")
        }
        var text = text
        text.makeContiguousUTF8()
        self.text = text
        separator = Self.separator(of: text)
        columns = Self.columns(of: text)
    }

    /// The names in the first line.
    static func columns(of text: String) -> [String] {
        var columns: [String] = []
        let separator = separator(of: text)
        var line = String(Substring(text.utf8.prefix { $0 != .newline }))
        if line.hasPrefix("\u{FEFF}") { line.removeFirst() }
        line.withUTF8 { bytes in
            var cursor = Cursor(bytes: bytes, separator: separator)
            cursor.readRow()
            columns = cursor.fields.indices.map { Row(bytes: bytes, fields: cursor.fields, line: 1)[$0] }
        }
        return columns
    }

    /// A tab, semicolon or comma: whichever the first line has most of.
    private static func separator(of text: String) -> UInt8 {
        var counts: [UInt8: Int] = [:]
        for byte in text.utf8.prefix(while: { $0 != .newline }) { counts[byte, default: 0] += 1 }
        let candidates: [UInt8] = [.comma, UInt8(ascii: ";"), .tab]
        return candidates.max { counts[$0, default: 0] < counts[$1, default: 0] } ?? .comma
    }

    /// The place of the first of these columns that the table has.
    func column(_ names: String...) -> Int? {
        names.lazy.compactMap { columns.firstIndex(of: $0) }.first
    }

    /// - Throws: where none of them is there.
    func requiredColumn(_ names: String...) throws(DocumentProblem) -> Int {
        if let column = names.lazy.compactMap({ columns.firstIndex(of: $0) }).first { return column }
        throw DocumentProblem(
            .start,
            "expected a column '\(names.joined(separator: "' or '"))', found "
                + columns.prefix(8).map { "'\($0.shortened)'" }.joined(separator: ", "),
            hint: Suggestion.hint(for: names[0], among: columns) ?? "Add it to the first line and to each row.")
    }

    /// Visits the rows below the names, and that of the names too where they are data.
    ///
    /// - Parameter damaged: is told of rows with too few or too many fields; nil: they are errors.
    /// - Throws: a row with too few or too many fields, and what the visitor throws.
    func forEachRow(
        includingFirst: Bool = false, damaged: ((DocumentProblem) -> Void)? = nil,
        _ visit: (Row) throws(DocumentProblem) -> Void
    ) throws(DocumentProblem) {
        let result = text.utf8.withContiguousStorageIfAvailable { bytes in
            Result { () throws(DocumentProblem) in
                var cursor = Cursor(bytes: bytes, separator: separator)
                if !includingFirst { cursor.readRow() }
                while !cursor.isAtEnd {
                    let line = cursor.line
                    cursor.readRow()
                    // A blank line.
                    if cursor.fields.count == 1, cursor.fields[0].isEmpty { continue }
                    let row = Row(bytes: bytes, fields: cursor.fields, line: line)
                    guard row.count == columns.count else {
                        let problem = DocumentProblem(
                            Position(line: line, column: 1), "expected \(columns.count) fields, found \(row.count)",
                            hint: "The line may be cut off, or a field with a separator may lack its quotes.")
                        guard let damaged else { throw problem }
                        damaged(problem)
                        continue
                    }
                    try visit(row)
                }
            }
        }
        try result?.get()
    }

    /// Splits line after line.
    private struct Cursor {
        let bytes: UnsafeBufferPointer<UInt8>
        let separator: UInt8
        var offset = 0
        var line = 1
        var fields: [Range<Int>] = []

        var isAtEnd: Bool { offset >= bytes.count }

        mutating func readRow() {
            fields.removeAll(keepingCapacity: true)
            var start = offset
            var isQuoted = false
            while offset < bytes.count {
                let byte = bytes[offset]
                if byte == .doubleQuote, isQuoted || offset == start { isQuoted.toggle() }
                if byte == .newline { line += 1 }
                if !isQuoted {
                    if byte == .newline { break }
                    if byte == separator {
                        fields.append(start..<offset)
                        start = offset + 1
                    }
                }
                offset += 1
            }
            var end = min(offset, bytes.count)
            if end > start, bytes[end - 1] == .carriageReturn { end -= 1 }
            fields.append(start..<end)
            offset += 1
        }
    }

    /// One line of the table.
    struct Row {
        fileprivate let bytes: UnsafeBufferPointer<UInt8>
        fileprivate let fields: [Range<Int>]
        let line: Int

        var count: Int { fields.count }

        /// Where the field begins.
        func position(_ column: Int) -> Position {
            let lineStart = fields[0].lowerBound
            return Position(line: line, column: fields[column].lowerBound - lineStart + 1)
        }

        /// The field without its quotes.
        subscript(column: Int) -> String {
            let text = String(decoding: UnsafeBufferPointer(rebasing: bytes[fields[column]]), as: UTF8.self)
            guard text.utf8.first == .doubleQuote else { return text }
            let inner = text.dropFirst().dropLast(text.utf8.count > 1 && text.utf8.last == .doubleQuote ? 1 : 0)
            var unquoted = ""
            var isEscaped = false
            for character in inner {
                if character == "\"", !isEscaped { isEscaped = true; continue }
                isEscaped = false
                unquoted.append(character)
            }
            return unquoted
        }

        /// What stands there, unless it is nothing or a dash.
        func text(_ column: Int?) -> String? {
            guard let column else { return nil }
            let text = self[column]
            return text.isEmpty || text == "-" ? nil : text
        }

        /// - Throws: what is no number of at least 0.
        func number(_ column: Int?, _ what: String) throws(DocumentProblem) -> Double? {
            guard let column, let text = text(column) else { return nil }
            guard let number = DocumentNode.Scalar.number(text), number >= 0 else {
                throw DocumentProblem(
                    position(column), "expected a number of at least 0 for '\(what)', found '\(text.shortened)'",
                    hint: "Leave the field empty where nothing is known.")
            }
            return number
        }
    }
}
