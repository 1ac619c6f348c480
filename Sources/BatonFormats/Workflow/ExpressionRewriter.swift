internal import BatonCore

/// Moves the expressions of a used workflow into the one that uses it: `params.x` becomes what `with` says, and
/// `tasks.list` becomes `tasks["prep/list"]`.
///
/// Works on the text, since what comes out is printed and explained to people as text.
struct ExpressionRewriter {
    /// What begins the names of the moved tasks: `prep/`.
    var prefix: String
    /// By name of a parameter, the expression that takes its place.
    var parameters: [String: String]

    func rewrite(_ expression: Expression) throws(ExpressionError) -> Expression {
        var bytes = Array(expression.source.utf8)[...]
        return try Expression(parsing: String(decoding: rewriteExpression(&bytes, until: nil), as: UTF8.self))
    }

    func rewrite(_ template: Template) throws(ExpressionError) -> Template {
        if template.isLiteral { return template }
        var bytes = Array(template.source.utf8)[...]
        var result: [UInt8] = []
        while let byte = bytes.first {
            if bytes.starts(with: "$${{".utf8) {
                result += bytes.prefix(4)
                bytes = bytes.dropFirst(4)
            } else if bytes.starts(with: "${{".utf8) {
                result += bytes.prefix(3)
                bytes = bytes.dropFirst(3)
                result += rewriteExpression(&bytes, until: .closeBrace)
            } else {
                result.append(byte)
                bytes = bytes.dropFirst()
            }
        }
        return try Template(parsing: String(decoding: result, as: UTF8.self))
    }

    func rewrite(
        _ environment: [Workflow.EnvironmentVariable]
    ) throws(ExpressionError) -> [Workflow.EnvironmentVariable] {
        var result = environment
        for index in result.indices { result[index].value = try rewrite(result[index].value) }
        return result
    }

    /// Takes bytes up to `end` outside of quotes and inner brackets, or all of them.
    private func rewriteExpression(_ bytes: inout ArraySlice<UInt8>, until end: UInt8?) -> [UInt8] {
        var result: [UInt8] = []
        var isMember = false
        while let byte = bytes.first, byte != end {
            switch byte {
            case .doubleQuote, .singleQuote:
                result += Self.takeQuoted(&bytes)
            case .openBracket:
                bytes = bytes.dropFirst()
                result += [.openBracket] + rewriteExpression(&bytes, until: .closeBracket) + [.closeBracket]
                bytes = bytes.dropFirst()
            case _ where byte.isWord:
                let word = Self.takeWord(&bytes)
                result += isMember ? Array(word.utf8) : replacement(for: word, &bytes)
            default:
                result.append(byte)
                bytes = bytes.dropFirst()
            }
            if byte > .space { isMember = byte == .dot }
        }
        return result
    }

    private func replacement(for word: String, _ bytes: inout ArraySlice<UInt8>) -> [UInt8] {
        guard word == "params" || word == "tasks" else { return Array(word.utf8) }
        bytes = bytes.drop { $0 <= .space }
        let mark = bytes.first
        bytes = bytes.dropFirst()
        if word == "tasks" {
            guard mark == .openBracket else {
                return Array("tasks[\(Value.string(prefix + Self.takeWord(&bytes, isPath: true)).json)]".utf8)
            }
            let name = rewriteExpression(&bytes, until: .closeBracket)
            bytes = bytes.dropFirst()
            if name.isOneQuotedText {
                return Array("tasks[".utf8) + [name[0]] + Array(prefix.utf8) + name.dropFirst() + [.closeBracket]
            }
            return Array("tasks[\(Value.string(prefix).json) + (".utf8) + name + Array(")]".utf8)
        }
        let name: String
        if mark == .openBracket {
            bytes = bytes.drop { $0 <= .space }
            name = String(decoding: Self.takeQuoted(&bytes).dropFirst().dropLast(), as: UTF8.self)
            bytes = bytes.drop { $0 <= .space }.dropFirst()
        } else {
            name = Self.takeWord(&bytes)
        }
        return Array((parameters[name] ?? "params[\(Value.string(name).json)]").utf8)
    }

    private static func takeWord(_ bytes: inout ArraySlice<UInt8>, isPath: Bool = false) -> String {
        bytes = bytes.drop { $0 <= .space }
        let word = bytes.prefix { $0.isWord || (isPath && ($0 == .dash || $0 == .slash)) }
        bytes = bytes.dropFirst(word.count)
        return String(decoding: word, as: UTF8.self)
    }

    private static func takeQuoted(_ bytes: inout ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var end = bytes.startIndex + 1
        while end < bytes.endIndex, bytes[end] != bytes[bytes.startIndex] { end += bytes[end] == .backslash ? 2 : 1 }
        let quoted = bytes[..<min(end + 1, bytes.endIndex)]
        bytes = bytes[quoted.endIndex...]
        return quoted
    }
}

extension UInt8 {
    fileprivate var isWord: Bool {
        isDigit || self == UInt8(ascii: "_") || self >= 0x80
            || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20)
    }
}

extension [UInt8] {
    fileprivate var isOneQuotedText: Bool {
        guard let quote = first, quote == .doubleQuote || quote == .singleQuote else { return false }
        return firstIndex(of: quote).map { self[($0 + 1)...].firstIndex(of: quote) == endIndex - 1 } ?? false
    }
}

extension Workflow.Task {
    /// The same task with every expression in it rewritten.
    func rewritten(_ rewriter: ExpressionRewriter) throws(ExpressionError) -> Workflow.Task {
        func all(_ templates: [Template]) throws(ExpressionError) -> [Template] {
            var result: [Template] = []
            for template in templates { result.append(try rewriter.rewrite(template)) }
            return result
        }
        func quantity(_ quantity: Workflow.Quantity?) throws(ExpressionError) -> Workflow.Quantity? {
            switch quantity {
            case .expression(let expression): .expression(try rewriter.rewrite(expression))
            case .exactly, nil: quantity
            }
        }
        var task = self
        switch action {
        case .shell(let script): task.action = .shell(try rewriter.rewrite(script))
        case .arguments(let arguments): task.action = .arguments(try all(arguments))
        }
        task.needs = try all(needs)
        task.inputs = try all(inputs)
        task.outputs = try all(outputs)
        if let condition { task.condition = try rewriter.rewrite(condition) }
        if let approval { task.approval = try rewriter.rewrite(approval) }
        if let workingDirectory { task.workingDirectory = try rewriter.rewrite(workingDirectory) }
        task.environment = try rewriter.rewrite(environment)
        task.request.milliCPU = try quantity(request.milliCPU)
        task.request.memoryBytes = try quantity(request.memoryBytes)
        task.request.gpus = try quantity(request.gpus)
        task.request.diskBytes = try quantity(request.diskBytes)
        for (index, axis) in (fanOut?.axes ?? []).enumerated() {
            switch axis.values {
            case .expression(let expression):
                task.fanOut?.axes[index].values = .expression(try rewriter.rewrite(expression))
            case .list: break
            }
        }
        return task
    }
}
