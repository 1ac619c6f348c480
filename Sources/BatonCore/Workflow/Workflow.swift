/// What a user wants done: a named set of tasks, some of which stand for many (fan-out), and what they depend on.
///
/// A workflow is a definition. It becomes concrete instances by `expand`, and runs as a `Run`.
public struct Workflow: Hashable, Sendable, Codable {
    public var name: String
    public var parameters: [Parameter]
    public var environment: [EnvironmentVariable]
    /// Names of secrets that every task may read; values never enter the workflow.
    public var secrets: [String]
    /// Named slots and concurrency groups: at most `capacity` units are held at once, by all runs of a machine
    /// together.
    public var limits: [Limit]
    /// Wanted end, counted from submission.
    public var deadline: Duration?
    /// In the order of the file.
    public var tasks: [Task]

    public init(
        name: String, parameters: [Parameter] = [], environment: [EnvironmentVariable] = [], secrets: [String] = [],
        limits: [Limit] = [], deadline: Duration? = nil, tasks: [Task]
    ) {
        self.name = name
        self.parameters = parameters
        self.environment = environment
        self.secrets = secrets
        self.limits = limits
        self.deadline = deadline
        self.tasks = tasks
    }

    /// A value that the user may set when starting a run (`--set name=value`).
    public struct Parameter: Hashable, Sendable, Codable {
        public var name: String
        public var kind: Kind
        /// Absent: the user must set it.
        public var defaultValue: Value?

        public init(name: String, kind: Kind, defaultValue: Value?) {
            self.name = name
            self.kind = kind
            self.defaultValue = defaultValue
        }

        public enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
            case string, number, boolean, list, map
        }
    }

    public struct EnvironmentVariable: Hashable, Sendable, Codable {
        public var name: String
        public var value: Template

        public init(name: String, value: Template) {
            self.name = name
            self.value = value
        }
    }

    public struct Limit: Hashable, Sendable, Codable {
        public var name: String
        public var capacity: Int64

        public init(name: String, capacity: Int64) {
            self.name = name
            self.capacity = capacity
        }
    }
}
