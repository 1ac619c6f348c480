import BatonCore
import BatonFormats
import BatonPrediction

/// How predictions did on traces: as the history of one user, and each trace by itself, from an empty memory.
struct EvaluationView: TextAndJSON {
    private let targets: [Target]
    private let features: Backtest.Features
    private let traces: [Trace]
    private let byCompletion: Backtest
    private let bySubmission: Backtest
    private let alone: [Backtest]

    init(
        traces: [Trace], targets: [Target], features: Backtest.Features, without silent: Set<Member>,
        with extra: Set<Member>
    ) {
        self.traces = traces
        self.targets = targets
        self.features = features
        func test(_ trace: Trace, _ order: Backtest.Order) -> Backtest {
            Backtest(trace, targets: targets, order: order, features: features, without: silent, with: extra)
        }
        let history = Trace.joined(traces)
        byCompletion = test(history, .completion)
        bySubmission = test(history, .submission)
        alone = traces.count == 1 ? [byCompletion] : traces.map { test($0, .completion) }
    }

    // MARK: JSON

    var json: Value {
        var entries: [Value.Entry] = []
        for target in targets {
            entries.append(.init(key: target.name, value: .map(summary(target, [byCompletion]) + otherwise(target))))
        }
        entries.append(.init(key: "features", value: .string(features.rawValue)))
        entries.append(.init(key: "left_out", value: flaws))
        entries.append(
            .init(
                key: "traces",
                value: .list(
                    traces.indices.map { place in
                        var inside: [Value.Entry] = [.init(key: "name", value: .string(traces[place].name))]
                        for target in targets {
                            inside.append(.init(key: target.name, value: .map(summary(target, [alone[place]]))))
                        }
                        return .map(inside)
                    })))
        return .map(entries)
    }

    private func summary(_ target: Target, _ tests: [Backtest]) -> [Value.Entry] {
        let outcomes = tests.flatMap { $0.outcomes[target] ?? [] }
        var entries = Self.entries(Scores(outcomes))
        entries.append(.init(key: "cold_start", value: .map(Self.entries(Scores(outcomes.filter(\.isCold))))))
        entries.append(
            .init(key: "unmeasured", value: .number(tests.reduce(0) { $0 + ($1.unmeasured[target] ?? 0) })))
        entries.append(.init(key: "sizing", value: Self.sizing(tests)))
        return entries
    }

    /// The same figures where less is known.
    private func otherwise(_ target: Target) -> [Value.Entry] {
        [
            .init(key: "by_submission", value: .map(summary(target, [bySubmission]))),
            .init(key: "each_alone", value: .map(summary(target, alone))),
        ]
    }

    private static func entries(_ scores: Scores) -> [Value.Entry] {
        func figure(_ value: Double) -> Value {
            scores.count == 0 ? .null : .number((value * 1e6).rounded() / 1e6)
        }
        return [
            .init(key: "count", value: .number(scores.count)),
            .init(key: "one_minus_mape", value: figure(scores.oneMinusMAPE)),
            .init(key: "median_ape", value: figure(scores.medianAPE)),
            .init(key: "within_15_percent", value: figure(scores.within15Percent)),
            .init(key: "mean_min_over_max", value: figure(scores.meanMinOverMax)),
            .init(key: "coverage_p90", value: figure(scores.coverageP90)),
            .init(key: "pinball_p50", value: figure(scores.pinballP50)),
            .init(key: "pinball_p90", value: figure(scores.pinballP90)),
        ]
    }

    private static func sizing(_ tests: [Backtest]) -> Value {
        func score(_ score: SizingScore) -> [Value.Entry] {
            [
                .init(
                    key: "wasted_gb_hours", value: .number((score.wastedGigabyteHours * 1e6).rounded() / 1e6)),
                .init(key: "killed_percent", value: .number((score.killedPercent * 1e4).rounded() / 1e4)),
            ]
        }
        var baselines: [Value.Entry] = []
        for (baseline, sum) in Self.baselines(tests) {
            baselines.append(.init(key: baseline.rawValue, value: .map(score(sum))))
        }
        var entries = score(tests.reduce(SizingScore()) { $0 + $1.sizing })
        entries.append(.init(key: "baselines", value: .map(baselines)))
        return .map(entries)
    }

