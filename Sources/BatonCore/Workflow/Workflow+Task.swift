extension Workflow {
    /// One entry under `tasks`: a command, what it needs and what it may cost.
    public struct Task: Hashable, Sendable, Codable {
        public var name: String
        public var action: Action
        /// Names of tasks, or of single instances (`align[${{ sample }}]`).
        public var needs: [Template]
        public var fanOut: FanOut?
        /// Paths and globs relative to the working directory; a path that another task makes is a dependency.
        public var inputs: [Template]
        public var outputs: [Template]
        /// Skipped when this is false at the time the task becomes ready.
        public var condition: Expression?
        /// What a person is asked, and has to say yes to, before the task becomes ready.
        public var approval: Template?
        public var retry: RetryRule
        public var timeout: Duration?
        /// How long an attempt runs before a second one may start beside it; never where the user says nothing.
        public var speculation: Duration?
        public var request: ResourceRequest
        /// 0 to 100; higher goes first. 50 when the user says nothing.
        public var priority: Int32
        /// Wanted end, counted from submission.
        public var deadline: Duration?
        /// Skip the command when an earlier run did the same on the same inputs and the outputs are still there.
        public var isCached: Bool
        public var workingDirectory: Template?
        public var environment: [EnvironmentVariable]
        public var secrets: [String]
        /// Runs when all other tasks have ended, however they ended.
        public var isFinally: Bool
        /// What the user expects it to take; learned when absent.
        public var expectedDuration: Duration?

        public init(
            name: String, action: Action, needs: [Template] = [], fanOut: FanOut? = nil, inputs: [Template] = [],
            outputs: [Template] = [], condition: Expression? = nil, approval: Template? = nil,
            retry: RetryRule = .never, timeout: Duration? = nil, speculation: Duration? = nil,
            request: ResourceRequest = ResourceRequest(), priority: Int32 = 50, deadline: Duration? = nil,
            isCached: Bool = false, workingDirectory: Template? = nil,
            environment: [EnvironmentVariable] = [], secrets: [String] = [], isFinally: Bool = false,
            expectedDuration: Duration? = nil
        ) {
            self.name = name
            self.action = action
            self.needs = needs
            self.fanOut = fanOut
            self.inputs = inputs
            self.outputs = outputs
            self.condition = condition
            self.approval = approval
            self.retry = retry
            self.timeout = timeout
            self.speculation = speculation
            self.request = request
            self.priority = priority
            self.deadline = deadline
            self.isCached = isCached
            self.workingDirectory = workingDirectory
            self.environment = environment
            self.secrets = secrets
            self.isFinally = isFinally
            self.expectedDuration = expectedDuration
        }

        public enum Action: Hashable, Sendable, Codable {
            /// A script for `/bin/sh`, started with `set -e` where it has several lines.
            case shell(Template)
            /// A program and its arguments, started without a shell.
            case arguments([Template])
        }
    }

    /// The values over which a task is repeated: the product of its axes, the last one varying fastest.
    public struct FanOut: Hashable, Sendable, Codable {
        public var axes: [Axis]
        /// Combinations to leave out: each names some axes and the value there.
        public var exclude: [[Binding]]
        /// Combinations to add; one that agrees with an existing combination on all its axes extends that one.
        public var include: [[Binding]]
        /// How many consecutive combinations one instance works through; one where nobody said.
        public var batch: Int?

        public init(axes: [Axis], exclude: [[Binding]] = [], include: [[Binding]] = [], batch: Int? = nil) {
            self.axes = axes
            self.exclude = exclude
            self.include = include
            self.batch = batch
        }

        public struct Axis: Hashable, Sendable, Codable {
            public var name: String
            public var values: Values

            public init(name: String, values: Values) {
                self.name = name
                self.values = values
            }
        }

        public enum Values: Hashable, Sendable, Codable {
            case list([Value])
            /// Evaluates to a list; one that mentions `tasks.` is evaluated when that task has succeeded.
            case expression(Expression)
        }
    }

    /// A name that expressions may use, and its value.
    public struct Binding: Hashable, Sendable, Codable {
        public var name: String
        public var value: Value

        public init(name: String, value: Value) {
            self.name = name
            self.value = value
        }
    }

    /// What a task asks for. What is absent is chosen by Baton.
    public struct ResourceRequest: Hashable, Sendable, Codable {
        /// Thousandths of a core.
        public var milliCPU: Quantity?
        public var memoryBytes: Quantity?
        public var gpus: Quantity?
        public var diskBytes: Quantity?
        /// Units of the workflow's `limits`.
        public var slots: [Slot]
        /// True: declared CPU and memory are upper bounds, and Baton asks for what it has learned; nil: nobody said.
        public var isAutomatic: Bool?
        /// Kinds of workers that it may run on; any where nobody has said.
        public var workerKinds: [String]?

        public init(
            milliCPU: Quantity? = nil, memoryBytes: Quantity? = nil, gpus: Quantity? = nil,
            diskBytes: Quantity? = nil, slots: [Slot] = [], isAutomatic: Bool? = nil, workerKinds: [String]? = nil
        ) {
            self.milliCPU = milliCPU
            self.memoryBytes = memoryBytes
            self.gpus = gpus
            self.diskBytes = diskBytes
            self.slots = slots
            self.isAutomatic = isAutomatic
            self.workerKinds = workerKinds
        }

        public struct Slot: Hashable, Sendable, Codable {
            public var limit: String
            public var units: Int64

            public init(limit: String, units: Int64 = 1) {
                self.limit = limit
                self.units = units
            }
        }
    }

    /// A whole number that is known, or that an expression gives in the same unit (`cpu: ${{ params.threads }}` cores).
    public enum Quantity: Hashable, Sendable, Codable {
        case exactly(Int64)
        /// In the unit a user writes: cores for CPU; bytes, or text such as `4GB`, for memory and disk.
        case expression(Expression)
    }
}
