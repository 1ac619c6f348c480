import BatonCore
import BatonPrediction
import BatonStore

/// The kept model of what tasks take: how it is found in the store, fitted, judged and kept.
struct TaskModel {
    static let kind = "tasks"
    /// Attempts that a model is fitted to, the newest.
    private static let mostAttempts = 200_000
    /// Attempts without which there is nothing to fit.
    static let leastAttempts = 20
    static let oldestAge = Duration.seconds(86_400)

    let store: any Store

    // MARK: Finding

    /// The model in use; nil where there is none that this Baton can read.
    ///
    /// - Parameter complain: told why one can't be used that should be.
    func current(
        _ complain: (String) -> Void = { _ in }
    ) throws(StoreError) -> (summary: ModelSummary, predictor: Predictor)? {
        // After an update of Baton all that were kept are of another version, which is nobody's fault.
        guard let summary = try store.currentModel(of: Self.kind), summary.version == Predictor.version else {
            return nil
        }
        let bytes = try store.bytes(ofModel: summary.id)
        do throws(ModelFault) {
            return (summary, try Predictor(decoding: bytes))
        } catch {
            complain(
                "model \(summary.id) can't be used: \(error). The next refit replaces it; 'baton model fit' does so now"
            )
            return nil
        }
    }

    // MARK: Fitting

    /// True when none is in use, or the newest is too old; also one that was worse and is not in use, for another would
    /// be no better so soon. A millisecond, for no model is read.
    func isOverdue(at now: Instant) throws(StoreError) -> Bool {
        let models = try store.models(of: Self.kind)
        let isInUse = models.contains { $0.state == .current && $0.version == Predictor.version }
        guard isInUse, let newest = models.first else { return try hasAttempts(Self.leastAttempts, after: nil) }
        guard newest.fitted.duration(to: now) >= Settings.current.modelAge else { return false }
        return try hasAttempts(1, after: newest.data.to)
    }

    /// True when another is overdue, the one in use can't be read, or a fifth of what there is came after the newest.
    func isDue(at now: Instant) throws(StoreError) -> Bool {
        if try isOverdue(at: now) { return true }
        guard try current() != nil, let newest = try store.models(of: Self.kind).first else {
            return try hasAttempts(Self.leastAttempts, after: nil)
        }
        return try hasAttempts(max(200, newest.data.attempts / 5), after: newest.data.to)
    }

    /// True when so many attempts have succeeded, among twice as many and a few more that ended: reading has a limit.
    private func hasAttempts(_ count: Int, after: Instant?) throws(StoreError) -> Bool {
        try store.history(after: after, limit: 2 * count + 60).attempts.count >= count
    }

    /// A model that was fitted and judged, but is not kept yet.
    struct Candidate: Sendable {
        var summary: ModelSummary
        var predictor: Predictor
        /// What it was fitted to.
        var history: AttemptHistory
    }

    /// - Returns: nil when it might not go on, or there are too few attempts.
    func fit(at now: Instant, while mayGoOn: () -> Bool = { true }) throws(StoreError) -> Candidate? {
        let history = try store.history(after: nil, limit: Self.mostAttempts)
        guard history.attempts.count >= Self.leastAttempts, mayGoOn() else { return nil }
        let trace = Trace(history, name: "history")
        let kept = try current()
        let beside = kept.map { kept in
            ModelFit.Current(predictor: kept.predictor, through: kept.summary.data.to.map(Trace.seconds) ?? 0)
        }
        guard let fit = ModelFit(trace, beside: beside, while: mayGoOn) else { return nil }
        var summary = ModelSummary(
            kind: Self.kind, version: Predictor.version, fitted: now,
            data: ModelSummary.Source(
                from: history.attempts.first?.completed, to: history.attempts.last?.completed,
                attempts: history.attempts.count, flaws: trace.allFlaws),
            scores: Target.allCases.compactMap { target in fit.scores[target].map { Self.score($0, of: target) } })
        if let kept, let comparison = fit.comparison, comparison.isWorse {
            summary.state = .rolledBack
            summary.reason = """
                on \(comparison.attempts) new attempts its predictions were \(Self.percent(comparison.error)) off, those \
                of model \(kept.summary.id) \(Self.percent(comparison.errorOfCurrent))
                """
        }
        return Candidate(summary: summary, predictor: fit.predictor, history: history)
    }

    /// - Returns: as it is kept, with its id.
    func keep(_ candidate: Candidate) throws(StoreError) -> ModelSummary {
        var summary = candidate.summary
        summary.id = try store.keep(summary, bytes: candidate.predictor.encoded())
        try store.flush()
        return summary
    }

    private static func score(_ scores: Scores, of target: Target) -> ModelSummary.Score {
        ModelSummary.Score(
            target: target.name, count: scores.count, oneMinusMAPE: scores.oneMinusMAPE,
            medianAPE: scores.medianAPE, coverageP90: scores.coverageP90)
    }

    private static func percent(_ share: Double) -> String {
        let tenths = Int((share * 1_000).rounded())
        return "\(tenths / 10).\(tenths % 10) %"
    }
}
