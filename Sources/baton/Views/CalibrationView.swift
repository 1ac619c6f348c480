import BatonCore
import BatonFormats
import BatonStore

/// What was predicted of a run's tasks, beside what they took.
struct CalibrationView: TextAndJSON {
    let run: Run.ID
    let rows: [(task: String, prediction: PredictionSummary)]

    init(of run: Run.ID, in store: any Store) throws(StoreError) {
        self.run = run
        let tasks = try store.tasks(of: run, in: nil)
        let names = Dictionary(tasks.map { ($0.id, $0.name) }) { first, _ in first }
        rows = try store.predictions(of: run).map { (names[$0.task] ?? "\($0.task.index)", $0) }
    }

    /// Of the tasks that were predicted and measured: the median relative error of a figure, and the share at or below a
    /// quantile; nil when there is none.
    private func median(_ error: (PredictionSummary, PredictionSummary.Actual) -> Double?) -> Double? {
        let errors = rows.compactMap { row in row.prediction.actual.flatMap { error(row.prediction, $0) } }.sorted()
        return errors.isEmpty ? nil : errors[errors.count / 2]
    }

    private func share(_ isCovered: (PredictionSummary, PredictionSummary.Actual) -> Bool?) -> Double? {
        let hits = rows.compactMap { row in row.prediction.actual.flatMap { isCovered(row.prediction, $0) } }
        return hits.isEmpty ? nil : Double(hits.count { $0 }) / Double(hits.count)
    }

    /// That an attempt kept busy in the mean; nil where its time was not measured.
    private static func cores(_ actual: PredictionSummary.Actual) -> Double? {
        guard actual.duration > .zero, actual.cpu >= .zero else { return nil }
        return Double(actual.cpu.nanoseconds) / Double(actual.duration.nanoseconds)
    }

    private var durationError: Double? {
        median { prediction, actual in
            let measured = Double(actual.duration.nanoseconds)
            return measured > 0 ? abs(Double(prediction.estimate.durationP50Nanoseconds) / measured - 1) : nil
        }
    }

    private var memoryError: Double? {
        median { prediction, actual in
            let measured = Double(actual.peakMemoryBytes)
            guard measured > 0, prediction.estimate.peakMemoryP50Bytes > 0 else { return nil }
            return abs(Double(prediction.estimate.peakMemoryP50Bytes) / measured - 1)
        }
    }

    private var durationCoverage: Double? {
        share { $1.duration.nanoseconds <= $0.estimate.durationP90Nanoseconds }
    }

    private var memoryCoverage: Double? {
        share { prediction, actual in
            prediction.estimate.peakMemoryP99Bytes > 0
                ? actual.peakMemoryBytes <= prediction.estimate.peakMemoryP99Bytes : nil
        }
    }

    var json: Value {
        .object([
            "run": .string(run.description),
            "duration_median_ape": durationError.map { .number($0) },
            "duration_coverage_p90": durationCoverage.map { .number($0) },
            "memory_median_ape": memoryError.map { .number($0) },
            "memory_coverage_p99": memoryCoverage.map { .number($0) },
            "tasks": .list(
                rows.map { row in
                    .object([
                        "task": .string(row.task), "prediction": .estimate(row.prediction.estimate),
                        "duration_seconds": row.prediction.actual.map { .seconds($0.duration) },
                        "peak_memory_bytes": row.prediction.actual.map { .number($0.peakMemoryBytes) },
                        "cpu_cores": row.prediction.actual.flatMap(Self.cores).map { .number($0) },
                    ])
                }),
        ])
    }

    func text(for terminal: Terminal) -> String {
        guard !rows.isEmpty else { return "Nothing was predicted of this run: no earlier one was measured." }
        var table = Table([
            .init(title: "task"), .init(title: "run time", isNumeric: true), .init(title: "predicted", isNumeric: true),
            .init(title: "p90", isNumeric: true), .init(title: "memory", isNumeric: true),
            .init(title: "predicted", isNumeric: true), .init(title: "p99", isNumeric: true),
            .init(title: "cores", isNumeric: true), .init(title: "asked for", isNumeric: true),
        ])
        for (task, prediction) in rows {
            let estimate = prediction.estimate
            let cores = prediction.actual.flatMap(Self.cores).map { Sentence.cores(Int64(min($0, 1e6) * 1000)) }
            let asked = estimate.requestMilliCPU.map { Sentence.cores($0) }
            let cells: [String] = [
                task, prediction.actual.map { DurationText.format($0.duration) } ?? "-",
                DurationText.format(.nanoseconds(estimate.durationP50Nanoseconds)),
                DurationText.format(.nanoseconds(estimate.durationP90Nanoseconds)),
                prediction.actual.map { ByteCount.format($0.peakMemoryBytes) } ?? "-",
                ByteCount.format(estimate.peakMemoryP50Bytes), ByteCount.format(estimate.peakMemoryP99Bytes),
                cores ?? "-", asked ?? "-",
            ]
            table.append(cells.map { StyledLine($0) })
        }
        func percent(_ share: Double?) -> String { share.map { "\(Int((100 * $0).rounded())) %" } ?? "-" }
        return table.rendered(for: terminal) + "\n\n" + """
            Run time: half of the predictions were at most \(percent(durationError)) off; \(percent(durationCoverage)) \
            of the tasks took no more than p90.
            Memory: half were at most \(percent(memoryError)) off; \(percent(memoryCoverage)) took no more than p99.
            """
    }
}
