/// Computes the value of a tree. Kinds are never converted silently: a mismatch says what was found.
struct Evaluator {
    let scope: Scope

    func value(of syntax: Syntax) throws(ExpressionError) -> Value {
        let offset = syntax.offset
        switch syntax.kind {
        case .literal(let value): return value
        case .list(let items): return .list(try values(of: items))
        case .name(let name):
            if let value = scope.bindings[name: name] { return value }
            throw ExpressionError(
                "'\(name)' is not a value of a fan-out here", offset: offset,
                hint: scope.parameters[name: name] == nil
                    ? Suggestion.hint(for: name, among: scope.bindings.lazy.map(\.name))
                    : "Did you mean 'params.\(name)'?")
        case .parameter(let name):
            if let value = scope.parameters[name: name] { return value }
            throw ExpressionError(
                "there is no parameter '\(name)'", offset: offset,
                hint: Suggestion.hint(for: name, among: scope.parameters.lazy.map(\.name)))
        case .run(let name):
            if let value = scope.run[name: name] { return value }
            throw ExpressionError("'run.\(name)' is known only when a task starts", offset: offset)
        case .task(let name, let field): return try read(field, of: try taskName(name), at: offset)
        case .member(let base, let key): return try member(.string(key), of: try value(of: base), at: offset)
        case .index(let base, let index):
            return try member(try value(of: index), of: try value(of: base), at: offset)
        case .not(let operand): return .boolean(!(try condition(operand)))
        case .negate(let operand):
            guard case .number(let number) = try value(of: operand) else {
                throw ExpressionError("'-' needs a number, found \(try value(of: operand).kindName)", offset: offset)
            }
            return .number(-number)
        case .binary(.and, let left, let right): return .boolean(try condition(left) ? try condition(right) : false)
        case .binary(.or, let left, let right): return .boolean(try condition(left) ? true : try condition(right))
        case .binary(let symbol, let left, let right):
            return try symbol.apply(try value(of: left), try value(of: right), offset: offset)
        case .choice(let condition, let first, let second):
            return try value(of: try self.condition(condition) ? first : second)
        case .call(let function, let arguments):
            return try function.apply(try values(of: arguments), offset: offset)
        }
    }

    func condition(_ syntax: Syntax) throws(ExpressionError) -> Bool {
        let found = try value(of: syntax)
        guard case .boolean(let isTrue) = found else {
            let shown = found.text.map { " (\(found.kindName == "a string" ? found.json : $0))" } ?? ""
            throw ExpressionError(
                "a condition must be true or false, found \(found.kindName)\(shown)", offset: syntax.offset,
                hint: "Compare it with something, as in 'x != \"\"' or 'x > 0'.")
        }
        return isTrue
    }

    func taskName(_ syntax: Syntax) throws(ExpressionError) -> String {
        let found = try value(of: syntax)
        guard case .string(let name) = found else {
            throw ExpressionError("a task's name must be a string, found \(found.kindName)", offset: syntax.offset)
        }
        return name
    }

    private func values(of items: [Syntax]) throws(ExpressionError) -> [Value] {
        var values: [Value] = []
        values.reserveCapacity(items.count)
        for item in items { values.append(try value(of: item)) }
        return values
    }

    private func read(_ field: TaskField, of name: String, at offset: Int) throws(ExpressionError) -> Value {
        guard let task = scope.task(name) else {
            throw ExpressionError("task '\(name)' has not finished", offset: offset)
        }
        let absence = ExpressionError(
            "task '\(name)' ran no command" + (task.state.map { ": it is \($0)" } ?? ""), offset: offset)
        switch field {
        case .stdout, .lines:
            guard let stdout = task.stdout else { throw absence }
            return field == .lines ? .list(Text.lines(of: stdout)) : .string(Text.withoutTrailingNewlines(stdout))
        case .exitCode:
            guard let code = task.exitCode else { throw absence }
            return .number(Double(code))
        case .state: return task.state.map { .string($0) } ?? .null
        case .outputs(let key):
            if let value = task.outputs[name: key] { return value }
            let written = task.outputs.map(\.name)
            throw ExpressionError(
                "task '\(name)' wrote no output '\(key)'; "
                    + (written.isEmpty ? "it wrote none" : "it wrote " + written.joined(separator: ", ")),
                offset: offset,
                hint: Suggestion.hint(for: key, among: written)
                    ?? "In its command: echo \"\(key)=…\" >> \"$BATON_OUTPUT\"")
        }
    }

