/// What is known of a task before it starts.
public struct TaskProfile: Hashable, Sendable {
    /// Tasks of one signature do the same to different data: workflow and task.
    public var signature: String
    /// What runs, whoever asks for it: lends its history to signatures that have none yet.
    public var tool: String
    /// What the task works on, the most specific name first; empty when nothing tells it from its siblings.
    ///
    /// Other tasks that work on the same say how large it is.
    public var sample: [String]
    /// Bytes to be read, where they are known before the start.
    public var inputBytes: Double?
    /// Where it is to run, when that is known before the start.
    public var machine: String?
    public var declaredMemoryBytes: Double?
    public var declaredCores: Double?

    public init(
        signature: String, tool: String, sample: [String] = [], inputBytes: Double? = nil,
        machine: String? = nil, declaredMemoryBytes: Double? = nil, declaredCores: Double? = nil
    ) {
        self.signature = signature
        self.tool = tool
        self.sample = sample
        self.inputBytes = inputBytes
        self.machine = machine
        self.declaredMemoryBytes = declaredMemoryBytes
        self.declaredCores = declaredCores
    }

    /// The names under which a task's sample is found: its own, and that without its last part.
    ///
    /// `patient7_rep2_lane1` is part of `patient7_rep2`, as `EGL,lines` is of `EGL`: what was learned of the part says
    /// something of the whole.
    public static func lineage(of sample: String) -> [String] {
        guard !sample.isEmpty else { return [] }
        guard let end = sample.lastIndex(where: { $0 == "_" || $0 == "," }), end > sample.startIndex else {
            return [sample]
        }
        return [sample, String(sample[..<end])]
    }
}
