/// How good predictions were: all the figures that are usual, for each flatters something else.
public struct Scores: Hashable, Sendable {
    public var count = 0
    /// 1 less the mean of `|predicted - measured| / measured`; one gross error can make it negative.
    public var oneMinusMAPE = 0.0
    public var medianAPE = 0.0
    /// Share of predictions at most 15 % off.
    public var within15Percent = 0.0
    /// Mean of the smaller over the larger of predicted and measured.
    public var meanMinOverMax = 0.0
    /// Mean quantile losses relative to what was measured.
    public var pinballP50 = 0.0
    public var pinballP90 = 0.0
    /// Share of measurements at or below the 90 % quantile.
    public var coverageP90 = 0.0

    /// A prediction and what came of it.
    public struct Outcome: Hashable, Sendable {
        public var point: Double
        public var p50: Double
        public var p90: Double
        public var measured: Double
        public var isCold: Bool

        public init(point: Double, p50: Double, p90: Double, measured: Double, isCold: Bool) {
            self.point = point
            self.p50 = p50
            self.p90 = p90
            self.measured = measured
            self.isCold = isCold
        }
    }

    public init(_ outcomes: [Outcome]) {
        count = outcomes.count
        guard count > 0 else { return }
        var errors: [Double] = []
        for outcome in outcomes {
            let measured = outcome.measured
            errors.append(abs(outcome.point - measured) / measured)
            meanMinOverMax += min(outcome.point, measured) / max(outcome.point, measured)
            pinballP50 += Self.pinball(0.5, outcome.p50, measured) / measured
            pinballP90 += Self.pinball(0.9, outcome.p90, measured) / measured
            // Equal to the last digits of a logarithm is equal.
            if measured <= outcome.p90 * (1 + 1e-9) { coverageP90 += 1 }
        }
        let total = Double(count)
        oneMinusMAPE = 1 - errors.reduce(0, +) / total
        within15Percent = Double(errors.count { $0 <= 0.15 }) / total
        meanMinOverMax /= total
        pinballP50 /= total
        pinballP90 /= total
        coverageP90 /= total
        errors.sort()
        medianAPE = (errors[(count - 1) / 2] + errors[count / 2]) / 2
    }

    private static func pinball(_ level: Double, _ predicted: Double, _ measured: Double) -> Double {
        measured > predicted ? level * (measured - predicted) : (1 - level) * (predicted - measured)
    }
}