    private func member(_ index: Value, of base: Value, at offset: Int) throws(ExpressionError) -> Value {
        switch (base, index) {
        case (.map(let entries), .string(let key)):
            for entry in entries where entry.key == key { return entry.value }
            throw ExpressionError(
                "the map has no '\(key)'", offset: offset,
                hint: Suggestion.hint(for: key, among: entries.lazy.map(\.key)))
        case (.list(let items), .number(let number)):
            if let position = Int(exactly: number), items.indices.contains(position) { return items[position] }
            throw ExpressionError(
                "the list has \(items.count) items, numbered from 0; found index \(index.text!)", offset: offset)
        case (.list, _): throw ExpressionError("a list's index is a number, found \(index.kindName)", offset: offset)
        case (.map, _): throw ExpressionError("a map's key is a string, found \(index.kindName)", offset: offset)
        case (.null, _), (.boolean, _), (.number, _), (.string, _):
            throw ExpressionError("\(base.kindName) has nothing inside to read with '.' or '[ ]'", offset: offset)
        }
    }
}

extension BinaryOperator {
    /// Every operator but `&&` and `||`, which do not always look at their right side.
    func apply(_ left: Value, _ right: Value, offset: Int) throws(ExpressionError) -> Value {
        switch (self, left, right) {
        case (.equal, _, _) where left.isComparable(with: right): return .boolean(left == right)
        case (.notEqual, _, _) where left.isComparable(with: right): return .boolean(left != right)
        case (.less, .number(let a), .number(let b)): return .boolean(a < b)
        case (.lessOrEqual, .number(let a), .number(let b)): return .boolean(a <= b)
        case (.greater, .number(let a), .number(let b)): return .boolean(a > b)
        case (.greaterOrEqual, .number(let a), .number(let b)): return .boolean(a >= b)
        case (.less, .string(let a), .string(let b)): return .boolean(a < b)
        case (.lessOrEqual, .string(let a), .string(let b)): return .boolean(a <= b)
        case (.greater, .string(let a), .string(let b)): return .boolean(a > b)
        case (.greaterOrEqual, .string(let a), .string(let b)): return .boolean(a >= b)
        case (.add, .string(let a), .string(let b)): return .string(a + b)
        case (.add, .list(let a), .list(let b)): return .list(a + b)
        case (.add, .number(let a), .number(let b)): return try finite(a + b, offset)
        case (.subtract, .number(let a), .number(let b)): return try finite(a - b, offset)
        case (.multiply, .number(let a), .number(let b)): return try finite(a * b, offset)
        case (.divide, .number, .number(0)), (.remainder, .number, .number(0)):
            throw ExpressionError("division by zero", offset: offset)
        case (.divide, .number(let a), .number(let b)): return try finite(a / b, offset)
        case (.remainder, .number(let a), .number(let b)):
            return try finite(a.truncatingRemainder(dividingBy: b), offset)
        default:
            throw ExpressionError(
                "'\(rawValue)' does not work on \(left.kindName) and \(right.kindName)", offset: offset,
                hint: conversionHint(left, right))
        }
    }

    private func finite(_ number: Double, _ offset: Int) throws(ExpressionError) -> Value {
        guard number.isFinite else { throw ExpressionError("the result of '\(rawValue)' is too large", offset: offset) }
        return .number(number)
    }

    private func conversionHint(_ left: Value, _ right: Value) -> String? {
        switch (left, right) {
        case (.string, .number), (.number, .string):
            self == .add
                ? "string(x) makes text of a number, number(x) a number of text."
                : "number(x) makes a number of text."
        default: nil
        }
    }
}

extension Value {
    /// Equality is asked of one kind, or of anything against null: `"3" == 3` is a mistake, not false.
    fileprivate func isComparable(with other: Value) -> Bool {
        switch (self, other) {
        case (.null, _), (_, .null), (.boolean, .boolean), (.number, .number), (.string, .string), (.list, .list),
            (.map, .map):
            true
        default: false
        }
    }
}
