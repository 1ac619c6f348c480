/// What the names in an expression stand for.
public struct Scope: Sendable {
    /// `params.x`.
    public var parameters: [Workflow.Binding]
    /// Fan-out values, by plain name.
    public var bindings: [Workflow.Binding]
    /// `run.id`, `run.name`, `run.attempt`, `run.status`.
    public var run: [Workflow.Binding]
    /// The results of a task or instance by name; nil when it has not finished or does not exist.
    public var task: @Sendable (String) -> TaskValues?

    public init(
        parameters: [Workflow.Binding] = [], bindings: [Workflow.Binding] = [], run: [Workflow.Binding] = [],
        task: @escaping @Sendable (String) -> TaskValues? = { _ in nil }
    ) {
        self.parameters = parameters
        self.bindings = bindings
        self.run = run
        self.task = task
    }
}

/// What a finished task left for others to read.
public struct TaskValues: Hashable, Sendable, Codable {
    /// Nil when the task ran no command, for instance because it was skipped.
    public var stdout: String?
    /// `key=value` lines of `$BATON_OUTPUT`, in the order written.
    public var outputs: [Workflow.Binding]
    public var exitCode: Int32?
    public var state: String?

    public init(
        stdout: String? = nil, outputs: [Workflow.Binding] = [], exitCode: Int32? = nil, state: String? = nil
    ) {
        self.stdout = stdout
        self.outputs = outputs
        self.exitCode = exitCode
        self.state = state
    }

    /// What a whole fan-out printed: the output of its instances in their order, each on lines of its own.
    public init(joining instances: [TaskValues], state: String? = nil) {
        var text = ""
        for case let part? in instances.map(\.stdout) where !part.isEmpty {
            text += part
            if part.utf8.last != UInt8(ascii: "\n") { text += "\n" }
        }
        self.init(stdout: text, state: state)
    }
}
