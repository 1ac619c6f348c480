/// What can be called in an expression.
enum Function: String, CaseIterable, Sendable {
    case length, lines, split, join, range, contains, replace, basename, dirname, stem, number, string, json
    case startsWith = "starts_with"
    case endsWith = "ends_with"

    var arity: ClosedRange<Int> {
        switch self {
        case .length, .lines, .basename, .dirname, .stem, .number, .string, .json: 1...1
        case .split, .join, .contains, .startsWith, .endsWith: 2...2
        case .replace: 3...3
        case .range: 1...3
        }
    }

    /// Its arguments in words, for messages.
    var signature: String {
        switch self {
        case .length: "(string, list or map)"
        case .lines, .number, .basename, .dirname, .stem: "(string)"
        case .string, .json: "(value)"
        case .split: "(string, separator)"
        case .join: "(list, separator)"
        case .contains: "(string or list, item) or (map, key)"
        case .startsWith: "(string, beginning)"
        case .endsWith: "(string, end)"
        case .replace: "(string, old, new)"
        case .range: "(end), (start, end) or (start, end, step)"
        }
    }

    func apply(_ arguments: [Value], offset: Int) throws(ExpressionError) -> Value {
        switch (self, arguments[0], arguments.dropFirst().first) {
        case (.length, .string(let text), _): return .number(Double(text.count))
        case (.length, .list(let items), _): return .number(Double(items.count))
        case (.length, .map(let entries), _): return .number(Double(entries.count))
        case (.lines, .string(let text), _): return .list(Text.lines(of: text))
        case (.split, .string(let text), .string(let separator)?) where !separator.isEmpty:
            return .list(Text.split(text, by: separator).map { .string($0) })
        case (.join, .list(let items), .string(let separator)?):
            var parts: [String] = []
            for item in items {
                guard let part = item.text else { throw mismatch(arguments, offset) }
                parts.append(part)
            }
            return .string(parts.joined(separator: separator))
        case (.range, _, _): return try range(arguments, offset)
        case (.contains, .string(let text), .string(let part)?):
            return .boolean(part.isEmpty || Text.split(text, by: part).count > 1)
        case (.contains, .list(let items), let item?): return .boolean(items.contains(item))
        case (.contains, .map(let entries), .string(let key)?): return .boolean(entries.contains { $0.key == key })
        case (.startsWith, .string(let text), .string(let part)?):
            return .boolean(text.utf8.starts(with: part.utf8))
        case (.endsWith, .string(let text), .string(let part)?):
            return .boolean(text.utf8.suffix(part.utf8.count).elementsEqual(part.utf8))
        case (.replace, .string(let text), .string(let old)?) where !old.isEmpty:
            guard case .string(let new) = arguments[2] else { throw mismatch(arguments, offset) }
            return .string(Text.split(text, by: old).joined(separator: new))
        case (.basename, .string(let path), _): return .string(Text.basename(path))
        case (.dirname, .string(let path), _): return .string(Text.dirname(path))
        case (.stem, .string(let path), _): return .string(Text.stem(path))
        case (.number, .number, _): return arguments[0]
        case (.number, .string(let text), _):
            guard let number = Double(Text.trimmed(text)), number.isFinite else {
                throw ExpressionError("'\(text)' is not a number", offset: offset)
            }
            return .number(number)
        case (.string, let value, _):
            guard let text = value.text else { throw mismatch(arguments, offset) }
            return .string(text)
        case (.json, let value, _): return .string(value.json)
        default: throw mismatch(arguments, offset)
        }
    }

    /// Whole steps from start up to, not including, end.
    private func range(_ arguments: [Value], _ offset: Int) throws(ExpressionError) -> Value {
        var numbers: [Int] = []
        for argument in arguments {
            guard case .number(let number) = argument, let whole = Int(exactly: number), whole.magnitude < 1 << 40
            else { throw mismatch(arguments, offset) }
            numbers.append(whole)
        }
        let start = numbers.count > 1 ? numbers[0] : 0
        let end = numbers.count > 1 ? numbers[1] : numbers[0]
        let step = numbers.count > 2 ? numbers[2] : 1
        guard step != 0 else { throw ExpressionError("the step of 'range' is zero", offset: offset) }
        guard (end - start) / step < 1_000_000 else {
            throw ExpressionError("'range' gives more than 1,000,000 numbers", offset: offset)
        }
        return .list(stride(from: start, to: end, by: step).map { .number(Double($0)) })
    }

    private func mismatch(_ arguments: [Value], _ offset: Int) -> ExpressionError {
        let found = arguments.map(\.kindName).joined(separator: ", ")
        return ExpressionError("'\(rawValue)' takes \(signature), found (\(found))", offset: offset)
    }
}
