internal import BatonCore

// The values that keys hold, and what is said when they are something else.
extension WorkflowDecoder {
    mutating func report(_ position: Position, _ message: String, hint: String? = nil) {
        let location = WorkflowError.Location(file: file, line: Int(position.line), column: Int(position.column))
        problems.append(WorkflowError.Problem(path: [], location: location, message: message, hint: hint))
    }

    mutating func mismatch(_ node: DocumentNode, _ key: String, expected: String, hint: String? = nil) {
        report(node.position, "expected \(expected) for '\(key)', found \(node.summary)", hint: hint)
    }

    /// The entries whose keys the table knows; the others are reported.
    mutating func entries<Key: FormatKey>(
        of node: DocumentNode, _ keys: Key.Type, place: String
    ) -> [(key: Key, node: DocumentNode)] {
        guard case .mapping(let entries) = node.content else {
            report(
                node.position, "expected \(place) as a map, found \(node.summary)",
                hint: "Keys: \(Key.names.joined(separator: ", ")).")
            return []
        }
        var known: [(key: Key, node: DocumentNode)] = []
        known.reserveCapacity(entries.count)
        for entry in entries {
            if let key = Key(rawValue: entry.key) {
                known.append((key, entry.value))
            } else {
                report(
                    entry.keyPosition, "'\(entry.key.shortened)' is not a key of \(place)",
                    hint: Suggestion.hint(for: entry.key, among: Key.names)
                        ?? "Keys: \(Key.names.joined(separator: ", ")).")
            }
        }
        for key in Key.required where !known.contains(where: { $0.key == key }) {
            report(node.position, "\(place) needs '\(key.rawValue)'")
        }
        return known
    }

    /// Text, or a number or boolean as it is written.
    mutating func text(_ node: DocumentNode, _ key: String) -> String? {
        guard case .scalar(let scalar) = node.content, scalar.value != .null else {
            mismatch(node, key, expected: "text")
            return nil
        }
        return scalar.text
    }

    mutating func texts(_ node: DocumentNode, _ key: String) -> [String] {
        guard case .sequence(let elements) = node.content else {
            mismatch(node, key, expected: "a list")
            return []
        }
        return elements.compactMap { text($0, key) }
    }

    mutating func template(_ node: DocumentNode, _ key: String) -> Template? {
        guard let text = text(node, key) else { return nil }
        do throws(ExpressionError) {
            return try Template(parsing: text)
        } catch {
            report(error, in: node)
            return nil
        }
    }

    /// A list, or one element without the brackets.
    mutating func templates(_ node: DocumentNode, _ key: String) -> [Template] {
        switch node.content {
        case .sequence(let elements): elements.compactMap { template($0, key) }
        case .scalar: template(node, key).map { [$0] } ?? []
        case .mapping:
            {
                mismatch(node, key, expected: "text or a list")
                return []
            }()
        }
    }

    mutating func environment(_ node: DocumentNode) -> [Workflow.EnvironmentVariable] {
        guard case .mapping(let entries) = node.content else {
            mismatch(node, "env", expected: "a map from names to values")
            return []
        }
        return entries.compactMap { entry in
            let isName = !entry.key.isEmpty && !entry.key.utf8.contains { $0 == UInt8(ascii: "=") || $0 == 0 }
            if !isName { report(entry.keyPosition, "'\(entry.key)' cannot be the name of an environment variable") }
            guard let value = template(entry.value, entry.key), isName else { return nil }
            return Workflow.EnvironmentVariable(name: entry.key, value: value)
        }
    }

    /// A formula, with or without `${{ }}`.
    mutating func expression(_ node: DocumentNode, _ key: String) -> Expression? {
        guard let text = text(node, key) else { return nil }
        do throws(ExpressionError) {
            guard text.utf8.contains(.dollar) else { return try Expression(parsing: text) }
            if let expression = try Template(parsing: text).soleExpression { return expression }
            mismatch(node, key, expected: "one expression", hint: "Write all of it inside '${{ }}'.")
        } catch {
            report(error, in: node)
        }
        return nil
    }

    /// An expression where a plain value could stand too: only text with `${{` is one.
    func isExpression(_ node: DocumentNode) -> Bool {
        guard case .scalar(let scalar) = node.content else { return false }
        return scalar.text.utf8.contains(.dollar) && scalar.text.contains("${{")
    }

    mutating func integer(
        _ node: DocumentNode, _ key: String, _ range: ClosedRange<Int>, hint: String? = nil
    ) -> Int? {
        if case .scalar(let scalar) = node.content, case .number(let number) = scalar.value,
            let value = Int(exactly: number), range.contains(value)
        {
            return value
        }
        mismatch(node, key, expected: "a whole number from \(range.lowerBound) to \(range.upperBound)", hint: hint)
        return nil
    }

    mutating func boolean(_ node: DocumentNode, _ key: String) -> Bool? {
        if case .scalar(let scalar) = node.content, case .boolean(let value) = scalar.value { return value }
        mismatch(node, key, expected: "true or false")
        return nil
    }

    mutating func duration(_ node: DocumentNode, _ key: String) -> Duration? {
        if case .scalar(let scalar) = node.content, let duration = DurationText.parse(scalar.text) { return duration }
        mismatch(node, key, expected: "a duration such as 90s, 5m or 1h30m")
        return nil
    }

    /// At the character inside the scalar where the file shows it, or at the scalar.
    mutating func report(_ error: ExpressionError, in node: DocumentNode) {
        report(position(ofByte: error.offset, in: node), error.message, hint: error.hint)
    }

    private func position(ofByte offset: Int, in node: DocumentNode) -> Position {
        guard case .scalar(let scalar) = node.content else { return node.position }
        let before = String(decoding: scalar.text.utf8.prefix(offset), as: UTF8.self).unicodeScalars
        switch scalar.style {
        case .plain:
            return Position(line: Int(node.position.line), column: Int(node.position.column) + before.count)
        case .quoted:
            return Position(line: Int(node.position.line), column: Int(node.position.column) + 1 + before.count)
        case .literal:
            let row = before.count { $0 == "\n" }
            let column =
                before.count
                - (before.lastIndex(of: "\n").map { before.distance(from: before.startIndex, to: $0) + 1 } ?? 0)
            let line = Int(node.position.line) + 1 + row
            let shown = SourceLines.line(line, of: source.utf8).unicodeScalars.count
            let text = SourceLines.line(row + 1, of: scalar.text.utf8).unicodeScalars.count
            return Position(line: line, column: shown - text + column + 1)
        case .rewritten:
            return node.position
        }
    }
}
