import BatonCore
import BatonFormats
import BatonStore

/// The kept models, one a line.
struct ModelList: TextAndJSON {
    let models: [ModelSummary]
    let now: Instant

    var json: Value { .list(models.map(ModelDetail.json)) }

    func text(for terminal: Terminal) -> String {
        var table = Table([
            .init(title: "MODEL", isNumeric: true), .init(title: "STATE"), .init(title: "FITTED"),
            .init(title: "ATTEMPTS", isNumeric: true), .init(title: "TIME OFF", isNumeric: true),
            .init(title: "MEMORY OFF", isNumeric: true), .init(title: "CPU OFF", isNumeric: true),
            .init(title: "VERSION"),
        ])
        for model in models {
            let errors = ["duration", "memory", "cpu"].map { name in
                model.scores.first { $0.target == name }.map { ModelDetail.percent($0.medianAPE) } ?? "-"
            }
            table.append(
                [
                    StyledLine("\(model.id)"), StyledLine(model.state.words, model.state.ink),
                    StyledLine(TimeText.ago(model.fitted, now: now), .faint), StyledLine("\(model.data.attempts)"),
                ] + errors.map { StyledLine($0) } + [StyledLine(model.version)])
        }
        return table.rendered(for: terminal)
    }
}

/// One model: what it was fitted to and how good it was.
struct ModelDetail: TextAndJSON {
    let model: ModelSummary
    let sizeBytes: Int
    let now: Instant

    var json: Value {
        guard case .map(let entries) = Self.json(model) else { return .null }
        return .map(entries + [.init(key: "size_bytes", value: .number(sizeBytes))])
    }

    static func json(_ model: ModelSummary) -> Value {
        .object([
            "id": .number(model.id), "kind": .string(model.kind), "version": .string(model.version),
            "state": .string(model.state.rawValue), "reason": model.reason.map { .string($0) },
            "fitted": .time(model.fitted),
            "data": .object([
                "from": model.data.from.map { .time($0) }, "to": model.data.to.map { .time($0) },
                "attempts": .number(model.data.attempts),
                "flaws": .map(model.data.flaws.map { Value.Entry(key: $0.name, value: .number($0.count)) }),
            ]),
            "scores": .map(
                model.scores.map { score in
                    Value.Entry(
                        key: score.target,
                        value: .object([
                            "count": .number(score.count), "one_minus_mape": .number(rounded(score.oneMinusMAPE)),
                            "median_ape": .number(rounded(score.medianAPE)),
                            "coverage_p90": .number(rounded(score.coverageP90)),
                        ]))
                }),
        ])
    }

    func text(for terminal: Terminal) -> String {
        var lines = ["Model \(model.id) is \(model.state.phrase)" + (model.reason.map { ": \($0)." } ?? ".")]
        lines.append(
            "Fitted \(TimeText.ago(model.fitted, now: now)) to \(Sentence.count(model.data.attempts, "attempt"))"
                + (model.data.from.flatMap { from in
                    model.data.to.map { ", which ended from \(from.rfc3339) to \($0.rfc3339)" }
                } ?? "") + "; \(ByteCount.format(Int64(sizeBytes))), \(model.version).")
        if !model.data.flaws.isEmpty {
            let flaws = model.data.flaws.map { "\($0.count) \($0.words)" }
            lines.append("Taught nothing or not all: \(Sentence.list(flaws, limit: 8)).")
        }
        guard !model.scores.isEmpty else {
            return (lines + ["There was nothing to judge it by."]).joined(separator: "\n")
        }
        var table = Table([
            .init(title: "on the last day"), .init(title: "attempts", isNumeric: true),
            .init(title: "1-MAPE", isNumeric: true), .init(title: "median APE", isNumeric: true),
            .init(title: "p90 covers", isNumeric: true),
        ])
        for score in model.scores {
            let figures = [score.oneMinusMAPE, score.medianAPE, score.coverageP90].map(Self.percent)
            table.append(([score.target, "\(score.count)"] + figures).map { StyledLine($0) })
        }
        return (lines + ["", table.rendered(for: terminal)]).joined(separator: "\n")
    }

    static func percent(_ share: Double) -> String {
        let tenths = Int((abs(share) * 1_000).rounded())
        return "\(share < 0 && tenths > 0 ? "-" : "")\(tenths / 10).\(tenths % 10) %"
    }

    private static func rounded(_ value: Double) -> Double { (value * 1e6).rounded() / 1e6 }
}

extension ModelSummary.State {
    var words: String {
        switch self {
        case .current: "current"
        case .previous: "previous"
        case .rolledBack: "rolled back"
        }
    }

    /// As the end of a sentence.
    fileprivate var phrase: String {
        switch self {
        case .current: "in use"
        case .previous: "a previous one"
        case .rolledBack: "rolled back"
        }
    }

    var ink: Ink {
        switch self {
        case .current: .good
        case .previous: .plain
        case .rolledBack: .warning
        }
    }
}

extension ModelSummary.Flaw {
    fileprivate var words: String {
        switch name {
        case "clock_steps": "with a clock that was set back"
        case let name where name.hasPrefix("without_"): "without \(name.dropFirst(8))"
        default: name
        }
    }
}
