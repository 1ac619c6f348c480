import BatonSimulator

extension KeptPromise {
    /// What was promised and what came, with figures: `promised 34 % less time [20, 43]; 3 runs took 2 % more`.
    public var sentence: String { "promised \(promisedWords); \(cameWords)" }

    /// `34 % less time [20, 43]`.
    public var promisedWords: String {
        Self.list(shown.map { Self.promised($0.measure.promised, $0.noun) })
    }

    /// `3 runs took 2 % more`.
    public var cameWords: String {
        guard runsBefore > 0 else { return "there is no earlier run to compare with" }
        guard runsAfter > 0 else { return "no run to compare with it yet" }
        let parts = shown.map { Self.change($0.measure.came, shown.count > 1 ? " \($0.noun)" : "") }
        return (runsAfter == 1 ? "1 run took " : "\(runsAfter) runs took ") + Self.list(parts)
    }

    /// What something was promised of, and what became worse without that.
    private var shown: [(measure: Measure, noun: String)] {
        let all = [(measure: time, noun: "time"), (measure: memoryHours, noun: "memory-hours")]
        let shown = all.filter { !$0.measure.promised.isNothing || runsAfter >= Self.leastRuns && $0.measure.isBroken }
        return shown.isEmpty ? [all[0]] : shown
    }

    private static func promised(_ gain: Gain, _ noun: String) -> String {
        if gain.isNothing { return "no more \(noun)" }
        // An interval of what becomes more is told in shares of more.
        let sign: Double = gain.mean < 0 ? -1 : 1
        let ends = [gain.interval.low * sign, gain.interval.high * sign].sorted().map { figure($0 * 100) }
        return "\(change(gain.mean, " \(noun)")) [\(ends[0]), \(ends[1])]"
    }

    private static func change(_ gain: Double, _ noun: String) -> String {
        let figure = figure(abs(gain) * 100)
        if figure == "0" { return "as much\(noun)" }
        return "\(figure) % \(gain > 0 ? "less" : "more")\(noun)"
    }

    /// Two digits that count: `34`, `2`, `0.4`.
    private static func figure(_ percent: Double) -> String {
        let tenths = Int((min(max(percent, -1e9), 1e9) * 10).rounded())
        if abs(tenths) >= 100 || tenths % 10 == 0 { return "\(Int((Double(tenths) / 10).rounded()))" }
        return "\(tenths < 0 ? "-" : "")\(abs(tenths) / 10).\(abs(tenths) % 10)"
    }

    private static func list(_ parts: [String]) -> String { parts.joined(separator: " and ") }
}
