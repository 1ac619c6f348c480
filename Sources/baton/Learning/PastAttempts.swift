import BatonCore
import BatonPrediction
import BatonStore

/// The record, as estimators take it in.
extension EnsembleEstimator.PastAttempt {
    init(_ sample: UsageSample, of workflow: String) {
        self.init(
            workflow: workflow, task: sample.task, instance: sample.instance,
            end: Self.end(sample.usage, killedAtBytes: sample.killedAtBytes))
    }

    init(_ attempt: MeasuredAttempt) {
        self.init(
            workflow: attempt.workflow, task: attempt.task, instance: attempt.instance,
            end: Self.end(attempt.usage, killedAtBytes: attempt.killedAtBytes))
    }

    private static func end(_ usage: Usage, killedAtBytes: Int64?) -> End {
        killedAtBytes.map { .killed(at: max($0, usage.peakMemoryBytes)) } ?? .succeeded(usage)
    }
}

extension AttemptHistory {
    /// The newest of a workflow that succeeded or were killed for memory, the oldest first.
    func recent(of workflow: String, limit: Int) -> [MeasuredAttempt] {
        let newest = [attempts, kills].flatMap { $0.filter { $0.workflow == workflow }.suffix(limit) }
        return newest.sorted { $0.completed < $1.completed }.suffix(limit)
    }

    /// When the last of them ended in a run; nil without any.
    func last(of run: Run.ID) -> Instant? {
        [attempts, kills].compactMap { $0.last { $0.run == run }?.completed }.max()
    }
}
