import BatonSimulator

/// The pictures of a report.
struct BenchCharts {
    private let report: BenchReport

    init(_ report: BenchReport) {
        self.report = report
    }

    /// All policies over all regimes; nil without any.
    var overall: ChartPage? {
        let all = report.overall()
        guard let baseline = all.first else { return nil }
        let rows = all.map { RatioChart.Row(name: $0.name, ratio: $0.ratio, isBaseline: $0.name == baseline.name) }
        let chart = RatioChart(
            title: "Mean time over that of \(baseline.name)",
            subtitle: "geometric mean over \(report.cells.count) regimes; left is better", rows: rows)
        return ChartPage(
            title: "Policies over all regimes",
            notes: ["Blue: better than the baseline beyond the noise. Orange: worse. Grey: no difference was found."],
            panels: [chart])
    }

    /// How five policies fare as load, cluster, variation and estimates change; nil where nothing was varied.
    var levels: ChartPage? {
        let panels = Factor.allCases.compactMap { panel($0) }
        guard !panels.isEmpty else { return nil }
        return ChartPage(
            title: "What changes the ratio to \(baseline)",
            notes: ["Geometric means over \(varied.count) workloads; every factor is varied alone."],
            panels: panels)
    }

    /// The same workloads at every level, or the centre would stand for others than its neighbours.
    private var varied: [String] { report.workloads.filter(BenchSuite.varied.contains) }

    private var baseline: String { report.overall().first?.name ?? "" }

    private enum Factor: String, CaseIterable {
        case load = "Load"
        case workers = "Workers of 16 cores"
        case spread = "Variation of durations"
        case error = "Error of estimates"

        func level(_ regime: BenchSuite.Regime) -> String {
            switch self {
            case .load: "\(Figures.decimals(regime.load, 1))"
            case .workers: "\(regime.workers)"
            case .spread: regime.spread
            case .error: "factor \(Figures.number(regime.estimateError))"
            }
        }

        var levels: [String] {
            switch self {
            case .load: BenchSuite.loads.map { Figures.decimals($0, 1) }
            case .workers: BenchSuite.workers.map { "\($0)" }
            case .spread: BenchSuite.spreads
            case .error: BenchSuite.errors.map { "factor \(Figures.number($0))" }
            }
        }

        /// All else is as in the centre.
        func isVariedAlone(_ regime: BenchSuite.Regime) -> Bool {
            let centre = BenchSuite.Regime(workload: regime.workload)
            var same = regime
            switch self {
            case .load: same.load = centre.load
            case .workers: same.workers = centre.workers
            case .spread: same.spread = centre.spread
            case .error: same.estimateError = centre.estimateError
            }
            return same == centre
        }
    }

    /// The best six that are told no more than the others.
    private var shown: [String] {
        report.overall().filter { !$0.name.contains(":") }.sorted { $0.ratio.value < $1.ratio.value }.prefix(6).map(
            \.name)
    }

    private func panel(_ factor: Factor) -> LevelChart? {
        let levels = factor.levels.map { level in
            report.overall { varied.contains($0.workload) && factor.isVariedAlone($0) && factor.level($0) == level }
        }
        guard levels.allSatisfy({ !$0.isEmpty }) else { return nil }
        let lines = shown.map { name in
            (name: name, ratios: levels.compactMap { level in level.first { $0.name == name }?.ratio })
        }
        return LevelChart(title: factor.rawValue, levels: factor.levels, lines: lines)
    }
}
