import BatonCore
import BatonFormats
import BatonPlanner
import BatonSimulator

/// What `baton train` prints: the table that decides, and what became of the new network.
struct TrainingView {
    let outcome: TrainingSession.Outcome
    /// What happened to it: where it is, and whether it is used.
    let result: String
    let isUsed: Bool

    func text(for terminal: Terminal) -> String {
        var table = Table([
            .init(title: "FOR"), .init(title: "PROBLEMS", isNumeric: true), .init(title: "OVER NO NETWORK"),
            .init(title: "OVER THE PRESENT ONE"), .init(title: "PAYS"),
        ])
        for row in outcome.validation.rows {
            table.append([
                StyledLine(Self.title(row.use)), StyledLine("\(row.count)"), StyledLine(Self.text(row.overNone)),
                StyledLine(row.overPresent.map(Self.text) ?? "-"), StyledLine(row.pays ? "yes" : "no"),
            ])
        }
        let speed = Figures.number(outcome.decisionsPerSecond)
        let notes = [
            "Ratios of times, with 95 % intervals over paired problems: below 1 the new network is better.",
            "Trained for \(DurationText.format(.seconds(Int64(outcome.trainingSeconds)))): \(rounds); "
                + "\(speed) decisions a second.",
            result,
        ]
        return ([table.rendered(for: terminal), ""] + notes).joined(separator: "\n")
    }

    var json: Value {
        .object([
            "validation": .list(
                outcome.validation.rows.map { row in
                    .object([
                        "use": .string(row.use.rawValue), "problems": .number(row.count),
                        "over_none": Self.json(row.overNone), "over_present": row.overPresent.map(Self.json),
                        "pays": .boolean(row.pays),
                    ])
                }),
            "rounds": .object([
                "rule": .number(outcome.done.rule), "imitation": .number(outcome.done.imitation),
                "reinforcement": .number(outcome.done.reinforcement),
            ]),
            "training_seconds": .number(outcome.trainingSeconds),
            "decisions_per_second": .number(outcome.decisionsPerSecond),
            "interrupted": .boolean(outcome.wasInterrupted), "used": .boolean(isUsed), "result": .string(result),
            "network": .object([
                "seed": .string("\(outcome.network.origin.seed)"), "data": .string(outcome.network.origin.data),
                "program": .string(outcome.network.origin.program), "weights": .number(outcome.network.weightCount),
            ]),
        ])
    }

    private var rounds: String {
        let done = outcome.done
        return
            "\(done.rule) rounds of rule search, \(done.imitation) of imitation, \(done.reinforcement) of reinforcement"
    }

    private static func title(_ use: SchedulingNetwork.Use) -> String {
        switch use {
        case .plans: "plans, makespan"
        case .sharing: "runs that share, mean completion"
        }
    }

    private static func text(_ ratio: Standing.Ratio) -> String {
        func digits(_ value: Double) -> String { Figures.decimals(value, 4) }
        return "\(digits(ratio.value)) [\(digits(ratio.interval.low)), \(digits(ratio.interval.high))]"
    }

    private static func json(_ ratio: Standing.Ratio) -> Value {
        .object([
            "ratio": .number(ratio.value), "ci95": .list([.number(ratio.interval.low), .number(ratio.interval.high)]),
        ])
    }
}
