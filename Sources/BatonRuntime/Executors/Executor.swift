public import BatonCore

/// How attempts are carried out. One thread calls it; it must never block that thread for long.
///
/// Every start is answered by one end, however often it is repeated: an attempt that already ran is not run again.
public protocol Executor: AnyObject {
    /// Readable when `receive` has something to give.
    var descriptor: Int32 { get }
    /// The process in whose name resources are held: it lives as long as the attempts do.
    var holder: Int32 { get }
    func start(_ launch: Launch)
    /// Asks the whole process tree to end, and ends it when the grace is over.
    func stop(_ attempt: Attempt.ID, grace: Duration)
    /// Sends what `start` and `stop` have collected.
    func send()
    /// True while orders wait for the descriptor to become writable.
    var hasUnsent: Bool { get }
    func receive() throws -> [ExecutorReport]
    /// Called when everything has ended; returns when nothing of the executor is left.
    func finish()
}

/// An attempt with everything a process needs to begin.
public struct Launch: Hashable, Sendable {
    public var attempt: Attempt.ID
    /// The program and its arguments.
    public var arguments: [String]
    /// What runs it and records which files it opens; empty where nobody asked.
    public var tracer: [String] = []
    /// Added to the orchestrator's own environment, `NAME=value`.
    public var environment: [String]
    public var directory: String
    public var standardOutput: String
    public var standardError: String
    /// Enforced where permitted; nil for none.
    public var memoryLimitBytes: Int64?
    public var milliCPU: Int64

    public init(
        attempt: Attempt.ID, arguments: [String], environment: [String], directory: String, standardOutput: String,
        standardError: String, memoryLimitBytes: Int64?, milliCPU: Int64
    ) {
        self.attempt = attempt
        self.arguments = arguments
        self.environment = environment
        self.directory = directory
        self.standardOutput = standardOutput
        self.standardError = standardError
        self.memoryLimitBytes = memoryLimitBytes
        self.milliCPU = milliCPU
    }
}

public enum ExecutorReport: Sendable {
    /// Exit and measurement; a zero exit is `.succeeded(nil)`.
    case ended(Attempt.ID, Outcome, Usage?)
    case sampled(Attempt.ID, UsageReading)
    /// Nothing more will be reported: whatever was running has an unknown end.
    case executorLost
}

/// What a running attempt is seen to take.
public struct UsageReading: Hashable, Sendable {
    public var memoryBytes: Int64
    public var peakMemoryBytes: Int64
    /// Since the start of the attempt.
    public var cpu: Duration

    public init(memoryBytes: Int64, peakMemoryBytes: Int64, cpu: Duration) {
        self.memoryBytes = memoryBytes
        self.peakMemoryBytes = peakMemoryBytes
        self.cpu = cpu
    }
}
