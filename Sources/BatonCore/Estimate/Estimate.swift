/// What a task is expected to take, as a distribution. Integers: it enters the engine and must replay.
public struct Estimate: Hashable, Sendable, Codable {
    public var durationP50Nanoseconds: Int64
    public var durationP90Nanoseconds: Int64
    public var peakMemoryP50Bytes: Int64
    public var peakMemoryP99Bytes: Int64
    /// The most that any earlier attempt of the same signature used.
    public var largestSeenMemoryBytes: Int64
    /// Measurements behind the figures.
    public var sampleCount: Int32
    /// Who estimated, with its version.
    public var model: String
    /// What to grant first: the least expected cost of what is not used and of being killed; nil: the 99th percentile.
    public var requestBytes: Int64?
    /// Thousandths of a core to grant: whole cores, at least one; nil: its CPU was never measured.
    public var requestMilliCPU: Int64?
    /// 99 of 100 such tasks take less; nil where too few were measured to say so.
    public var durationP99Nanoseconds: Int64?
    /// Thousandths of a core that it keeps busy; nil: its CPU was never measured.
    public var milliCPUP50: Int64?
    public var milliCPUP90: Int64?
    /// Whose attempts it rests on; nil where that was not recorded.
    public var basis: Basis?

    public enum Basis: String, Hashable, Sendable, Codable {
        /// Those of the same task of the same workflow.
        case own
        /// Those of tasks of the same name in other workflows.
        case elsewhere
    }

    public init(
        durationP50Nanoseconds: Int64, durationP90Nanoseconds: Int64, peakMemoryP50Bytes: Int64,
        peakMemoryP99Bytes: Int64, largestSeenMemoryBytes: Int64, sampleCount: Int32, model: String,
        requestBytes: Int64? = nil, requestMilliCPU: Int64? = nil, durationP99Nanoseconds: Int64? = nil,
        milliCPUP50: Int64? = nil, milliCPUP90: Int64? = nil, basis: Basis? = nil
    ) {
        self.durationP50Nanoseconds = durationP50Nanoseconds
        self.durationP90Nanoseconds = durationP90Nanoseconds
        self.peakMemoryP50Bytes = peakMemoryP50Bytes
        self.peakMemoryP99Bytes = peakMemoryP99Bytes
        self.largestSeenMemoryBytes = largestSeenMemoryBytes
        self.sampleCount = sampleCount
        self.model = model
        self.requestBytes = requestBytes
        self.requestMilliCPU = requestMilliCPU
        self.durationP99Nanoseconds = durationP99Nanoseconds
        self.milliCPUP50 = milliCPUP50
        self.milliCPUP90 = milliCPUP90
        self.basis = basis
    }
}

/// An estimate and the task that it is for.
public struct TaskEstimate: Hashable, Sendable, Codable {
    public var task: TaskInstance.ID
    public var estimate: Estimate
    /// Bytes that it reads of what each of its dependencies wrote, in the graph's order; empty where nothing is known.
    public var inputBytes: [Int64]

    public init(task: TaskInstance.ID, estimate: Estimate, inputBytes: [Int64] = []) {
        self.task = task
        self.estimate = estimate
        self.inputBytes = inputBytes
    }

    private enum CodingKeys: String, CodingKey {
        case task, estimate, inputBytes
    }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        task = try values.decode(TaskInstance.ID.self, forKey: .task)
        estimate = try values.decode(Estimate.self, forKey: .estimate)
        inputBytes = try values.decodeIfPresent([Int64].self, forKey: .inputBytes) ?? []
    }
}
