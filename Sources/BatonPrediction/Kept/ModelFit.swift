/// A predictor fitted to all that was measured, and judged on the newest day beside the one in use.
///
/// Strictly causal: each attempt of that day is predicted from those that ended before it, and then learned from. The
/// one in use is judged on what it had not seen when it was fitted, and learns meanwhile as it does in a run.
public struct ModelFit: Sendable {
    /// Fitted to all rows.
    public private(set) var predictor = Predictor()
    /// On the attempts of the last day.
    public private(set) var scores: [Target: Scores] = [:]
    /// Of both, on the attempts that the one in use had not seen; nil where there are fewer than twenty.
    public private(set) var comparison: Comparison?

    public struct Comparison: Hashable, Sendable {
        /// Mean over the targets of 1 less the smaller over the larger of predicted and measured.
        public var error: Double
        public var errorOfCurrent: Double
        public var attempts: Int

        /// By more than chance makes of two that are alike.
        public var isWorse: Bool { error > errorOfCurrent * 1.02 + 0.002 }
    }

    /// A predictor in use, and the end of the last attempt that it was fitted to, on the clock of the trace.
    public struct Current: Sendable {
        public var predictor: Predictor
        public var through: Double

        public init(predictor: Predictor, through: Double) {
            self.predictor = predictor
            self.through = through
        }
    }

    private static let day = 86_400.0
    /// Rows that are predicted: more say little more, and each takes a millisecond.
    private static let mostJudged = 1_000
    private static let leastCompared = 20

    /// - Parameters:
    ///   - trace: by completion.
    ///   - mayGoOn: asked every few milliseconds.
    /// - Returns: nil when it might not go on.
    public init?(_ trace: Trace, beside current: Current? = nil, while mayGoOn: () -> Bool = { true }) {
        let rows = trace.rows
        let last = rows.last?.completedAt ?? 0
        let window = max(
            rows.count - Self.mostJudged,
            rows.firstIndex { ($0.completedAt ?? 0) > last - Self.day } ?? rows.count)
        guard learn(rows[..<max(window, 0)], while: mayGoOn) else { return nil }
        guard judge(rows[max(window, 0)...], beside: current, all: rows, while: mayGoOn) else { return nil }
        predictor.forgetUnusedSamples()
    }

    /// Members are judged by as many attempts of each signature as the predictor remembers; older ones have no say in it.
    private mutating func learn(_ rows: ArraySlice<Trace.Row>, while mayGoOn: () -> Bool) -> Bool {
        var newer: [String: Int] = [:]
        var isJudged = Array(repeating: false, count: rows.count)
        var left = 10 * Self.mostJudged
        for place in rows.indices.reversed() {
            let count = newer[rows[place].profile.signature, default: 0]
            guard left > 0, count < Predictor.rowLimit else { continue }
            newer[rows[place].profile.signature] = count + 1
            isJudged[place] = true
            left -= 1
        }
        for (place, row) in zip(rows.indices, rows) {
            if place % 16 == 0 || isJudged[place], !mayGoOn() { return false }
            predictor.observe(row.measurement, of: row.profile, predictions: isJudged[place] ? nil : [])
        }
        return true
    }

    private mutating func judge(
        _ rows: ArraySlice<Trace.Row>, beside current: Current?, all: [Trace.Row], while mayGoOn: () -> Bool
    ) -> Bool {
        var current = current
        if let known = current {
            for row in all[..<rows.startIndex] where (row.completedAt ?? 0) > known.through {
                current?.predictor.observe(row.measurement, of: row.profile, predictions: [])
            }
        }
        var outcomes: [Target: [Scores.Outcome]] = [:]
        var shared: (own: [Target: [Scores.Outcome]], current: [Target: [Scores.Outcome]]) = ([:], [:])
        var sharedCount = 0
        for row in rows {
            guard mayGoOn() else { return false }
            let predictions = predictor.predict(row.profile, Target.allCases)
            Self.record(predictions, row, in: &outcomes)
            if let known = current, (row.completedAt ?? 0) > known.through {
                let others = known.predictor.predict(row.profile, Target.allCases)
                Self.record(predictions, row, in: &shared.own)
                Self.record(others, row, in: &shared.current)
                current?.predictor.observe(row.measurement, of: row.profile, predictions: others)
                sharedCount += 1
            }
            predictor.observe(row.measurement, of: row.profile, predictions: predictions)
        }
        scores = outcomes.mapValues(Scores.init)
        if sharedCount >= Self.leastCompared {
            comparison = Comparison(
                error: Self.error(shared.own), errorOfCurrent: Self.error(shared.current), attempts: sharedCount)
        }
        return true
    }

    private static func record(
        _ predictions: [Prediction], _ row: Trace.Row, in outcomes: inout [Target: [Scores.Outcome]]
    ) {
        for prediction in predictions {
            guard let measured = row.measurement[prediction.target] else { continue }
            outcomes[prediction.target, default: []].append(
                Scores.Outcome(
                    point: prediction.point, p50: prediction.p50, p90: prediction.p90, measured: measured,
                    isCold: prediction.basis != .signature))
        }
    }

    private static func error(_ outcomes: [Target: [Scores.Outcome]]) -> Double {
        let errors = Target.allCases.compactMap { outcomes[$0].map { 1 - Scores($0).meanMinOverMax } }
        return errors.isEmpty ? 0 : errors.reduce(0, +) / Double(errors.count)
    }
}
