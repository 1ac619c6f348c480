internal import CBatonSystem

/// How an attempt was measured, best last.
public enum MeterLevel: UInt8, Sendable, Hashable {
    /// `/proc` and rusage: limits are not enforced, and of several processes at once only sampled peaks are known.
    case sampling = 0
    case cgroupVersion1 = 1
    case cgroupVersion2 = 2

    /// True where the kernel holds a task to its memory limit.
    public var enforcesLimits: Bool { self != .sampling }
}

/// A process that the supervisor made for an attempt.
public struct SupervisedStart: Hashable, Sendable {
    public var key: UInt64
    public var processID: Int32
    /// Nanoseconds since boot, a moment after the process was made: tells it from a later process of the same number.
    public var bootNanoseconds: UInt64
    /// Nanoseconds since 1970.
    public var unixNanoseconds: UInt64
}

/// The step at which a program could not be run.
public enum LaunchStep: UInt8, Sendable, Hashable {
    case fork = 1
    case standardOutput = 2
    case standardError = 3
    case workingDirectory = 4
    case execute = 5
}

/// What became of an attempt, and what its whole process tree used.
public struct SupervisedExit: Hashable, Sendable {
    public enum Cause: Hashable, Sendable {
        case exited(code: Int32)
        case signalled(Int32)
        /// The program never ran; `errno` says why.
        case notLaunched(LaunchStep, errno: Int32)
    }

    public var cause: Cause
    /// A stop had been ordered before it ended, whether or not that is why it did.
    public var wasStopped: Bool
    /// Processes of the tree that the kernel ended for want of memory, by its own count.
    public var outOfMemoryKills: UInt32
    public var meter: MeterLevel
    /// When the top process ended, in nanoseconds since 1970.
    public var unixNanoseconds: UInt64
    public var wall: Duration
    public var userCPU: Duration
    public var systemCPU: Duration
    /// What the task needed, page cache that it could have done without excluded.
    public var peakMemoryBytes: UInt64
    /// Read from block devices: what the page cache served is not in it.
    public var readBytes: UInt64
    public var writtenBytes: UInt64
}

/// What a running attempt uses now.
public struct SupervisedUsage: Hashable, Sendable {
    public var currentMemoryBytes: UInt64
    public var peakMemoryBytes: UInt64
    public var cpu: Duration
}

extension SupervisedStart {
    init(_ raw: baton_started) {
        key = raw.key
        processID = raw.pid
        bootNanoseconds = raw.boot_nanoseconds
        unixNanoseconds = raw.unix_nanoseconds
    }
}

extension SupervisedExit {
    /// Fails when a figure is none that a supervisor writes.
    init?(_ raw: baton_ended) {
        guard let meter = MeterLevel(rawValue: raw.meter) else { return nil }
        if raw.launch_errno != 0 {
            guard let step = LaunchStep(rawValue: raw.launch_step) else { return nil }
            cause = .notLaunched(step, errno: raw.launch_errno)
        } else if raw.wait_status & 0x7f == 0 {
            cause = .exited(code: (raw.wait_status >> 8) & 0xff)
        } else {
            cause = .signalled(raw.wait_status & 0x7f)
        }
        wasStopped = raw.stopped != 0
        outOfMemoryKills = raw.oom_kills
        self.meter = meter
        unixNanoseconds = raw.unix_nanoseconds
        wall = .nanoseconds(Int64(clamping: raw.wall_nanoseconds))
        userCPU = .microseconds(Int64(clamping: raw.user_microseconds))
        systemCPU = .microseconds(Int64(clamping: raw.system_microseconds))
        peakMemoryBytes = raw.peak_bytes
        readBytes = raw.read_bytes
        writtenBytes = raw.written_bytes
    }
}

extension SupervisedUsage {
    init(_ raw: baton_usage) {
        currentMemoryBytes = raw.current_bytes
        peakMemoryBytes = raw.peak_bytes
        cpu = .microseconds(Int64(clamping: raw.cpu_microseconds))
    }
}
