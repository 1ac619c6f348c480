import BatonCore
import BatonFormats
import BatonStore

extension CalibrationView {
    /// - Throws: for a name that is no picture's, and when nothing was predicted and measured.
    func draw(as path: String) throws {
        let plot = try Plot(path, option: "--chart")
        guard let page else {
            throw CommandFailure("nothing of this run was both predicted and measured, so there is nothing to draw")
        }
        try plot.write(page)
    }

    /// Nil when nothing was predicted and measured.
    var page: ChartPage? {
        let times = points { prediction, actual in
            let estimate = prediction.estimate
            return (
                estimate.durationP50Nanoseconds, estimate.durationP90Nanoseconds, actual.duration.nanoseconds, 1e9
            )
        }
        let amounts = points { prediction, actual in
            let estimate = prediction.estimate
            return (estimate.peakMemoryP50Bytes, estimate.peakMemoryP99Bytes, actual.peakMemoryBytes, 1)
        }
        var squares: [PredictedChart.Square] = []
        var rows: [CalibrationChart.Row] = []
        if !times.isEmpty {
            squares.append(
                PredictedChart.Square(
                    title: "run time", upper: "p90", points: times, label: { Self.time($0) }, isTime: true))
            rows += Self.rows("run time", times, upper: ("p90", 0.9))
        }
        if !amounts.isEmpty {
            squares.append(
                PredictedChart.Square(
                    title: "peak memory", upper: "p99", points: amounts, label: { ByteCount.format(Int64($0)) },
                    isTime: false))
            rows += Self.rows("peak memory", amounts, upper: ("p99", 0.99))
        }
        guard !squares.isEmpty else { return nil }
        return ChartPage(
            title: "Predictions of run \(run)",
            notes: ["Each task as it was predicted before it started, from what was known then."],
            panels: [PredictedChart(squares: squares), CalibrationChart(rows: rows)])
    }

    /// Tasks of which a figure was predicted and measured.
    ///
    /// - Parameter figures: p50, upper quantile and measured, as integers, and how many of them are one.
    private func points(
        _ figures: (PredictionSummary, PredictionSummary.Actual) -> (Int64, Int64, Int64, Double)
    ) -> [PredictedChart.Point] {
        rows.compactMap { row in
            guard let actual = row.prediction.actual else { return nil }
            let (middle, upper, measured, unit) = figures(row.prediction, actual)
            guard middle > 0, upper > 0, measured > 0 else { return nil }
            return PredictedChart.Point(
                predicted: Double(middle) / unit, upper: Double(upper) / unit, measured: Double(measured) / unit)
        }
    }

    private static func rows(
        _ name: String, _ points: [PredictedChart.Point], upper: (name: String, level: Double)
    ) -> [CalibrationChart.Row] {
        [
            CalibrationChart.Row(
                name: "\(name), p50", nominal: 0.5, hits: points.count { $0.measured <= $0.predicted },
                count: points.count),
            CalibrationChart.Row(
                name: "\(name), \(upper.name)", nominal: upper.level, hits: points.count(where: \.isCovered),
                count: points.count),
        ]
    }

    private static func time(_ seconds: Double) -> String {
        let unit = Axis.timeUnit(seconds)
        return "\(Figures.number(seconds / unit.seconds)) \(unit.name)"
    }
}
