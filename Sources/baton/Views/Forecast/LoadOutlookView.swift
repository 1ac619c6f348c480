import BatonCore
import BatonFormats
import BatonPrediction

extension LoadOutlook: TextAndJSON {
    private static let mostRows = 24

    // MARK: Text

    func text(for terminal: Terminal) -> String {
        let past = forecasts[0].series
        var lines = [
            "\(source.title): \(Self.length(Double(past.values.count) * bucketSeconds)) in stretches of "
                + "\(Self.length(bucketSeconds)); the next \(Self.length(Double(horizon) * bucketSeconds))"
        ]
        lines += source.notes
        return ([lines.joined(separator: "\n")] + [members(terminal), steps(terminal)]).joined(separator: "\n\n")
    }

    /// How the members did, the chosen one first.
    private func members(_ terminal: Terminal) -> String {
        var table = Table([
            .init(title: "load"), .init(title: "season"), .init(title: "best"),
            .init(title: "error", isNumeric: true), .init(title: "others"),
            .init(title: "p90 covers", isNumeric: true),
        ])
        for forecast in forecasts {
            let others = forecast.scores.dropFirst().map { "\($0.member.rawValue) \(Self.error($0))" }
            table.append([
                StyledLine(forecast.series.quantity.rawValue),
                StyledLine(forecast.period.map { Self.length(Double($0) * bucketSeconds) } ?? "-"),
                StyledLine(forecast.member.rawValue, .strong), StyledLine(Self.error(forecast.scores[0])),
                StyledLine(others.isEmpty ? "-" : others.joined(separator: ", "), .faint),
                StyledLine(forecast.coverageP90.map { Figures.percent($0 * 100) } ?? "-"),
            ])
        }
        return table.rendered(for: terminal)
    }

    private static func error(_ score: LoadForecast.Score) -> String {
        score.relativeError.map { Figures.percent($0 * 100) } ?? "-"
    }

    /// Several buckets share a row where there are many: the mean of their medians, and the highest of their p90.
    private func steps(_ terminal: Terminal) -> String {
        var columns = [Table.Column(title: hasCalendar ? "from (UTC)" : "from")]
        for forecast in forecasts {
            columns.append(.init(title: forecast.series.quantity.rawValue, isNumeric: true))
            columns.append(.init(title: "p90", isNumeric: true))
        }
        var table = Table(columns)
        let width = (horizon + Self.mostRows - 1) / Self.mostRows
        for first in stride(from: 0, to: horizon, by: width) {
            let steps = first..<min(first + width, horizon)
            var cells = [StyledLine(moment(forecasts[0].start(of: first)))]
            for forecast in forecasts {
                let middle = forecast.p50[steps].reduce(0, +) / Double(steps.count)
                let high = forecast.p90[steps].max() ?? 0
                cells.append(StyledLine(Self.amount(middle, forecast.series.quantity)))
                cells.append(StyledLine(Self.amount(high, forecast.series.quantity), .faint))
            }
            table.append(cells)
        }
        return table.rendered(for: terminal)
    }

    private var hasCalendar: Bool { source.hasCalendar }

    /// `2026-03-01 12:00`, or the time since the start.
    func moment(_ seconds: Double) -> String {
        guard hasCalendar else { return Self.length(seconds) }
        let text = Instant(nanoseconds: Int64(seconds * 1e9)).rfc3339
        return text.prefix(10) + " " + text.dropFirst(11).prefix(bucketSeconds < 60 ? 8 : 5)
    }

    static func amount(_ value: Double, _ quantity: LoadSeries.Quantity) -> String {
        switch quantity {
        case .memory: ByteCount.format(Int64(value))
        case .runs, .tasks, .cores: Figures.number((value * 100).rounded() / 100)
        }
    }

    // MARK: JSON

    var json: Value { .map(entries) }

    var entries: [Value.Entry] {
        [
            .init(key: "bucket_seconds", value: .number(bucketSeconds)),
            .init(
                key: "start",
                value: hasCalendar ? .string(moment(forecasts[0].start(of: 0))) : .number(forecasts[0].start(of: 0))),
            .init(key: "notes", value: .strings(source.notes)),
            .init(
                key: "load",
                value: .map(forecasts.map { .init(key: $0.series.quantity.rawValue, value: Self.json($0)) })),
        ]
    }

    private static func json(_ forecast: LoadForecast) -> Value {
        .object([
            "member": .string(forecast.member.rawValue),
            "season_buckets": forecast.period.map { .number($0) },
            "past_buckets": .number(forecast.series.values.count),
            "coverage_p90": forecast.coverageP90.map { .number($0) },
            "members": .list(
                forecast.scores.map { score in
                    .object([
                        "member": .string(score.member.rawValue),
                        "mean_absolute_error": .number(score.meanAbsoluteError),
                        "relative_error": score.relativeError.map { .number($0) },
                    ])
                }),
            "p50": .list(forecast.p50.map { .number($0) }), "p90": .list(forecast.p90.map { .number($0) }),
        ])
    }
}
