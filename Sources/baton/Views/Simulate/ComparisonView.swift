import BatonCore
import BatonFormats
import BatonSimulator

/// The result of `baton simulate` for people: what was done, two tables, and what they show.
struct ComparisonView {
    private let setting: Setting
    private let comparison: Comparison
    private let times: [DecisionTimes]

    init(_ setting: Setting, _ comparison: Comparison, _ times: [DecisionTimes]) {
        self.setting = setting
        self.comparison = comparison
        self.times = times
    }

    private var baseline: Standing { comparison.standings[comparison.baseline] }
    private var best: Standing { comparison.standings[comparison.best] }
    private var hasIntervals: Bool { comparison.trialCount > 1 }

    /// A job's completion is all there is to say of a trial with one job.
    private var areSingleJobs: Bool {
        !setting.comparesRuns && comparison.standings.allSatisfy { $0.completionSeconds.count <= comparison.trialCount }
    }

    func text(for terminal: Terminal) -> String {
        let parts = [
            heading(), completionTable().rendered(for: terminal), costTable().rendered(for: terminal),
            Findings(setting, comparison).sentences.joined(separator: "\n"),
        ]
        return parts.joined(separator: "\n\n")
    }

    private func heading() -> String {
        let trials =
            comparison.trialCount == 1 || setting.comparesRuns
            ? "one, \(setting.trials)\(setting.comparesRuns ? "; compared run by run" : "")"
            : "\(comparison.trialCount), \(setting.trials); the same ones for every policy"
        var lines = [
            "workload     \(setting.workload)", "cluster      \(setting.cluster)", "uncertainty  \(setting.noise)",
            "trials       \(trials)", "baseline     \(baseline.name)",
        ]
        lines += setting.assumptions.map { "note         \($0)" }
        return lines.joined(separator: "\n")
    }

    // MARK: How long jobs take

    private func completionTable() -> Table {
        var columns: [Table.Column] = [
            .init(title: "POLICY"), .init(title: "MEAN TIME", isNumeric: true), .init(title: ""),
            .init(title: "VS \(baseline.name.uppercased())", isNumeric: true),
        ]
        if hasIntervals { columns += [.init(title: ""), .init(title: "W/T/L", isNumeric: true)] }
        let details: [(String, Metric)] =
            (areSingleJobs
                ? [] : [("P50", .p50Completion), ("P95", .p95Completion), ("P99", .p99Completion)])
            + (areSingleJobs ? [] : [("MAKESPAN", .makespan), ("SLOWDOWN", .meanSlowdown)])
            + [
                ("LATE", .weightedTardiness), ("MISSED", .missedDeadlinePercent), ("OVER BOUND", .gapToBoundPercent),
                ("OVER BEST KNOWN", .gapToBestKnownPercent),
            ]
        let shown = details.filter { _, metric in comparison.standings.contains { $0[metric] != nil } }
        columns += shown.map { .init(title: $0.0, isNumeric: true) }
        var table = Table(columns)
        for (place, standing) in comparison.standings.enumerated() {
            var row = [name(place), StyledLine(Figures.time(standing[.meanCompletion]?.mean), ink(place))]
            row.append(StyledLine(hasIntervals ? Figures.interval(standing[.meanCompletion]?.interval) : ""))
            row.append(StyledLine(Figures.ratio(standing.ratioToBaseline.value)))
            if hasIntervals {
                row.append(StyledLine(Figures.interval(standing.ratioToBaseline.interval, Figures.ratio)))
                row.append(StyledLine("\(standing.wins)/\(standing.ties)/\(standing.losses)"))
            }
            row += shown.map { _, metric in StyledLine(Figures.text(standing[metric]?.mean, metric)) }
            table.append(row)
        }
        return table
    }

    private func name(_ place: Int) -> StyledLine {
        let standing = comparison.standings[place]
        if place == comparison.best { return StyledLine("* " + standing.name, .strong) }
        let isClose = hasIntervals && comparison.contendersWithinNoise.contains(place)
        return StyledLine((isClose ? "~ " : "  ") + standing.name)
    }

    private func ink(_ place: Int) -> Ink { place == comparison.best ? .strong : .plain }

    // MARK: What it costs

