import BatonCore
import BatonFormats
import BatonSimulator

extension CapacityAnswer: TextAndJSON {
    // MARK: Text

    func text(for terminal: Terminal) -> String {
        var parts = [verdict + "\n" + basis, tried(terminal)]
        if let prices { parts += [money(prices), frontier(prices, terminal)] }
        return parts.joined(separator: "\n\n")
    }

    private var verdict: String {
        let kind = "of \(Sentence.resources(kind.capacity))"
        guard let count = plan.count else {
            let tried = plan.tried[plan.tried.count - 1]
            return
                "Even \(tried.count) workers \(kind) do not keep it: \(Figures.percent(tried.risk.share * 100)) \(late)."
        }
        return "\(Sentence.count(count, "worker")) \(kind): at most \(Figures.percent(target.risk * 100)) \(late)."
    }

    private var late: String { "of \(noun)s \(verb)" }

    /// What breaks the promise: `tasks that wait longer than 10m`.
    var broken: String { "\(noun)s that \(verb)" }

    private var noun: String {
        switch target.promise {
        case .wait: "task"
        case .completion: "run"
        }
    }

    private var verb: String {
        switch target.promise {
        case .wait(let most): "wait longer than \(DurationText.format(most))"
        case .completion(let most): "take longer than \(DurationText.format(most))"
        }
    }

    private var basis: String {
        "Simulated: \(Sentence.count(futures, "future")) of \(LoadOutlook.length(horizonSeconds)), "
            + "\(Sentence.count(count, noun)) in all, from an empty cluster."
    }

    private func tried(_ terminal: Terminal) -> String {
        var table = Table([
            .init(title: "workers", isNumeric: true), .init(title: "risk", isNumeric: true), .init(title: ""),
        ])
        for trial in plan.tried {
            let isEnough = trial.count == plan.count
            table.append([
                StyledLine("\(trial.count)", isEnough ? .strong : .plain),
                StyledLine(Figures.percent(trial.risk.share * 100)), StyledLine(isEnough ? "enough" : "", .faint),
            ])
        }
        return table.rendered(for: terminal)
    }

    private func money(_ prices: Prices) -> String {
        guard let cheapest = prices.cheapest else {
            return "No mix of the workers that could be had keeps it. Raise their 'most', or allow more risk."
        }
        var text = "Cheapest: \(describe(cheapest, prices)) (\(Sentence.count(prices.tried, "cluster")) simulated)."
        if let today = prices.today {
            text += "\nToday: \(describe(today, prices))."
            let keeps = today.risk.share <= target.risk
            if today.costPerHour > 0, cheapest.costPerHour < today.costPerHour {
                let saving = 1 - cheapest.costPerHour / today.costPerHour
                text += " The cheapest saves \(Figures.percent(saving * 100))."
            } else if !keeps {
                text += " That does not keep it."
            } else {
                text += " Nothing to save."
            }
        } else {
            text += "\nThe file counts no worker as there today ('count'), so no saving is shown."
        }
        return text
    }

    private func describe(_ mix: CheapestMix.Mix, _ prices: Prices) -> String {
        "\(Self.mix(mix.counts, prices.kinds)), \(Figures.decimals(mix.costPerHour, 2)) an hour, "
            + "risk \(Figures.percent(mix.risk.share * 100))"
    }

    /// `2 large and 3 small`.
    static func mix(_ counts: [Int], _ kinds: [PricedMachine]) -> String {
        let parts = zip(counts, kinds).filter { $0.0 > 0 }.map { "\($0.0) \($0.1.machine.kind)" }
        return parts.isEmpty ? "nothing" : Sentence.list(parts)
    }

    private func frontier(_ prices: Prices, _ terminal: Terminal) -> String {
        var table = Table([
            .init(title: "at most", isNumeric: true), .init(title: "an hour", isNumeric: true),
            .init(title: "risk", isNumeric: true), .init(title: "cheapest"),
        ])
        for (risk, mix) in prices.frontier {
            table.append([
                StyledLine(Figures.percent(risk * 100)), StyledLine(Figures.decimals(mix.costPerHour, 2)),
                StyledLine(Figures.percent(mix.risk.share * 100)), StyledLine(Self.mix(mix.counts, prices.kinds)),
            ])
        }
        return table.rendered(for: terminal)
    }

    // MARK: JSON

    var json: Value { .map(entries) }

    var entries: [Value.Entry] {
        var entries = [
            Value.Entry(
                key: "capacity",
                value: .object([
                    "broken_by": .string(broken), "risk": .number(target.risk), "futures": .number(futures),
                    "simulated": .number(count), "worker": .resources(kind.capacity),
                    "workers": plan.count.map { .number($0) } ?? .null,
                    "tried": .list(
                        plan.tried.map {
                            .object(["workers": .number($0.count), "risk": .number($0.risk.share)])
                        }),
                ]))
        ]
        if let prices {
            entries.append(
                .init(
                    key: "cost",
                    value: .object([
                        "cheapest": prices.cheapest.map { Self.json($0, prices.kinds) } ?? .null,
                        "today": prices.today.map { Self.json($0, prices.kinds) },
                        "clusters_simulated": .number(prices.tried),
                        "by_risk": .list(
                            prices.frontier.map { risk, mix in
                                .object(["at_most": .number(risk), "cheapest": Self.json(mix, prices.kinds)])
                            }),
                    ])))
        }
        return entries
    }

    private static func json(_ mix: CheapestMix.Mix, _ kinds: [PricedMachine]) -> Value {
        .object([
            "workers": .map(
                zip(kinds, mix.counts).map { .init(key: $0.machine.kind, value: .number($1)) }),
            "cost_per_hour": .number((mix.costPerHour * 1e6).rounded() / 1e6), "risk": .number(mix.risk.share),
        ])
    }
}
