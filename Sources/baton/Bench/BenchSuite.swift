import BatonCore
import BatonFormats
import BatonSimulator

/// The regimes in which policies are compared: for each workload a centre, and every factor varied around it alone.
///
/// The full product of all levels would be ten times as many and say little more: what matters beside the single factors
/// is whether they matter at all.
struct BenchSuite {
    let isQuick: Bool
    let sources: [JobSource]

    /// The levels of one comparison.
    struct Regime: Hashable {
        var workload: String
        var load = 0.8
        var workers = 20
        var spread = DurationSpread(spread: .logNormal(coefficientOfVariation: 0.5)).description
        var estimateError = 1.0
        /// Kinds of tasks declare 2 to 20 times the memory that the largest of them needs, not just that.
        var isOverDeclared = false

        /// What differs from the centre: `load 1.2`.
        var change: String {
            let centre = Regime(workload: workload)
            var parts: [String] = []
            if load != centre.load { parts.append("load \(Value.number(load).json)") }
            if workers != centre.workers { parts.append("\(workers) workers") }
            if spread != centre.spread { parts.append(spread == "heavy-tail" ? "heavy tail" : "variation \(spread)") }
            if estimateError != centre.estimateError {
                parts.append("estimates off by \(Value.number(estimateError).json)")
            }
            if isOverDeclared { parts.append("memory declared 2 to 20 times") }
            return parts.isEmpty ? "centre" : parts.joined(separator: ", ")
        }
    }

    /// Workloads of which every factor is varied; the others are compared at the centre alone.
    static let varied = ["tpch", "wfinstances", "alibaba2018", "layered", "montage", "map-reduce"]
    static let loads = [0.5, 0.8, 1.0, 1.2]
    static let workers = [5, 20, 100]
    static let spreads = ["0", "0.5", "1", "heavy-tail"]
    static let errors = [1.0, 2.0]

    var seedCount: Int { isQuick ? 5 : 30 }

    var regimes: [Regime] {
        sources.flatMap { source -> [Regime] in
            let centre = Regime(workload: source.title)
            var regimes = [centre]
            if source.isSynthetic { regimes.append(with(centre) { $0.isOverDeclared = true }) }
            if isQuick || !Self.varied.contains(source.title) { return regimes }
            regimes += Self.loads.map { load in with(centre) { $0.load = load } }
            regimes += Self.workers.map { workers in with(centre) { $0.workers = workers } }
            regimes += Self.spreads.map { spread in with(centre) { $0.spread = spread } }
            regimes += Self.errors.map { error in with(centre) { $0.estimateError = error } }
            return regimes.enumerated().filter { regimes.firstIndex(of: $0.element) == $0.offset }.map(\.element)
        }
    }

    private func with(_ regime: Regime, _ change: (inout Regime) -> Void) -> Regime {
        var regime = regime
        change(&regime)
        return regime
    }

    /// Every policy with the same estimates; beside them the baseline, which knows only what is declared, and who knows
    /// more or may grant less memory than was asked for.
    static func contenders() throws -> (contenders: [Contender], baseline: Int) {
        let rows =
            "fifo:declared,all,fifo:sized,srpt-critical-path:sized,critical-path:oracle,srpt-critical-path:oracle"
        return (try ContenderList(argument: rows).contenders(), 0)
    }

    func setting(_ regime: Regime, threads: Int) throws -> Setting {
        guard let source = sources.first(where: { $0.title == regime.workload }) else {
            preconditionFailure("no workload \(regime.workload)")
        }
        let machine = Machine(capacity: Resources(milliCPU: 16_000, memoryBytes: 64_000_000_000))
        let conditions = Conditions(
            machines: Array(repeating: machine, count: regime.workers),
            spread: DurationSpread(argument: regime.spread)?.spread ?? .exact, durationError: regime.estimateError)
        let (contenders, baseline) = try Self.contenders()
        let stream = Setting.Stream(
            source: regime.isOverDeclared ? source.overDeclared : source,
            count: jobCount(source, workers: regime.workers), load: regime.load, pattern: .poisson)
        return try Setting(
            stream, on: conditions, contenders, baseline: baseline, seeds: (1...UInt64(seedCount)).map { $0 },
            threads: threads)
    }

    /// As many jobs as make a few thousand tasks, more on many workers: a cluster that is never full compares nothing.
    private func jobCount(_ source: JobSource, workers: Int) -> Int {
        let sample = source.sample(seed: 1, count: 20)
        let tasks = Double(sample.reduce(0) { $0 + $1.taskCount }) / Double(max(sample.count, 1))
        let wanted = isQuick ? 1_500.0 : workers > 50 ? 6_000.0 : 3_000.0
        return min(max(Int(wanted / tasks), isQuick ? 10 : 20), 200)
    }
}

extension JobSource {
    fileprivate var isSynthetic: Bool {
        switch kind {
        case .synthetic: true
        case .recorded, .problems, .history: false
        }
    }

    /// The same jobs, but declaring as much more memory than they need as people do.
    fileprivate var overDeclared: JobSource {
        guard case .synthetic(let family, let tasks, var parameters) = kind else { return self }
        parameters.overDeclaration = 2...20
        return JobSource(title: title, kind: .synthetic(family, tasks: tasks, parameters))
    }
}
