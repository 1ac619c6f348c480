/// What is known of how one instance of a workflow will behave, and how well it is known.
public struct TaskKnowledge: Hashable, Sendable {
    /// Median run time of an attempt on a worker of reference speed, in nanoseconds.
    public var nanoseconds: Int64
    /// Standard deviation of the logarithm of one attempt's run time around that median.
    public var spread: Double
    /// Standard deviation of the logarithm of the median itself: how far off it may be.
    public var doubt: Double
    /// Median peak memory of an attempt; nil where it is not known.
    public var peakMemoryBytes: Int64?
    /// Standard deviation of the logarithm of the peak.
    public var memorySpread: Double
    /// What is worth asking for, by the least expected cost of waste and of kills; nil where too little is known.
    public var suggestedMemoryBytes: Int64?
    /// Thousandths of a core that it is worth asking for; nil where its CPU was not measured.
    public var suggestedMilliCPU: Int64?
    /// Attempts of this task behind the figures; 0 for what somebody declared or assumed.
    public var sampleCount: Int
    public var failures: FailureHistory?
    /// What attempts that succeeded took in earlier runs of the same work, in any order.
    public var durations: [PastDuration]

    public init(
        nanoseconds: Int64, spread: Double = 0, doubt: Double = 0, peakMemoryBytes: Int64? = nil,
        memorySpread: Double = 0, suggestedMemoryBytes: Int64? = nil, suggestedMilliCPU: Int64? = nil,
        sampleCount: Int = 0, failures: FailureHistory? = nil, durations: [PastDuration] = []
    ) {
        self.nanoseconds = nanoseconds
        self.spread = spread
        self.doubt = doubt
        self.peakMemoryBytes = peakMemoryBytes
        self.memorySpread = memorySpread
        self.suggestedMemoryBytes = suggestedMemoryBytes
        self.suggestedMilliCPU = suggestedMilliCPU
        self.sampleCount = sampleCount
        self.failures = failures
        self.durations = durations
    }
}

/// What an attempt took in an earlier run.
public struct PastDuration: Hashable, Sendable {
    /// A number of its own for each run, in the order of time: forth or back.
    public var run: Int
    public var nanoseconds: Int64
    /// Of all its processes; 0 where it was not measured.
    public var cpuNanoseconds: Int64
    /// Nil where it is not known.
    public var company: Company?

    public init(run: Int, nanoseconds: Int64, cpuNanoseconds: Int64 = 0, company: Company? = nil) {
        self.run = run
        self.nanoseconds = nanoseconds
        self.cpuNanoseconds = cpuNanoseconds
        self.company = company
    }
}

/// How attempts of a task ended in earlier runs, the last retry of each instance included.
public struct FailureHistory: Hashable, Sendable {
    /// Instances that were started at all.
    public var instances: Int
    /// Of those, how many failed at first.
    public var failedFirst: Int
    /// Of those again, how many a retry saved.
    public var saved: Int
    /// Attempts after the first of instances that failed for good.
    public var wastedAttempts: Int
    /// From the ends of those instances' first attempts to the ends of their last, in nanoseconds.
    public var wastedNanoseconds: Int64
    /// The most retries that it took to save an instance; 0 where none was saved.
    public var usefulRetries: Int
    /// Attempts that were killed for memory.
    public var outOfMemory: Int
    /// Of the instances that failed for good, the exit code; nil where there were several.
    public var exitCode: Int32?

    public init(
        instances: Int = 0, failedFirst: Int = 0, saved: Int = 0, wastedAttempts: Int = 0,
        wastedNanoseconds: Int64 = 0, usefulRetries: Int = 0, outOfMemory: Int = 0, exitCode: Int32? = nil
    ) {
        self.instances = instances
        self.failedFirst = failedFirst
        self.saved = saved
        self.wastedAttempts = wastedAttempts
        self.wastedNanoseconds = wastedNanoseconds
        self.usefulRetries = usefulRetries
        self.outOfMemory = outOfMemory
        self.exitCode = exitCode
    }
}