    private func costTable() -> Table {
        // Without prices it says little more than the makespan.
        let isPriced =
            comparison.objective.weight(of: .cost) > 0
            || setting.conditions.machines.contains { $0.pricePerHour != nil }
        let metrics: [(String, Metric)] =
            (isPriced ? [("COST", .cost)] : []) + [
                ("BUSY", .utilisation), ("CORE-H", .allocatedCoreHours), ("GB-H GRANTED", .allocatedGBHours),
                ("GB-H USED", .usedGBHours), ("OOM KILLS", .outOfMemoryKills), ("FAILED", .failedJobs),
                ("REJECTED", .rejections),
            ]
        // Columns in which nothing ever happened say nothing.
        let quiet: Set<Metric> = [.outOfMemoryKills, .failedJobs, .rejections, .usedGBHours]
        let shown = metrics.filter { _, metric in
            !quiet.contains(metric) || comparison.standings.contains { ($0[metric]?.mean ?? 0) > 0 }
        }
        var table = Table(
            [.init(title: "POLICY")] + shown.map { .init(title: $0.0, isNumeric: true) } + [
                .init(title: "DECISION P50", isNumeric: true), .init(title: "P99", isNumeric: true),
                .init(title: "MAX", isNumeric: true),
            ])
        for (place, (standing, times)) in zip(comparison.standings, times).enumerated() {
            var row = [name(place)]
            row += shown.map { _, metric in StyledLine(Figures.text(standing[metric]?.mean, metric)) }
            row += [
                times.all.quantileMilliseconds(0.5), times.all.quantileMilliseconds(0.99),
                Double(times.all.maximumNanoseconds) / 1e6,
            ].map { StyledLine(Figures.number($0) + " ms") }
            table.append(row)
        }
        return table
    }
}

/// Numbers as tables show them.
enum Figures {
    /// Three digits that count, four before the point: `0.0123`, `1.23`, `45.6`, `789`, `12345`.
    static func number(_ value: Double) -> String {
        guard value.isFinite else { return "-" }
        let size = value.magnitude
        if size >= 100 || value == value.rounded() && size < 1e15 { return "\(Int64(value.rounded()))" }
        return decimals(value, size >= 10 ? 1 : size >= 1 ? 2 : size >= 0.1 ? 3 : 4)
    }

    /// So many digits after the point.
    static func decimals(_ value: Double, _ count: Int) -> String {
        guard value.isFinite else { return "-" }
        let factor = (0..<count).reduce(Int64(1)) { power, _ in power * 10 }
        let scaled = Int64((value.magnitude * Double(factor)).rounded())
        let sign = value < 0 && scaled > 0 ? "-" : ""
        guard count > 0 else { return sign + "\(scaled)" }
        let fraction = String(scaled % factor)
        return sign + "\(scaled / factor)." + String(repeating: "0", count: count - fraction.count) + fraction
    }

    /// Seconds, with their unit.
    static func time(_ seconds: Double?) -> String {
        guard let seconds, seconds.isFinite else { return "-" }
        return number(seconds) + " s"
    }

    static func ratio(_ value: Double) -> String { decimals(value, 3) }

    static func percent(_ value: Double) -> String {
        decimals(value, value.magnitude < 9.95 && value != 0 ? 1 : 0) + " %"
    }

    /// `[12.1, 13.4]`.
    static func interval(_ interval: Interval?, _ text: (Double) -> String = number) -> String {
        interval.map { "[\(text($0.low)), \(text($0.high))]" } ?? ""
    }

    static func text(_ value: Double?, _ metric: Metric) -> String {
        guard let value else { return "-" }
        switch metric {
        case .meanCompletion, .p50Completion, .p95Completion, .p99Completion, .makespan, .weightedTardiness:
            return time(value)
        case .gapToBoundPercent, .makespanGapToBoundPercent, .gapToBestKnownPercent, .missedDeadlinePercent:
            return percent(value)
        case .utilisation: return percent(value * 100)
        case .fairness, .meanSlowdown: return decimals(value, 2)
        case .allocatedGBHours, .usedGBHours, .allocatedCoreHours, .cost, .outOfMemoryKills, .rejections, .failedJobs:
            return number(value)
        }
    }
}
