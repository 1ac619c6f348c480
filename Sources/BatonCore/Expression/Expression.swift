/// A parsed formula over parameters, fan-out values and the results of tasks: `params.threads > 1`.
///
/// Two expressions are equal when their texts are. Encoded as its text.
public struct Expression: Sendable {
    /// As written.
    public let source: String
    let root: Syntax

    /// - Throws: `ExpressionError` at the first place that cannot be read.
    public init(parsing source: String) throws(ExpressionError) {
        var parser = ExpressionParser(bytes: Array(source.utf8), position: 0)
        root = try parser.wholeExpression()
        self.source = source
    }

    /// - Throws: `ExpressionError` where a name is unknown, a value is of the wrong kind or a task has not finished.
    public func evaluate(in scope: Scope) throws(ExpressionError) -> Value {
        try Evaluator(scope: scope).value(of: root)
    }

    /// What a `when` asks: the expression's value, which must be a boolean.
    public func evaluateCondition(in scope: Scope) throws(ExpressionError) -> Bool {
        try Evaluator(scope: scope).condition(root)
    }

    /// True when its value is known only after a task has finished.
    public var readsTasks: Bool { root.readsTasks }

    /// What it mentions, in order, without duplicates.
    ///
    /// A task whose name is computed (`tasks["align[" + sample + "]"]`) is not among them: see `taskNames(in:)`.
    public var references: [Reference] {
        var found: [Reference] = []
        root.collectReferences(into: &found)
        return found
    }

    /// Names of the tasks whose results it reads, computed names included, in order and without duplicates.
    public func taskNames(in scope: Scope) throws(ExpressionError) -> [String] {
        var found: [String] = []
        try root.collectTaskNames(in: Evaluator(scope: scope), into: &found)
        return found
    }
}

extension Expression: Hashable {
    public static func == (left: Expression, right: Expression) -> Bool { left.source == right.source }

    public func hash(into hasher: inout Hasher) { hasher.combine(source) }
}

extension Expression: Codable {
    public init(from decoder: any Decoder) throws {
        try self.init(parsing: try decoder.singleValueContainer().decode(String.self))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(source)
    }
}

/// Something outside an expression that its value depends on.
public enum Reference: Hashable, Sendable {
    /// A fan-out axis: `sample`.
    case name(String)
    /// `params.x`.
    case parameter(String)
    /// `tasks.list.stdout`.
    case task(String, TaskField)
    /// `run.id`, `run.name`, `run.attempt`, `run.status`.
    case run(String)
}

/// What an expression may read of a finished task.
public enum TaskField: Hashable, Sendable {
    /// Standard output without its trailing newlines.
    case stdout
    /// The lines of standard output that are not empty.
    case lines
    /// The value that the task wrote as `key=value` to `$BATON_OUTPUT`.
    case outputs(String)
    case exitCode
    /// `succeeded`, `failed`, `skipped` and so on.
    case state
}

/// Why an expression cannot be read or has no value.
public struct ExpressionError: Error, Hashable, Sendable {
    public var message: String
    /// In UTF-8 bytes from the start of the expression's or template's source.
    public var offset: Int
    public var hint: String?

    public init(_ message: String, offset: Int, hint: String? = nil) {
        self.message = message
        self.offset = offset
        self.hint = hint
    }
}
