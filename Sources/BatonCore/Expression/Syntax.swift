/// The tree of a parsed expression; offsets count UTF-8 bytes from the start of its source.
struct Syntax: Sendable {
    var offset: Int
    var kind: Kind

    indirect enum Kind: Sendable {
        case literal(Value)
        case list([Syntax])
        case name(String)
        case parameter(String)
        case run(String)
        /// The name is a literal unless it was computed in brackets.
        case task(name: Syntax, TaskField)
        case member(Syntax, String)
        case index(Syntax, Syntax)
        case not(Syntax)
        case negate(Syntax)
        case binary(BinaryOperator, Syntax, Syntax)
        case choice(condition: Syntax, Syntax, Syntax)
        case call(Function, [Syntax])
    }

    var children: [Syntax] {
        switch kind {
        case .literal, .name, .parameter, .run: []
        case .list(let items), .call(_, let items): items
        case .task(let name, _): [name]
        case .member(let base, _), .not(let base), .negate(let base): [base]
        case .index(let left, let right), .binary(_, let left, let right): [left, right]
        case .choice(let condition, let first, let second): [condition, first, second]
        }
    }

    func collectReferences(into found: inout [Reference]) {
        let reference: Reference? =
            switch kind {
            case .name(let name): .name(name)
            case .parameter(let name): .parameter(name)
            case .run(let name): .run(name)
            case .task(let name, let field):
                if case .literal(.string(let text)) = name.kind { .task(text, field) } else { nil }
            case .literal, .list, .member, .index, .not, .negate, .binary, .choice, .call: nil
            }
        if let reference, !found.contains(reference) { found.append(reference) }
        for child in children { child.collectReferences(into: &found) }
    }

    func collectTaskNames(in evaluator: Evaluator, into found: inout [String]) throws(ExpressionError) {
        if case .task(let name, _) = kind {
            let text = try evaluator.taskName(name)
            if !found.contains(text) { found.append(text) }
        }
        for child in children { try child.collectTaskNames(in: evaluator, into: &found) }
    }

    var readsTasks: Bool {
        if case .task = kind { return true }
        return children.contains { $0.readsTasks }
    }

    /// True when a task's name is computed rather than written.
    var hasComputedTaskName: Bool {
        if case .task(let name, _) = kind {
            guard case .literal = name.kind else { return true }
        }
        return children.contains { $0.hasComputedTaskName }
    }
}

enum BinaryOperator: String, Sendable, CaseIterable {
    case or = "||"
    case and = "&&"
    case equal = "=="
    case notEqual = "!="
    case lessOrEqual = "<="
    case greaterOrEqual = ">="
    case less = "<"
    case greater = ">"
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case remainder = "%"

    /// Higher binds tighter.
    var precedence: Int {
        switch self {
        case .or: 1
        case .and: 2
        case .equal, .notEqual: 3
        case .less, .lessOrEqual, .greater, .greaterOrEqual: 4
        case .add, .subtract: 5
        case .multiply, .divide, .remainder: 6
        }
    }
}
