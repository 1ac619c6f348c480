internal import CBatonSystem

/// What the orchestrator asks of its supervisor.
public enum SupervisorOrder: Hashable, Sendable {
    /// What every later `start` inherits, as `NAME=VALUE`. Once for each connection, before the first `start`.
    case environment([String])
    /// Values that are masked in whatever tasks print or hand on from now on, and as long as the supervisor lives.
    case secrets([String])
    /// Runs a program, once: a key that runs is left alone, one that has ended is answered with its end.
    case start(SupervisedProgram)
    /// Ends the attempt's whole tree: SIGTERM, and SIGKILL when the grace is over (at once if it is zero).
    case stop(key: UInt64, grace: Duration)
    /// Asks for one `running` report per live attempt and then `listed`.
    case list
}

/// A program and the conditions it runs under.
public struct SupervisedProgram: Hashable, Sendable {
    /// Names the attempt within its run, for ever.
    public var key: UInt64
    /// The program and its arguments; a name without a slash is searched in the task's `PATH`.
    public var arguments: [String]
    /// A program by its path, and arguments, that runs what is appended to them in its own place and watches it from
    /// outside: neither measured nor limited with it. Empty: nobody watches.
    public var tracer: [String]
    /// Additions to and replacements in the base environment, as `NAME=VALUE`.
    public var environment: [String]
    /// Empty: the run's directory.
    public var workingDirectory: String
    /// Created or emptied; relative to the run's directory. Empty: discarded.
    public var standardOutput: String
    /// Likewise. Empty: where standard output goes.
    public var standardError: String
    /// Enforced where cgroups are permitted. 0: none.
    public var memoryLimitBytes: UInt64
    /// Share under contention where cgroups are permitted. 0: as anybody.
    public var milliCPU: UInt32
    /// -1000...1000, for the kernel's choice when memory runs out.
    public var outOfMemoryScore: Int32

    public init(
        key: UInt64, arguments: [String], tracer: [String] = [], environment: [String] = [],
        workingDirectory: String = "",
        standardOutput: String = "", standardError: String = "", memoryLimitBytes: UInt64 = 0, milliCPU: UInt32 = 0,
        outOfMemoryScore: Int32 = 0
    ) {
        self.key = key
        self.arguments = arguments
        self.tracer = tracer
        self.environment = environment
        self.workingDirectory = workingDirectory
        self.standardOutput = standardOutput
        self.standardError = standardError
        self.memoryLimitBytes = memoryLimitBytes
        self.milliCPU = milliCPU
        self.outOfMemoryScore = outOfMemoryScore
    }
}

extension SupervisorOrder {
    /// Appends this order as one frame.
    ///
    /// - Precondition: no string contains a NUL: none could reach a program.
    func encode(into bytes: inout [UInt8]) {
        let start = bytes.count
        bytes.append(contentsOf: repeatElement(0, count: MemoryLayout<baton_frame>.size))
        let kind: Int
        switch self {
        case .environment(let variables):
            kind = BATON_ORDER_ENVIRONMENT
            for variable in variables { bytes.append(string: variable) }
        case .secrets(let values):
            kind = BATON_ORDER_SECRETS
            for value in values { bytes.append(string: value) }
        case .start(let program):
            kind = BATON_ORDER_START
            bytes.append(
                raw: baton_start(
                    key: program.key, memory_limit: program.memoryLimitBytes, milli_cpu: program.milliCPU,
                    oom_score_adj: program.outOfMemoryScore, arguments: UInt32(program.arguments.count),
                    environment: UInt32(program.environment.count), tracer: UInt32(program.tracer.count), reserved: 0)
            )
            bytes.append(string: program.workingDirectory)
            bytes.append(string: program.standardOutput)
            bytes.append(string: program.standardError)
            for argument in program.tracer + program.arguments { bytes.append(string: argument) }
            for variable in program.environment { bytes.append(string: variable) }
        case .stop(let key, let grace):
            kind = BATON_ORDER_STOP
            let (seconds, attoseconds) = grace.components
            let milliseconds = UInt32(clamping: seconds * 1000 + attoseconds / 1_000_000_000_000_000)
            bytes.append(raw: baton_stop(key: key, grace_milliseconds: milliseconds, reserved: 0))
        case .list:
            kind = BATON_ORDER_LIST
        }
        let length = bytes.count - start - MemoryLayout<baton_frame>.size
        bytes.withUnsafeMutableBytes {
            $0.storeBytes(
                of: baton_frame(length: UInt32(length), kind: UInt32(kind)), toByteOffset: start, as: baton_frame.self)
        }
    }
}

extension [UInt8] {
    fileprivate mutating func append<Raw: BitwiseCopyable>(raw: Raw) {
        Swift.withUnsafeBytes(of: raw) { append(contentsOf: $0) }
    }

    fileprivate mutating func append(string: String) {
        var string = string
        string.withUTF8 { utf8 in
            precondition(!utf8.contains(0), "a string for a program contains a NUL")
            append(contentsOf: utf8)
        }
        append(0)
    }
}
