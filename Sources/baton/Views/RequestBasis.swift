import BatonCore
import BatonFormats

/// Where the CPU and memory that a task asks for come from.
struct RequestBasis {
    let request: TaskInstance.Request
    let estimate: Estimate?

    enum Source: String {
        /// The workflow says so.
        case declared
        /// Earlier attempts, within what was declared.
        case learned
        /// Nobody: one core, and the share of the memory that goes with it.
        case share
    }

    var memory: Source {
        let isKnown = estimate.map { $0.sampleCount > 0 && ($0.requestBytes ?? $0.peakMemoryP99Bytes) > 0 } ?? false
        return source(isDeclared: request.memoryBytes != nil, isKnown: isKnown)
    }

    var cpu: Source {
        source(isDeclared: request.milliCPU != nil, isKnown: estimate?.requestMilliCPU != nil)
    }

    private func source(isDeclared: Bool, isKnown: Bool) -> Source {
        if isDeclared && !request.isAutomatic { return .declared }
        if isKnown { return .learned }
        return isDeclared ? .declared : .share
    }

    /// Bytes that will be asked for; nil where that depends on the machine.
    var memoryBytes: Int64? {
        switch memory {
        case .declared: request.memoryBytes
        case .learned: min(estimate?.requestBytes ?? estimate?.peakMemoryP99Bytes ?? 0, request.memoryBytes ?? .max)
        case .share: nil
        }
    }

    var milliCPU: Int64 {
        switch cpu {
        case .declared: request.milliCPU ?? 1000
        case .learned: min(estimate?.requestMilliCPU ?? 1000, request.milliCPU ?? .max)
        case .share: 1000
        }
    }

    /// Why that much memory, for a table.
    var words: String {
        switch memory {
        case .declared: request.isAutomatic ? "declared, nothing known yet" : "declared"
        case .learned: request.memoryBytes.map { "learned, at most \(ByteCount.format($0))" } ?? "learned"
        case .share: "a share, nothing known yet"
        }
    }

    var json: Value {
        .object([
            "auto": .boolean(request.isAutomatic), "cpu_from": .string(cpu.rawValue),
            "memory_from": .string(memory.rawValue),
            "declared_cpu_cores": request.milliCPU.map { .number(Double($0) / 1000) },
            "declared_memory_bytes": request.memoryBytes.map { .number($0) },
        ])
    }
}
