import BatonCore

extension Failure {
    /// What happened, to be put behind the name of a task: `failed with exit code 3`.
    var predicate: String {
        switch self {
        case .exitCode(let code): "failed with exit code \(code)"
        case .signal(let number): "was ended by \(SignalName.of(number))"
        case .outOfMemory: "was killed for memory"
        case .timedOut: "ran out of its time"
        case .notStarted(let reason): "could not be started: \(reason)"
        case .missingOutputs(let paths):
            "ended well but did not make \(Sentence.list(paths.map { "'\($0)'" }, limit: 5))"
        case .rejected(let review): "was \(review.predicate)"
        case .invalid(let message): "could not be evaluated: \(message)"
        }
    }

    /// A few letters for a column: `exit 3`.
    var short: String {
        switch self {
        case .exitCode(let code): "exit \(code)"
        case .signal(let number): SignalName.of(number)
        case .outOfMemory: "out of memory"
        case .timedOut: "timed out"
        case .notStarted: "not started"
        case .missingOutputs: "no output"
        case .rejected: "rejected"
        case .invalid: "invalid"
        }
    }
}

extension TaskState.Label {
    var words: String {
        switch self {
        case .blocked: "waiting"
        case .ready: "ready"
        case .running: "running"
        case .awaitingApproval: "awaiting approval"
        case .backingOff: "backing off"
        case .succeeded: "succeeded"
        case .failed: "failed"
        case .skipped: "skipped"
        case .cancelled: "cancelled"
        }
    }

    var ink: Ink {
        switch self {
        case .blocked, .skipped: .faint
        case .ready: .plain
        case .running: .busy
        case .backingOff, .awaitingApproval, .cancelled: .warning
        case .succeeded: .good
        case .failed: .bad
        }
    }
}

extension Run.Status {
    /// As the end of a sentence: `the run failed`, `the run is paused`.
    var verb: String {
        switch self {
        case .running, .paused: "is \(rawValue)"
        case .cancelling: "is being cancelled"
        case .succeeded, .failed: rawValue
        case .cancelled: "was cancelled"
        }
    }

    var ink: Ink {
        switch self {
        case .running: .busy
        case .paused, .cancelling, .cancelled: .warning
        case .succeeded: .good
        case .failed: .bad
        }
    }
}

enum Sentence {
    /// `a`, `a and b`, `a, b and c`, `a, b and 7 more`.
    static func list(_ items: [String], limit: Int = 8) -> String {
        if items.count > limit {
            return items.prefix(limit - 1).joined(separator: ", ") + " and \(items.count - limit + 1) more"
        }
        guard items.count > 1 else { return items.first ?? "" }
        return items.dropLast().joined(separator: ", ") + " and " + items[items.count - 1]
    }

    /// `a`, `a or b`, `a, b or c`.
    static func alternatives(_ items: [String]) -> String {
        guard items.count > 1 else { return items.first ?? "" }
        return items.dropLast().joined(separator: ", ") + " or " + items[items.count - 1]
    }

    /// `1 task`, `3 tasks`.
    static func count(_ number: Int, _ noun: String) -> String {
        number == 1 ? "1 \(noun)" : "\(number) \(noun)s"
    }

    /// Cores with at most one digit after the point: `2`, `0.5`.
    static func cores(_ milliCPU: Int64) -> String {
        let tenths = (milliCPU + 50) / 100
        return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
    }

    /// `2 cores and 4 GB`, and GPUs and disk where there are any.
    static func resources(_ amount: Resources) -> String {
        var parts: [String] = []
        if amount.milliCPU > 0 { parts.append(amount.milliCPU == 1000 ? "1 core" : "\(cores(amount.milliCPU)) cores") }
        if amount.memoryBytes > 0 { parts.append(ByteCount.format(amount.memoryBytes)) }
        if amount.gpus > 0 { parts.append(amount.gpus == 1 ? "1 GPU" : "\(amount.gpus) GPUs") }
        if amount.diskBytes > 0 { parts.append("\(ByteCount.format(amount.diskBytes)) of disk") }
        return parts.isEmpty ? "nothing" : list(parts)
    }
}

/// Names of POSIX signals that end processes.
enum SignalName {
    /// `SIGKILL`, or `signal 64` for one without a common name.
    static func of(_ number: Int32) -> String {
        switch number {
        case 1: "SIGHUP"
        case 2: "SIGINT"
        case 3: "SIGQUIT"
        case 4: "SIGILL"
        case 5: "SIGTRAP"
        case 6: "SIGABRT"
        case 7: "SIGBUS"
        case 8: "SIGFPE"
        case 9: "SIGKILL"
        case 10: "SIGUSR1"
        case 11: "SIGSEGV"
        case 12: "SIGUSR2"
        case 13: "SIGPIPE"
        case 14: "SIGALRM"
        case 15: "SIGTERM"
        case 24: "SIGXCPU"
        case 25: "SIGXFSZ"
        case 31: "SIGSYS"
        default: "signal \(number)"
        }
    }
}
