import BatonCore
import BatonFormats
import BatonSimulator
import Foundation

/// All results of `baton bench`, and how they are written down.
struct BenchReport {
    let isQuick: Bool
    let seedCount: Int
    /// What was left out.
    let notes: [String]
    /// Machine, commit and command.
    let provenance: [String]
    var seconds = 0.0
    private(set) var cells: [(regime: BenchSuite.Regime, result: Result)] = []
    private(set) var problems: [(name: String, result: Result)] = []

    struct Result {
        var setting: Setting
        var comparison: Comparison
        /// Among those that are told the same, and the baseline.
        var plain: Comparison
        var times: [DecisionTimes]

        init(_ setting: Setting, _ outcome: ExperimentRunner.Outcome) {
            self.setting = setting
            times = outcome.decisionTimes
            let contenders = setting.experiment.contenders
            comparison = Comparison(
                names: contenders.map(\.name), measurements: outcome.measurements, baseline: setting.baseline)
            let places = contenders.indices.filter { $0 == setting.baseline || contenders[$0].knowledge == .estimates }
            plain = Comparison(
                names: places.map { contenders[$0].name },
                measurements: outcome.measurements.map { trial in places.map { trial[$0] } },
                baseline: places.firstIndex(of: setting.baseline) ?? 0)
        }
    }

    init(isQuick: Bool, seedCount: Int, notes: [String], provenance: [String]) {
        self.isQuick = isQuick
        self.seedCount = seedCount
        self.notes = notes
        self.provenance = provenance
    }

    mutating func add(_ regime: BenchSuite.Regime, _ result: Result) {
        cells.append((regime, result))
    }

    mutating func add(problems name: String, _ result: Result) {
        problems.append((name, result))
    }

    /// - Returns: the path of the Markdown.
    func write(to folder: String, name: String) throws -> String {
        let path = "\(folder)/\(name)"
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            let charts = BenchCharts(self)
            try BenchMarkdown(self).text(name: name).write(toFile: path + ".md", atomically: true, encoding: .utf8)
            try (JSONPrinter.text(of: json) + "\n").write(toFile: path + ".json", atomically: true, encoding: .utf8)
            if let overall = charts.overall {
                try overall.svg.write(toFile: path + ".svg", atomically: true, encoding: .utf8)
            }
            if let levels = charts.levels {
                try levels.svg.write(toFile: path + "-levels.svg", atomically: true, encoding: .utf8)
            }
        } catch {
            throw CommandFailure("the report can't be written to \(folder): \(error.localizedDescription)")
        }
        return path + ".md"
    }

    private var json: Value {
        .object([
            "provenance": .strings(provenance), "seconds": .number((seconds * 10).rounded() / 10),
            "notes": .strings(notes),
            "regimes": .list(
                cells.map { regime, result in
                    .object([
                        "workload": .string(regime.workload), "load": .number(regime.load),
                        "workers": .number(regime.workers), "duration_cv": .string(regime.spread),
                        "estimate_error": .number(regime.estimateError),
                        "memory_declared": .string(regime.isOverDeclared ? "2 to 20 times" : "as it is"),
                        "result": ComparisonJSON(result.setting, result.comparison, result.times).value,
                    ])
                }),
            "problems": .list(
                problems.map { name, result in
                    .object([
                        "set": .string(name),
                        "result": ComparisonJSON(result.setting, result.comparison, result.times).value,
                    ])
                }),
        ])
    }

    // MARK: Over all regimes

    /// One policy over many regimes.
    struct Overall {
        var name: String
        /// Geometric mean of the ratios to the baseline, with an interval over the regimes.
        var ratio: Standing.Ratio
        var worstRatio: Double
        /// Regimes in which it is the best, or can't be told from it.
        var bestOrEqual: Int
        var wins: Int
        var ties: Int
        var losses: Int
        var decisionP99Milliseconds: Double
    }

    /// - Parameter regimes: which ones count.
    func overall(_ regimes: (BenchSuite.Regime) -> Bool = { _ in true }) -> [Overall] {
        let chosen = cells.filter { regimes($0.regime) }.map(\.result)
        guard let first = chosen.first else { return [] }
        return first.comparison.standings.indices.map { place in
            let standings = chosen.map(\.comparison.standings[place])
            let logarithms = standings.map { PortableMath.log(max($0.ratioToBaseline.value, 1e-9)) }
            let interval = Bootstrap().interval(ofMean: logarithms)
            let times = DecisionTimes()
            for result in chosen { times.add(result.times[place]) }
            return Overall(
                name: standings[0].name,
                ratio: Standing.Ratio(
                    value: PortableMath.exp(Sample.mean(logarithms)),
                    interval: Interval(PortableMath.exp(interval.low), PortableMath.exp(interval.high))),
                worstRatio: standings.map(\.ratioToBaseline.value).max() ?? 1,
                bestOrEqual: chosen.count { $0.plain.bestOrEqual.contains(standings[0].name) },
                wins: standings.reduce(0) { $0 + $1.wins }, ties: standings.reduce(0) { $0 + $1.ties },
                losses: standings.reduce(0) { $0 + $1.losses },
                decisionP99Milliseconds: times.all.quantileMilliseconds(0.99))
        }
    }

    var workloads: [String] {
        var names: [String] = []
        for cell in cells where !names.contains(cell.regime.workload) { names.append(cell.regime.workload) }
        return names
    }
}

extension Comparison {
    /// Names of the best, and of those that can't be told from it.
    fileprivate var bestOrEqual: [String] {
        ([best] + contendersWithinNoise).map { standings[$0].name }
    }
}