    private static func baselines(_ tests: [Backtest]) -> [(SizingBaseline, SizingScore)] {
        SizingBaseline.allCases.compactMap { baseline in
            let scores = tests.compactMap { $0.baselines[baseline] }
            return scores.isEmpty ? nil : (baseline, scores.reduce(SizingScore(), +))
        }
    }

    private var flaws: Value {
        let sum = traces.reduce(Trace.Flaws()) { $0 + $1.flaws }
        return .object([
            "unsuccessful": .number(sum.unsuccessful), "damaged": .number(sum.damaged),
            "clock_steps": .number(sum.clockSteps),
        ])
    }

    // MARK: Text

    func text(for terminal: Terminal) -> String {
        var table = Table([
            .init(title: ""), .init(title: "tasks", isNumeric: true), .init(title: "1-MAPE", isNumeric: true),
            .init(title: "median APE", isNumeric: true), .init(title: "within 15 %", isNumeric: true),
            .init(title: "min/max", isNumeric: true), .init(title: "p90 covers", isNumeric: true),
        ])
        for target in targets {
            add(target.name, [byCompletion], target, { _ in true }, to: &table)
            add("  first of their kind", [byCompletion], target, \.isCold, to: &table)
            add("  as known at submission", [bySubmission], target, { _ in true }, to: &table)
            if traces.count > 1 { add("  each trace alone", alone, target, { _ in true }, to: &table) }
        }
        var sizes = Table([
            .init(title: "memory requests"), .init(title: "wasted GBh", isNumeric: true),
            .init(title: "killed", isNumeric: true),
        ])
        let baselines = Self.baselines([byCompletion]).map { ($0.0.rawValue, $0.1) }
        for (name, score) in [("baton", byCompletion.sizing)] + baselines {
            sizes.append(
                [name, Self.digits(score.wastedGigabyteHours, 1), "\(Self.digits(score.killedPercent, 2)) %"]
                    .map { StyledLine($0) })
        }
        let sum = traces.reduce(Trace.Flaws()) { $0 + $1.flaws }
        let unmeasured = targets.map { target in
            "\(byCompletion.unmeasured[target] ?? 0) without \(target.name)"
        }
        let flaws = """
            \(Sentence.count(traces.count, "trace")); left out: \(sum.unsuccessful) unsuccessful, \(sum.damaged) damaged, \
            \(unmeasured.joined(separator: ", ")); \(sum.clockSteps) with stamps that go back.
            """
        return [table.rendered(for: terminal), sizes.rendered(for: terminal), flaws].joined(separator: "\n\n")
    }

    private func add(
        _ name: String, _ tests: [Backtest], _ target: Target, _ isWanted: (Scores.Outcome) -> Bool,
        to table: inout Table
    ) {
        let scores = Scores(tests.flatMap { $0.outcomes[target] ?? [] }.filter(isWanted))
        func percent(_ share: Double) -> String { scores.count == 0 ? "-" : "\(Self.digits(100 * share, 1)) %" }
        let cells = [
            name, "\(scores.count)", percent(scores.oneMinusMAPE), percent(scores.medianAPE),
            percent(scores.within15Percent), percent(scores.meanMinOverMax), percent(scores.coverageP90),
        ]
        table.append(cells.map { StyledLine($0) })
    }

    private static func digits(_ number: Double, _ count: Int) -> String {
        let scale = count == 1 ? 10.0 : 100.0
        let scaled = Int64((number * scale).rounded())
        let fraction = String(abs(scaled) % Int64(scale))
        let padding = String(repeating: "0", count: count - fraction.count)
        return "\(scaled < 0 ? "-" : "")\(abs(scaled) / Int64(scale)).\(padding)\(fraction)"
    }
}
