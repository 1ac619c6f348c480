/// Text with expressions in it: `align ${{ sample }}.fq`. `$${{` stands for a literal `${{`.
///
/// Two templates are equal when their texts are. Encoded as its text.
public struct Template: Sendable {
    public let source: String
    /// Empty when the source stands for itself.
    let parts: [Part]

    enum Part: Sendable {
        case text(String)
        /// With the place in the template where the expression's source begins.
        case expression(Expression, offset: Int)
    }

    /// - Throws: `ExpressionError` at the first `${{ }}` that cannot be read; the offset is that in `source`.
    public init(parsing source: String) throws(ExpressionError) {
        self.source = source
        parts = Template.mentionsExpression(source) ? try Template.parse(Array(source.utf8)) : []
    }

    /// Text that is taken as it is, even when it contains `${{`.
    public init(literal text: String) {
        source = Template.mentionsExpression(text) ? Text.split(text, by: "${{").joined(separator: "$${{") : text
        parts = Template.mentionsExpression(text) ? [.text(text)] : []
    }

    /// True when it reads the same in every scope.
    public var isLiteral: Bool {
        parts.allSatisfy {
            switch $0 {
            case .text: true
            case .expression: false
            }
        }
    }

    /// The expression, when the template consists of just one.
    public var soleExpression: Expression? {
        guard parts.count == 1, case .expression(let expression, _) = parts[0] else { return nil }
        return expression
    }

    /// What it mentions, in order, without duplicates.
    public var references: [Reference] {
        var found: [Reference] = []
        forEachExpression { $0.root.collectReferences(into: &found) }
        return found
    }

    /// - Throws: `ExpressionError` when an expression has no value, or its value is null or a map.
    public func render(in scope: Scope) throws(ExpressionError) -> String {
        if parts.isEmpty { return source }
        var result = ""
        for part in parts {
            switch part {
            case .text(let text): result += text
            case .expression(let expression, let offset):
                do throws(ExpressionError) {
                    result += try expression.text(in: scope)
                } catch {
                    throw ExpressionError(error.message, offset: error.offset + offset, hint: error.hint)
                }
            }
        }
        return result
    }

    /// Names of the tasks whose results it reads, computed names included, in order and without duplicates.
    public func taskNames(in scope: Scope) throws(ExpressionError) -> [String] {
        var found: [String] = []
        for case .expression(let expression, let offset) in parts {
            do throws(ExpressionError) {
                try expression.root.collectTaskNames(in: Evaluator(scope: scope), into: &found)
            } catch {
                throw ExpressionError(error.message, offset: error.offset + offset, hint: error.hint)
            }
        }
        return found
    }

    /// The text with a placeholder for each part that has no value yet.
    func form(in scope: Scope, unknown placeholder: String) -> String {
        if parts.isEmpty { return source }
        return parts.reduce(into: "") { result, part in
            switch part {
            case .text(let text): result += text
            case .expression(let expression, _): result += (try? expression.text(in: scope)) ?? placeholder
            }
        }
    }

    var hasComputedTaskName: Bool {
        var isFound = false
        forEachExpression { isFound = isFound || $0.root.hasComputedTaskName }
        return isFound
    }

    private func forEachExpression(_ body: (Expression) -> Void) {
        for case .expression(let expression, _) in parts { body(expression) }
    }

    /// Most texts have no expression: this looks for one without copying.
    private static func mentionsExpression(_ source: String) -> Bool {
        var text = source
        return text.withUTF8 { bytes in
            var position = 0
            while position + 2 < bytes.count {
                if bytes[position] == UInt8(ascii: "$"), bytes[position + 1] == UInt8(ascii: "{"),
                    bytes[position + 2] == UInt8(ascii: "{")
                {
                    return true
                }
                position += 1
            }
            return false
        }
    }

    private static func parse(_ bytes: [UInt8]) throws(ExpressionError) -> [Part] {
        var parts: [Part] = []
        var text: [UInt8] = []
        var position = 0
        func begins(_ mark: StaticString) -> Bool {
            bytes[position...].starts(with: UnsafeBufferPointer(start: mark.utf8Start, count: mark.utf8CodeUnitCount))
        }
        while position < bytes.count {
            if begins("$${{") {
                text += "${{".utf8
                position += 4
            } else if begins("${{") {
                if !text.isEmpty { parts.append(.text(String(decoding: text, as: UTF8.self))) }
                text = []
                parts.append(try expression(in: bytes, at: &position))
            } else {
                text.append(bytes[position])
                position += 1
            }
        }
        if !text.isEmpty { parts.append(.text(String(decoding: text, as: UTF8.self))) }
        return parts
    }

    private static func expression(in bytes: [UInt8], at position: inout Int) throws(ExpressionError) -> Part {
        let opening = position
        var parser = ExpressionParser(bytes: bytes, position: opening + 3)
        parser.skipSpaces()
        let start = parser.position
        if parser.peek == UInt8(ascii: "}") {
            throw ExpressionError("there is no expression between '${{' and '}}'", offset: opening)
        }
        _ = try parser.expression()
        var end = parser.position
        guard parser.take("}"), parser.peek == UInt8(ascii: "}") else {
            throw parser.position >= bytes.count
                ? ExpressionError("'${{' has no closing '}}'", offset: opening)
                : parser.unexpected(expected: "an operator or '}}'")
        }
        position = parser.position + 1
        while end > start, bytes[end - 1].isSpace { end -= 1 }
        let source = String(decoding: bytes[start..<end], as: UTF8.self)
        // Read once more, so that the expression's own offsets count from its own beginning.
        return .expression(try Expression(parsing: source), offset: start)
    }
}

extension Template: Hashable {
    public static func == (left: Template, right: Template) -> Bool { left.source == right.source }

    public func hash(into hasher: inout Hasher) { hasher.combine(source) }
}

extension Template: Codable {
    public init(from decoder: any Decoder) throws {
        try self.init(parsing: try decoder.singleValueContainer().decode(String.self))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(source)
    }
}

extension Expression {
    /// The value as text inside a template.
    fileprivate func text(in scope: Scope) throws(ExpressionError) -> String {
        let value = try evaluate(in: scope)
        if let text = value.text { return text }
        throw ExpressionError(
            "'\(source)' is \(value.kindName), which has no text form", offset: 0,
            hint: value == .null ? nil : "json(\(source)) writes it as JSON.")
    }
}
