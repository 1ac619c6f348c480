/// Predicts each task of a trace from what had been measured before it, in the trace's order.
///
/// Strictly causal: nothing that was not finished is learned from, nothing known only after the run is a feature, and a
/// history begins with an empty memory.
public struct Backtest: Sendable {
    /// What counts as known when a task is predicted.
    public enum Order: String, Hashable, Sendable, CaseIterable {
        /// All that completed before it did, as online evaluations in the literature have it.
        case completion
        /// Only what had completed when it was submitted: siblings submitted together know nothing of each other.
        case submission
    }

    public enum Features: String, Hashable, Sendable, CaseIterable {
        case beforehand
        /// Bytes really read count as the size of the input where that is unknown: a leak, for comparison with papers
        /// that allow it.
        case postHoc = "post-hoc"
    }

    public private(set) var outcomes: [Target: [Scores.Outcome]] = [:]
    public private(set) var unmeasured: [Target: Int] = [:]
    public private(set) var sizing = SizingScore()
    public private(set) var baselines: [SizingBaseline: SizingScore] = [:]

    private var predictor = Predictor()
    private var seen: [String: Int] = [:]
    private var past: [String: [SizingBaseline.Past]] = [:]
    private var largestOfAny = 0.0
    private let targets: [Target]
    private let policy: Sizing
    private var rails = SizingGuard()

    /// - Parameters:
    ///   - silent: members that say nothing, to learn what they are worth.
    ///   - extra: members that take part although they have not earned it.
    public init(
        _ trace: Trace, targets: [Target] = Target.allCases, order: Order = .completion,
        features: Features = .beforehand, sizing policy: Sizing = Sizing(), without silent: Set<Member> = [],
        with extra: Set<Member> = []
    ) {
        self.targets = targets
        self.policy = policy
        predictor.silent = silent.union(Member.unearned.subtracting(extra))
        let rows = trace.rows.map { row in
            var row = row
            if features == .postHoc, row.profile.inputBytes == nil { row.profile.inputBytes = row.readBytes }
            return row
        }
        switch order {
        case .completion:
            for row in rows { learn(row, predict(row)) }
        case .submission: runBySubmission(rows)
        }
    }

    private mutating func runBySubmission(_ rows: [Trace.Row]) {
        let submissions = rows.indices.sorted {
            (rows[$0].submittedAt ?? -.infinity, $0) < (rows[$1].submittedAt ?? -.infinity, $1)
        }
        var predictions = Array(repeating: [Prediction](), count: rows.count)
        var completed = 0
        for place in submissions {
            // Rows are in the order of their completion. One without stamps knows all rows before it.
            while completed < rows.count {
                let isKnown =
                    if let at = rows[place].submittedAt {
                        (rows[completed].completedAt ?? .infinity) <= at && completed != place
                    } else {
                        completed < place
                    }
                guard isKnown else { break }
                learn(rows[completed], predictions[completed])
                completed += 1
            }
            predictions[place] = predict(rows[place])
        }
    }

    private mutating func predict(_ row: Trace.Row) -> [Prediction] {
        let predictions = predictor.predict(row.profile, Target.allCases)
        let known = seen[row.profile.signature] ?? 0
        for prediction in predictions where targets.contains(prediction.target) {
            guard let measured = row.measurement[prediction.target] else {
                unmeasured[prediction.target, default: 0] += 1
                continue
            }
            outcomes[prediction.target, default: []].append(
                Scores.Outcome(
                    point: prediction.point, p50: prediction.p50, p90: prediction.p90, measured: measured,
                    isCold: known == 0))
        }
        size(row, predictions[Target.memory.rawValue])
        return predictions
    }

    private mutating func size(_ row: Trace.Row, _ prediction: Prediction) {
        guard let peak = row.measurement[.memory] else { return }
        let seconds = row.measurement[.duration] ?? 0
        let declared = row.profile.declaredMemoryBytes
        let request = request(row, prediction)
        sizing.run(peak: peak, seconds: seconds, request: request) {
            Sizing.ladder(afterKillAt: $0, prediction, declared: declared)
        }
        let past = past[row.profile.signature] ?? []
        for baseline in SizingBaseline.allCases {
            if baseline == .preset && declared == nil { continue }
            let request =
                baseline.request(past, input: row.profile.inputBytes, declared: declared) ?? declared
                ?? max(largestOfAny, Target.memory.guess)
            baselines[baseline, default: SizingScore()].run(peak: peak, seconds: seconds, request: request) {
                baseline.afterKill(at: $0, past, declared: declared)
            }
        }
    }

    private mutating func guardNext(_ row: Trace.Row, _ prediction: Prediction) {
        guard let peak = row.measurement[.memory] else { return }
        let wanted = request(row, prediction)
        if wanted < peak, prediction.sampleCount > 0 {
            rails.observeKill(
                at: wanted, signature: row.profile.signature, prediction: prediction, wanted: wanted,
                declared: row.profile.declaredMemoryBytes)
        }
        rails.observeSuccess(signature: row.profile.signature)
    }

    /// As an estimator asks for it.
    private func request(_ row: Trace.Row, _ prediction: Prediction) -> Double {
        let declared = row.profile.declaredMemoryBytes
        return rails.request(
            policy.request(prediction, declared: declared), signature: row.profile.signature, prediction: prediction,
            declared: declared)
    }

    private mutating func learn(_ row: Trace.Row, _ predictions: [Prediction]) {
        guardNext(row, predictions[Target.memory.rawValue])
        predictor.observe(row.measurement, of: row.profile, predictions: predictions)
        seen[row.profile.signature, default: 0] += 1
        guard let peak = row.measurement[.memory] else { return }
        past[row.profile.signature, default: []].append(
            SizingBaseline.Past(
                input: row.profile.inputBytes, peak: peak, seconds: row.measurement[.duration] ?? 0))
        largestOfAny = max(largestOfAny, peak)
    }
}
