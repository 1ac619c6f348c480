public import BatonCore

// What the core knows, as commands and the server write it in JSON.

extension Value {
    /// A JSON object with keys in the order given; those without a value are left out.
    public static func object(_ entries: KeyValuePairs<String, Value?>) -> Value {
        var present: [Entry] = []
        present.reserveCapacity(entries.count)
        for (key, value) in entries {
            if let value { present.append(Entry(key: key, value: value)) }
        }
        return .map(present)
    }

    public static func number(_ value: some BinaryInteger) -> Value { .number(Double(value)) }

    /// Null for what JSON has no number for.
    public static func figure(_ value: Double) -> Value { value.isFinite ? .number(value) : .null }

    /// Seconds to the microsecond; finer digits are noise.
    public static func seconds(_ duration: Duration) -> Value {
        .number((Double(duration.nanoseconds) / 1e3).rounded() / 1e6)
    }

    public static func time(_ instant: Instant) -> Value { .string(instant.rfc3339) }

    public static func strings(_ texts: some Sequence<String>) -> Value { .list(texts.map { .string($0) }) }

    /// `{"cpu":2,"memory_bytes":…}`; what is zero is left out.
    public static func resources(_ amount: Resources) -> Value {
        .object([
            "cpu": amount.milliCPU > 0 ? .number(Double(amount.milliCPU) / 1000) : nil,
            "memory_bytes": amount.memoryBytes > 0 ? .number(amount.memoryBytes) : nil,
            "gpus": amount.gpus > 0 ? .number(amount.gpus) : nil,
            "disk_bytes": amount.diskBytes > 0 ? .number(amount.diskBytes) : nil,
        ])
    }

    public static func usage(_ usage: Usage) -> Value {
        .object([
            "wall_seconds": .seconds(usage.wall),
            "user_cpu_seconds": .seconds(usage.userCPU),
            "system_cpu_seconds": .seconds(usage.systemCPU),
            "peak_memory_bytes": .number(usage.peakMemoryBytes),
            "read_bytes": .number(usage.readBytes),
            "written_bytes": .number(usage.writtenBytes),
            "meter": .string(usage.meter.rawValue),
        ])
    }

    public static func failure(_ failure: Failure) -> Value {
        switch failure {
        case .exitCode(let code): .object(["kind": .string("exit_code"), "exit_code": .number(code)])
        case .signal(let signal): .object(["kind": .string("signal"), "signal": .number(signal)])
        case .outOfMemory: .object(["kind": .string("out_of_memory")])
        case .timedOut: .object(["kind": .string("timed_out")])
        case .notStarted(let reason): .object(["kind": .string("not_started"), "message": .string(reason)])
        case .missingOutputs(let paths): .object(["kind": .string("missing_outputs"), "paths": .strings(paths)])
        case .rejected(let review):
            .object([
                "kind": .string("rejected"), "by": .string(review.reviewer),
                "message": review.comment.map { .string($0) },
            ])
        case .invalid(let message): .object(["kind": .string("invalid"), "message": .string(message)])
        }
    }
}
