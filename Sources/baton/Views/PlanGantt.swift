import BatonCore

/// A plan as bars over time: when each task runs, how late it may be, and which tasks make the length.
struct PlanGantt {
    let plan: Plan
    let outlook: PlanOutlook

    /// More are a wall of text.
    private static let shown = 40
    private static let longestName = 24

    func lines(for terminal: Terminal) -> [String] {
        let entries = plan.forecast.entries
        guard entries.count > 1, plan.makespan > .zero else { return [] }
        let signs = Signs(isPlain: !(terminal.isInteractive && terminal.hasUnicode))
        let names = entries.prefix(Self.shown).map { name(of: $0, terminal) }
        let widest = names.map { StyledLine($0).width }.max() ?? 0
        let room = max(10, min(terminal.width, 120) - widest - 3)
        let critical = Set(plan.forecast.criticalChain)
        var lines: [String] = []
        for (place, name) in names.enumerated() {
            let padding = String(repeating: " ", count: widest - StyledLine(name).width)
            lines.append(" \(name)\(padding)  " + bar(place, critical.contains(place), room, signs))
        }
        if entries.count > Self.shown { lines.append(" and \(entries.count - Self.shown) more") }
        lines.append(" \(signs.critical) makes the length  \(signs.other) other  \(signs.slack) may be late by so much")
        return lines
    }

    private struct Signs {
        let critical, other, slack: String

        init(isPlain: Bool) {
            (critical, other, slack) = isPlain ? ("#", "=", ".") : ("█", "▒", "·")
        }
    }

    private func name(of entry: Forecast.Entry, _ terminal: Terminal) -> String {
        let name = plan.instances[entry.task].name
        return name.count <= Self.longestName
            ? name : name.prefix(Self.longestName - terminal.ellipsis.count) + terminal.ellipsis
    }

    private func bar(_ place: Int, _ isCritical: Bool, _ room: Int, _ signs: Signs) -> String {
        let entry = plan.forecast.entries[place]
        func column(_ time: Duration) -> Int { Int((time / plan.makespan * Double(room)).rounded()) }
        let start = min(column(Instant.zero.duration(to: entry.start)), room - 1)
        let end = max(start + 1, column(Instant.zero.duration(to: entry.end)))
        let late = column(Instant.zero.duration(to: entry.end) + outlook.slack[place])
        return String(repeating: " ", count: start)
            + String(repeating: isCritical ? signs.critical : signs.other, count: end - start)
            + String(repeating: signs.slack, count: max(0, late - end))
    }
}
