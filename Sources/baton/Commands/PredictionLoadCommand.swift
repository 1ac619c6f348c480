import ArgumentParser
import BatonCore
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
        var loadTimes: [Double] = []
        for _ in 0..<loads { loadTimes.append(try Self.seconds { _ = try model.current() }) }
        let tail = Trace(try store.history(after: nil, limit: max(count, 1)), name: "")
        var predictions: [Double] = []
        var observations: [Double] = []
        var turns: [Double] = []
        for row in tail.rows {
            var made: [Prediction] = []
            predictions.append(Self.seconds { made = predictor.predict(row.profile, Target.allCases) })
            observations.append(
                Self.seconds { predictor.observe(row.measurement, of: row.profile, predictions: made) })
            turns.append(predictions[predictions.count - 1] + observations[observations.count - 1])
        }
        var entries: [Value.Entry] = [
            .init(key: "attempts", value: .number(summary.data.attempts)),
            .init(key: "model_bytes", value: .number(predictor.encoded().count)),
            .init(key: "load_milliseconds", value: Self.quantiles(loadTimes)),
            .init(key: "prediction_milliseconds", value: Self.quantiles(predictions)),
            .init(key: "observation_milliseconds", value: Self.quantiles(observations)),
            .init(key: "both_milliseconds", value: Self.quantiles(turns)),
        ]
        if fit {
            let seconds = try Self.seconds { _ = try model.fit(at: summary.fitted) }
            entries.append(.init(key: "fit_seconds", value: .number(seconds)))
        }
        JSONPrinter.print(.map(entries))
    }

    private static func quantiles(_ seconds: [Double]) -> Value {
        let sorted = seconds.sorted()
        func at(_ level: Double) -> Value {
            .number((sorted[min(Int(level * Double(sorted.count)), sorted.count - 1)] * 1e6).rounded() / 1e3)
        }
        return .object(["p50": at(0.5), "p99": at(0.99), "max": at(1)])
    }

    private static func seconds(_ body: () throws -> Void) rethrows -> Double {
        let start = now()
        try body()
        return now() - start
    }

    private static func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
