import ArgumentParser
import BatonCore
import BatonFormats
import BatonPrediction
import BatonStore
import Glibc

/// Predicts and learns what is in the record, again and again, and says how long each took.
struct PredictionLoadCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prediction-load",
        abstract: "Measure how long predictions, observations, and loading and fitting the model take.",
        shouldDisplay: false
    )

    @Option(name: .long, help: "How many predictions and observations to time.")
    var count = 5_000

    @Option(name: .long, help: "How many times to load the model.")
    var loads = 20

    @Flag(name: .long, help: "Fit the model anew, too; it is not kept.")
    var fit = false

    @OptionGroup var state: StateOptions

    func run() throws {
        let store = try state.existingStore()
        let model = TaskModel(store: store)
        guard var predictor = try model.current()?.predictor, let summary = try store.currentModel(of: TaskModel.kind)
        else { throw CommandFailure("no model is kept; 'baton model fit' fits one", exit: .usage) }
        var times = Times()
        for _ in 0..<loads { try times.measure("load") { _ = try model.current() } }
        let tail = Trace(try store.history(after: nil, limit: max(count, 1)), name: "")
        for row in tail.rows {
            var made: [Prediction] = []
            times.measure("prediction") { made = predictor.predict(row.profile, Target.allCases) }
            times.measure("observation") {
                predictor.observe(row.measurement, of: row.profile, predictions: made)
            }
        }
        var entries: [Value.Entry] = [
            .init(key: "attempts", value: .number(summary.data.attempts)),
            .init(key: "model_bytes", value: .number(predictor.encoded().count)),
        ]
        entries += ["load", "prediction", "observation"].map { .init(key: $0, value: times.json(of: $0)) }
        if fit {
            try times.measure("fit") { _ = try model.fit(at: summary.fitted) }
            entries.append(.init(key: "fit", value: times.json(of: "fit")))
        }
        JSONPrinter.print(.map(entries))
    }

}

/// How long things took, by their names: on the clock, and of the processor, which others on this machine do not lengthen.
private struct Times {
    private var samples: [String: [(wall: Double, processor: Double)]] = [:]

    mutating func measure(_ name: String, _ body: () throws -> Void) rethrows {
        let (wall, processor) = (Self.read(CLOCK_MONOTONIC), Self.read(CLOCK_THREAD_CPUTIME_ID))
        try body()
        samples[name, default: []].append(
            (Self.read(CLOCK_MONOTONIC) - wall, Self.read(CLOCK_THREAD_CPUTIME_ID) - processor))
    }

    func json(of name: String) -> Value {
        let known = samples[name] ?? []
        return .object([
            "wall_milliseconds": Self.quantiles(known.map(\.wall)),
            "cpu_milliseconds": Self.quantiles(known.map(\.processor)),
        ])
    }

    private static func quantiles(_ seconds: [Double]) -> Value {
        let sorted = seconds.sorted()
        func at(_ level: Double) -> Value {
            .number((sorted[min(Int(level * Double(sorted.count)), sorted.count - 1)] * 1e6).rounded() / 1e3)
        }
        return .object(["p50": at(0.5), "p99": at(0.99), "max": at(1)])
    }

    private static func read(_ clock: clockid_t) -> Double {
        var time = timespec()
        clock_gettime(clock, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
