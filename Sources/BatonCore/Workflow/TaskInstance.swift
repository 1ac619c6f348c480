/// One concrete task of a run: an entry of the workflow with the values of its fan-out filled in.
///
/// What does not differ between instances is read from the workflow's task, so a run of 100,000 stays small.
public struct TaskInstance: Hashable, Sendable {
    /// Unique in a run: `index`, `align[a]`, `align[a,2]`, or of a batch its first and its last value: `align[a..c]`.
    public var name: String
    /// Index into `Workflow.tasks`.
    public var task: Int32
    public var kind: Kind
    /// The fan-out's values for this instance; empty for a batch.
    public var bindings: [Workflow.Binding]
    /// Of one that does its work for several combinations of values, one after the other: each of them; else empty.
    public var batch: [[Workflow.Binding]]
    public var request: Request
    public var priority: Int32
    public var expectedDuration: Duration?

    public init(
        name: String, task: Int32, kind: Kind = .command, bindings: [Workflow.Binding] = [],
        batch: [[Workflow.Binding]] = [], request: Request = Request(), priority: Int32 = 50,
        expectedDuration: Duration? = nil
    ) {
        self.name = name
        self.task = task
        self.kind = kind
        self.bindings = bindings
        self.batch = batch
        self.request = request
        self.priority = priority
        self.expectedDuration = expectedDuration
    }

    /// The values of each part of its work: several for a batch, else its own.
    public var parts: [[Workflow.Binding]] { batch.isEmpty ? [bindings] : batch }

    /// How many nanoseconds it is expected to take: by its own attempts, else as declared, else by tasks of its name in other
    /// workflows; nil when nothing is known.
    ///
    /// - Parameter estimate: what was learned.
    // Inlined, or each call copies the instance.
    @inline(__always)
    public func expectedNanoseconds(_ estimate: Estimate?) -> Int64? {
        guard let estimate, estimate.basis != .elsewhere || expectedDuration == nil else {
            return expectedDuration?.nanoseconds
        }
        return estimate.durationP50Nanoseconds
    }

    public enum Kind: Hashable, Sendable {
        /// Runs a command.
        case command
        /// Stands for a whole fan-out and runs nothing: done when all its instances are.
        ///
        /// When its values are known only during the run it is expanded once its own dependencies have succeeded;
        /// until then it has no instances (`isExpanded` false).
        case group(isExpanded: Bool)
    }

    /// A task's place in `Expansion.instances`. Dense; later additions of the same run continue the numbers.
    public struct ID: DenseID {
        public var index: Int32

        public init(_ index: Int) {
            self.index = Int32(index)
        }
    }

    /// What the user declared for this instance, in base units; nil where Baton chooses.
    public struct Request: Hashable, Sendable, Codable {
        public var milliCPU: Int64?
        public var memoryBytes: Int64?
        public var gpus: Int64?
        public var diskBytes: Int64?
        /// Index into `Workflow.limits`, and units held while running.
        public var slots: [Slot]
        /// Declared CPU and memory are upper bounds: Baton asks for what it has learned.
        public var isAutomatic: Bool
        /// Kinds of workers that it may run on; any where nobody has said.
        public var workerKinds: [String]?

        public init(
            milliCPU: Int64? = nil, memoryBytes: Int64? = nil, gpus: Int64? = nil, diskBytes: Int64? = nil,
            slots: [Slot] = [], isAutomatic: Bool = false, workerKinds: [String]? = nil
        ) {
            self.milliCPU = milliCPU
            self.memoryBytes = memoryBytes
            self.gpus = gpus
            self.diskBytes = diskBytes
            self.slots = slots
            self.isAutomatic = isAutomatic
            self.workerKinds = workerKinds
        }

        /// Whether it may run on workers of this kind, large enough or not.
        ///
        /// - Parameter kind: looked at only where the task names some: to copy its text would cost more than the answer.
        public func allows(_ kind: @autoclosure () -> String?) -> Bool {
            guard let workerKinds else { return true }
            return kind().map(workerKinds.contains) ?? false
        }

        /// Of each resource the larger amount; slots are the same in all parts of a batch.
        func greater(_ other: Request) -> Request {
            var greater = self
            for amount in [\Request.milliCPU, \.memoryBytes, \.gpus, \.diskBytes] {
                guard let own = self[keyPath: amount], let their = other[keyPath: amount] else { continue }
                greater[keyPath: amount] = max(own, their)
            }
            return greater
        }

        public struct Slot: Hashable, Sendable, Codable {
            public var limit: Int32
            public var units: Int64

            public init(limit: Int32, units: Int64) {
                self.limit = limit
                self.units = units
            }
        }
    }
}
