import BatonCore
import BatonFormats
import BatonStore

/// Something that a command shows to people or to programs.
protocol TextAndJSON {
    var json: Value { get }
    func text(for terminal: Terminal) -> String
}

/// What the tasks of a workflow are expected to take.
struct PredictionView: TextAndJSON {
    private let workflow: String
    private var rows: [(instance: String, basis: RequestBasis)] = []

    /// - Parameter task: a task or one instance of it; nil: all.
    init(_ workflow: Workflow, instances: [TaskInstance], estimator: (any Estimator)?, task: String?) {
        self.workflow = workflow.name
        for instance in instances where instance.kind == .command {
            let name = workflow.tasks[Int(instance.task)].name
            guard task == nil || task == name || task == instance.name else { continue }
            let estimate = estimator?.estimate(
                workflow: workflow.name, task: name, instance: instance.name, request: instance.request)
            rows.append((instance.name, RequestBasis(request: instance.request, estimate: estimate)))
        }
    }

    var isEmpty: Bool { rows.isEmpty }

    var json: Value {
        .object([
            "workflow": .string(workflow),
            "tasks": .list(
                rows.map { row in
                    .object([
                        "task": .string(row.instance), "prediction": row.basis.estimate.map(Value.estimate) ?? .null,
                        "request": row.basis.json,
                    ])
                }),
        ])
    }

    func text(for terminal: Terminal) -> String {
        var table = Table([
            .init(title: "task"), .init(title: "run time", isNumeric: true), .init(title: "p90", isNumeric: true),
            .init(title: "memory", isNumeric: true), .init(title: "p99", isNumeric: true),
            .init(title: "cores", isNumeric: true), .init(title: "asks for", isNumeric: true),
            .init(title: "because"), .init(title: "measured", isNumeric: true),
        ])
        for (instance, basis) in rows {
            var cells = [
                instance, "-", "-", "-", "-", Sentence.cores(basis.milliCPU),
                basis.memoryBytes.map { ByteCount.format($0) } ?? "-", basis.words, "0",
            ]
            if let estimate = basis.estimate {
                cells[1] = DurationText.format(.nanoseconds(estimate.durationP50Nanoseconds))
                cells[2] = DurationText.format(.nanoseconds(estimate.durationP90Nanoseconds))
                if estimate.peakMemoryP50Bytes > 0 {
                    cells[3] = ByteCount.format(estimate.peakMemoryP50Bytes)
                    cells[4] = ByteCount.format(estimate.peakMemoryP99Bytes)
                }
                cells[8] = "\(estimate.sampleCount)" + (estimate.basis == .elsewhere ? " elsewhere" : "")
            }
            table.append(cells.map { StyledLine($0) })
        }
        return table.rendered(for: terminal)
    }
}

extension Value {
    static func estimate(_ estimate: Estimate) -> Value {
        // Sure of it: 1. Far from sure: near 0.
        func confidence(_ middle: Int64, _ high: Int64) -> Value? {
            high > 0 ? .number((Double(middle) / Double(high) * 1000).rounded() / 1000) : nil
        }
        return .object([
            "duration_p50_seconds": .seconds(.nanoseconds(estimate.durationP50Nanoseconds)),
            "duration_p90_seconds": .seconds(.nanoseconds(estimate.durationP90Nanoseconds)),
            "peak_memory_p50_bytes": .number(estimate.peakMemoryP50Bytes),
            "peak_memory_p99_bytes": .number(estimate.peakMemoryP99Bytes),
            "request_bytes": estimate.requestBytes.map { .number($0) },
            "request_cpu_cores": estimate.requestMilliCPU.map { .number(Double($0) / 1000) },
            "duration_p99_seconds": estimate.durationP99Nanoseconds.map { .seconds(.nanoseconds($0)) },
            "cpu_p50_cores": estimate.milliCPUP50.map { .number(Double($0) / 1000) },
            "cpu_p90_cores": estimate.milliCPUP90.map { .number(Double($0) / 1000) },
            "duration_confidence": confidence(estimate.durationP50Nanoseconds, estimate.durationP90Nanoseconds),
            "memory_confidence": confidence(estimate.peakMemoryP50Bytes, estimate.peakMemoryP99Bytes),
            "based_on": estimate.basis.map { .string($0.rawValue) },
            "samples": .number(estimate.sampleCount), "model": .string(estimate.model),
        ])
    }
}
