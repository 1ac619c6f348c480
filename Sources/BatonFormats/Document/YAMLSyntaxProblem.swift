internal import CYaml

/// Turns what libyaml reports into a problem with our location and advice.
enum YAMLSyntaxProblem {
    static func describe(_ parser: yaml_parser_t, in bytes: UnsafeBufferPointer<UInt8>) -> DocumentProblem {
        let message = parser.problem.map { String(cString: $0) } ?? "this is not YAML"
        if parser.error == YAML_READER_ERROR {
            let position = Position(ofByte: Int(parser.problem_offset), in: bytes)
            return DocumentProblem(position, message, hint: "Save the file as plain UTF-8 text.")
        }
        if parser.error == YAML_MEMORY_ERROR { return DocumentProblem(.start, "not enough memory to read this file") }
        let position = position(of: parser.problem_mark)
        if message.hasPrefix("Maximum nesting") {
            return DocumentProblem(position, "more than \(DocumentNode.depthLimit) levels deep")
        }
        var text = message
        if let context = parser.context {
            let start = self.position(of: parser.context_mark)
            let place = start.line > 1 && start.line != position.line ? " that began in line \(start.line)" : ""
            text = "\(message) \(String(cString: context))\(place)"
        }
        let line = SourceLines.line(Int(position.line), of: bytes)
        return DocumentProblem(position, text, hint: hint(for: message, line: line))
    }

    private static func position(of mark: yaml_mark_t) -> Position {
        Position(line: Int(mark.line) + 1, column: Int(mark.column) + 1)
    }

    private static func hint(for message: String, line: String) -> String? {
        let indentation = line.prefix { $0 == " " || $0 == "\t" }
        if indentation.contains("\t") { return "Indent with spaces; YAML does not allow tabs there." }
        return switch message {
        case "mapping values are not allowed in this context":
            "Quote text that contains ': ', or check that the line is indented like its neighbours."
        case "found character that cannot start any token":
            "Quote text that begins with a special character such as '@', '`' or '%'."
        case "found unexpected end of stream", "found unexpected document indicator": "Close the quote."
        case "did not find expected ',' or ']'": "Close the list with ']', and separate its elements by commas."
        case "did not find expected ',' or '}'": "Close the map with '}', and separate its entries by commas."
        case "did not find expected key", "did not find expected '-' indicator":
            "Indent all entries of one map or list equally."
        case "could not find expected ':'": "Write 'key: value', with a space after the colon."
        case "found unknown escape character": "Use single quotes, or write '\\\\' for a backslash."
        default: nil
        }
    }
}

extension Position {
    /// Where the byte at `offset` stands; past the end, where the text ends.
    init(ofByte offset: Int, in bytes: some Collection<UInt8>) {
        var line = 1
        var column = 1
        for byte in bytes.prefix(offset) {
            if byte == .newline {
                line += 1
                column = 1
            } else if byte & 0xC0 != 0x80 {
                column += 1
            }
        }
        self.init(line: line, column: column)
    }
}

/// Single lines of a text, for messages; finding one costs a pass over what comes before it.
enum SourceLines {
    /// - Parameter number: one-based.
    static func line(_ number: Int, of bytes: some Sequence<UInt8>) -> String {
        var line = 1
        var found: [UInt8] = []
        for byte in bytes {
            if byte == .newline {
                if line == number { break }
                line += 1
            } else if line == number {
                found.append(byte)
            }
        }
        if found.last == .carriageReturn { found.removeLast() }
        return String(decoding: found, as: UTF8.self)
    }
}
