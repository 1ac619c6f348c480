import BatonSimulator

/// What a comparison shows and what it does not, in sentences.
struct Findings {
    private let setting: Setting
    private let comparison: Comparison

    init(_ setting: Setting, _ comparison: Comparison) {
        self.setting = setting
        self.comparison = comparison
    }

    private var baseline: Standing { comparison.standings[comparison.baseline] }
    private var best: Standing { comparison.standings[comparison.best] }

    var sentences: [String] {
        [marks, verdict, headroom, troubles].compactMap { $0 }
    }

    private var marks: String {
        guard comparison.trialCount > 1 else {
            return
                "* the least \(least). One trial says nothing about the next: there are no intervals."
        }
        return
            "* the least \(least); ~ can't be told from it. [ ] hold the mean, and the paired ratio to "
            + "\(baseline.name), with 95 % confidence (bootstrap over the \(setting.comparesRuns ? "runs" : "trials"))."
    }

    private var least: String { comparison.objective.phrase }

    private var verdict: String? {
        guard comparison.standings.count > 1 else { return nil }
        if comparison.best == comparison.baseline {
            return "No policy is better than \(baseline.name)."
        }
        let ratio = best.ratioToBaseline
        let change = Figures.percent((1 - ratio.value) * 100)
        if comparison.trialCount == 1 {
            return ratio.value > 0.999
                ? "Policies hardly differ here."
                : "\(best.name) \(comparison.objective.claim(change)) than \(baseline.name)."
        }
        if ratio.interval.high >= 1 {
            return "No policy is better than \(baseline.name) beyond the noise."
        }
        let close = comparison.contendersWithinNoise.map { comparison.standings[$0].name }
        var text = "\(best.name) \(comparison.objective.claim(change)) than \(baseline.name) "
        text +=
            "(between \(Figures.percent((1 - ratio.interval.high) * 100)) and \(Figures.percent((1 - ratio.interval.low) * 100)))"
        if !close.isEmpty {
            text += "; \(Sentence.list(close)) \(close.count == 1 ? "is" : "are") as good within the noise"
        }
        return text + "."
    }

    private var headroom: String? {
        guard comparison.objective == Objective(.completion), let gap = best[.gapToBoundPercent]?.mean else {
            return nil
        }
        if gap < 1 {
            return
                "No headroom here: \(best.name) is within \(Figures.percent(max(gap, 0.1))) of a bound that no policy can beat."
        }
        return
            "At most \(Figures.percent(gap / (100 + gap) * 100)) could still be saved: that is where the lower bound lies, "
            + "which may be out of reach."
    }

    private var troubles: String? {
        let failed = comparison.standings.filter { ($0[.failedJobs]?.mean ?? 0) > 0 }
        guard !failed.isEmpty else { return nil }
        return
            "Jobs failed or did not end under \(Sentence.list(failed.map(\.name))); times are those of the others, so "
            + "compare them with care."
    }
}
