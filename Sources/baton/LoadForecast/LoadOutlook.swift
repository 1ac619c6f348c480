import BatonCore
import BatonPrediction
import BatonSimulator

/// Forecasts of all that is counted, over one horizon.
struct LoadOutlook {
    let source: LoadSource
    let forecasts: [LoadForecast]
    let bucketSeconds: Double
    let horizon: Int

    /// - Throws: how much more has to be recorded.
    init(_ source: LoadSource, _ options: HorizonOptions) throws {
        self.source = source
        guard let span = source.record.span else {
            throw CommandFailure(
                "no run is recorded yet, so there is nothing to go on with. Start with 'baton run FILE'", exit: .usage)
        }
        let seconds = span.upperBound - span.lowerBound
        let bucket = options.bucket?.duration.seconds ?? source.record.usualBucketSeconds
        guard seconds / bucket <= 100_000 else {
            throw CommandFailure(
                "the past of \(Self.length(seconds)) has more than 100,000 stretches of \(Self.length(bucket)). "
                    + "Name a longer one with --bucket", exit: .usage)
        }
        bucketSeconds = bucket
        let wanted = options.horizon?.duration.seconds ?? min(86_400, seconds / 4)
        let horizon = max(1, Int((wanted / bucket).rounded(.up)))
        self.horizon = horizon
        let quantities: [LoadSeries.Quantity] =
            source.record.runs.isEmpty ? [.tasks, .cores, .memory] : [.runs, .tasks, .cores, .memory]
        var forecasts: [LoadForecast] = []
        for quantity in quantities {
            let series = source.record.series(quantity, bucketSeconds: bucket)
            do throws(LoadForecast.TooShort) {
                forecasts.append(try LoadForecast(series, horizon: horizon, members: options.members.members))
            } catch {
                throw CommandFailure(Self.shortage(error, bucket, horizon, seconds), exit: .usage)
            }
        }
        self.forecasts = forecasts
    }

    private static func shortage(
        _ shortage: LoadForecast.TooShort, _ bucket: Double, _ horizon: Int, _ seconds: Double
    ) -> String {
        let needed = Double(shortage.needed) * bucket
        return
            "the past of \(length(seconds)) is too short to forecast \(length(Double(horizon) * bucket)): a forecast is "
            + "judged by at least \(shortage.needed) whole stretches of \(length(bucket)), which take \(length(needed)). "
            + "Record more, or name a shorter --horizon or --bucket"
    }

    static func length(_ seconds: Double) -> String { DurationText.format(.nanoseconds(Int64(seconds * 1e9))) }

    /// What arrives: runs, or tasks where nothing tells of runs.
    var arrivals: LoadForecast { forecasts[0] }

    /// Workloads that the future could bring.
    func futures(_ count: Int) -> [Workload] {
        var generator = SeededGenerator(seed: source.seed)
        return (0..<UInt64(count)).map { place in
            Arrivals.stream(
                jobs: source.jobs, counts: arrivals.sample(using: &generator), bucketSeconds: bucketSeconds,
                seed: SeededGenerator.mix(source.seed) &+ place)
        }
    }
}
