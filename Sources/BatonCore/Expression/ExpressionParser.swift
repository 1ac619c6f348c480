/// Reads one expression by precedence climbing over UTF-8 bytes.
struct ExpressionParser {
    let bytes: [UInt8]
    var position: Int
    /// Bounds both recursion while parsing and the depth of the tree that is walked later.
    private var budget = 1_000
    private var depth = 0

    init(bytes: [UInt8], position: Int) {
        self.bytes = bytes
        self.position = position
    }

    mutating func wholeExpression() throws(ExpressionError) -> Syntax {
        let syntax = try expression()
        skipSpaces()
        guard position == bytes.count else { throw unexpected(expected: "the end or an operator") }
        return syntax
    }

    /// condition ? expression : expression, or anything that binds tighter.
    mutating func expression() throws(ExpressionError) -> Syntax {
        depth += 1
        defer { depth -= 1 }
        guard depth <= 100 else { throw failure("the expression is nested more than 100 deep") }
        let condition = try binary(above: 0)
        guard take("?") else { return condition }
        let first = try expression()
        guard take(":") else { throw unexpected(expected: "':' of '… ? … : …'") }
        let second = try expression()
        return Syntax(offset: condition.offset, kind: .choice(condition: condition, first, second))
    }

    private mutating func binary(above precedence: Int) throws(ExpressionError) -> Syntax {
        var left = try unary()
        while let (symbol, length) = peekOperator(), symbol.precedence > precedence {
            try spend()
            let offset = position
            position += length
            let right = try binary(above: symbol.precedence)
            left = Syntax(offset: offset, kind: .binary(symbol, left, right))
        }
        return left
    }

    private mutating func unary() throws(ExpressionError) -> Syntax {
        skipSpaces()
        let offset = position
        guard let byte = peek, byte == UInt8(ascii: "!") || byte == UInt8(ascii: "-") else { return try postfix() }
        position += 1
        depth += 1
        defer { depth -= 1 }
        guard depth <= 100 else { throw failure("the expression is nested more than 100 deep") }
        let operand = try unary()
        return Syntax(offset: offset, kind: byte == UInt8(ascii: "!") ? .not(operand) : .negate(operand))
    }

    private mutating func postfix() throws(ExpressionError) -> Syntax {
        var base = try primary()
        while true {
            let offset = position
            if take(".") {
                base = Syntax(offset: offset, kind: .member(base, try identifier(after: "'.'")))
            } else if take("[") {
                let index = try expression()
                try expect("]")
                base = Syntax(offset: offset, kind: .index(base, index))
            } else {
                return base
            }
            try spend()
        }
    }

    private mutating func primary() throws(ExpressionError) -> Syntax {
        skipSpaces()
        let offset = position
        guard let byte = peek else { throw failure("the expression ends where a value is expected") }
        switch byte {
        case UInt8(ascii: "("):
            position += 1
            let inner = try expression()
            try expect(")")
            return inner
        case UInt8(ascii: "["):
            position += 1
            return Syntax(offset: offset, kind: .list(try items(until: "]")))
        case UInt8(ascii: "\""), UInt8(ascii: "'"):
            return Syntax(offset: offset, kind: .literal(.string(try quotedText())))
        case UInt8(ascii: "0")...UInt8(ascii: "9"):
            return Syntax(offset: offset, kind: .literal(.number(try number())))
        default:
            guard byte.startsName else { throw unexpected(expected: "a value") }
            return Syntax(offset: offset, kind: try named(identifier(after: "here"), at: offset))
        }
    }

    private mutating func named(_ name: String, at offset: Int) throws(ExpressionError) -> Syntax.Kind {
        switch name {
        case "true": return .literal(.boolean(true))
        case "false": return .literal(.boolean(false))
        case "null": return .literal(.null)
        case "params": return .parameter(try key(of: "params", example: "params.threads"))
        case "run":
            let field = try key(of: "run", example: "run.id")
            let known = ["id", "name", "attempt", "status"]
            guard known.contains(field) else {
                throw ExpressionError(
                    "'run.\(field)' does not exist; there are id, name, attempt and status", offset: offset,
                    hint: Suggestion.hint(for: field, among: known))
            }
            return .run(field)
        case "tasks": return try task()
        default:
            guard take("(") else { return .name(name) }
            guard let function = Function(rawValue: name) else {
                throw ExpressionError(
                    "there is no function '\(name)'", offset: offset,
                    hint: Suggestion.hint(for: name, among: Function.allCases.map(\.rawValue))
                        ?? "Functions: " + Function.allCases.map(\.rawValue).joined(separator: ", ") + ".")
            }
            let arguments = try items(until: ")")
            guard function.arity.contains(arguments.count) else {
                throw ExpressionError(
                    "'\(name)' takes \(function.signature), found \(arguments.count) arguments", offset: offset)
            }
            return .call(function, arguments)
        }
    }

    /// `.name.field` or `["name"].field` after `tasks`.
    private mutating func task() throws(ExpressionError) -> Syntax.Kind {
        let name: Syntax
        if take("[") {
            name = try expression()
            try expect("]")
        } else {
            guard take(".") else { throw unexpected(expected: "a task's name, as in tasks.list.stdout") }
            let offset = position
            name = Syntax(offset: offset, kind: .literal(.string(try identifier(after: "'tasks.'", isPath: true))))
        }
        let fields = ["stdout", "lines", "outputs", "exit_code", "state"]
        guard take(".") else {
            throw unexpected(expected: "what to read of the task: " + fields.map { "." + $0 }.joined(separator: ", "))
        }
        let offset = position
        let field = try identifier(after: "'.'")
        switch field {
        case "stdout": return .task(name: name, .stdout)
        case "lines": return .task(name: name, .lines)
        case "exit_code": return .task(name: name, .exitCode)
        case "state": return .task(name: name, .state)
        case "outputs":
            return .task(name: name, .outputs(try key(of: "outputs", example: "tasks.list.outputs.count")))
        default:
            throw ExpressionError(
                "a task has no '\(field)'; there are \(fields.joined(separator: ", "))", offset: offset,
                hint: Suggestion.hint(for: field, among: fields))
        }
    }

    /// `.key` or `["key"]`.
    private mutating func key(of owner: String, example: String) throws(ExpressionError) -> String {
        if take("[") {
            skipSpaces()
            guard let quote = peek, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else {
                throw unexpected(expected: "a quoted name, as in \(owner)[\"name\"]")
            }
            let text = try quotedText()
            try expect("]")
            return text
        }
        guard take(".") else { throw unexpected(expected: "a name after '\(owner)', as in \(example)") }
        return try identifier(after: "'\(owner).'", isPath: owner == "outputs")
    }

    private mutating func items(until end: Unicode.Scalar) throws(ExpressionError) -> [Syntax] {
        var items: [Syntax] = []
        while !take(end) {
            if !items.isEmpty {
                guard take(",") else { throw unexpected(expected: "',' or '\(end)'") }
                if take(end) { break }
            }
            try spend()
            items.append(try expression())
        }
        return items
    }

    private mutating func spend() throws(ExpressionError) {
        budget -= 1
        guard budget > 0 else { throw failure("the expression has more than 1,000 parts") }
    }
}
