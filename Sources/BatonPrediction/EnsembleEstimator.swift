public import BatonCore

/// Estimates the tasks of runs by all that was measured of earlier ones.
///
/// Tasks of a fan-out work on samples: the values in the brackets of their names.
public struct EnsembleEstimator: Estimator {
    private var predictor: Predictor
    private let sizing = Sizing()
    /// Goes on record with each estimate.
    private let model: String

    /// - Parameter id: of the kept model that the predictor comes from.
    public init(_ predictor: Predictor = Predictor(), id: Int64? = nil) {
        self.predictor = predictor
        model = Predictor.version + (id.map { "#\($0)" } ?? "")
    }

    /// Remembers earlier runs, the oldest first.
    ///
    /// The members are judged by the newest 32 only: judging one takes as long as predicting it, remembering a microsecond,
    /// and a run has to start at once.
    ///
    /// - Parameter kept: has learned from what came before, under its id; nil: nothing has.
    public init(
        _ history: [(usage: Usage, workflow: String, task: String, instance: String)],
        on kept: (predictor: Predictor, id: Int64)? = nil
    ) {
        self.init(kept?.predictor ?? Predictor(), id: kept?.id)
        for (place, past) in history.enumerated() {
            predictor.observe(
                Measurement(past.usage),
                of: TaskProfile(workflow: past.workflow, task: past.task, instance: past.instance),
                predictions: place < history.count - 32 ? [] : nil)
        }
    }

    public mutating func observe(_ usage: Usage, workflow: String, task: String, instance: String) {
        predictor.observe(
            Measurement(usage), of: TaskProfile(workflow: workflow, task: task, instance: instance))
    }

    /// - Returns: nil when neither the task nor its siblings were ever measured.
    public func estimate(workflow: String, task: String, instance: String) -> Estimate? {
        let profile = TaskProfile(workflow: workflow, task: task, instance: instance)
        let predictions = predictor.predict(profile, [.duration, .memory])
        let (duration, memory) = (predictions[0], predictions[1])
        guard duration.sampleCount > 0 || memory.sampleCount > 0 else { return nil }
        let hasMemory = memory.sampleCount > 0
        return Estimate(
            durationP50Nanoseconds: Self.integer(duration.p50 * 1e9),
            durationP90Nanoseconds: Self.integer(duration.p90 * 1e9),
            peakMemoryP50Bytes: hasMemory ? Self.integer(memory.p50) : 0,
            peakMemoryP99Bytes: hasMemory ? Self.integer(max(memory.p99, memory.p50)) : 0,
            largestSeenMemoryBytes: Self.integer(memory.largestSeen ?? 0),
            sampleCount: Int32(clamping: max(duration.sampleCount, memory.sampleCount)),
            model: model,
            requestBytes: hasMemory ? Self.integer(sizing.request(memory, declared: nil)) : nil)
    }

    private static func integer(_ value: Double) -> Int64 {
        Int64(min(max(value.rounded(.up), 0), 9e18))
    }
}

extension TaskProfile {
    /// Of one instance of a workflow's task: `align[a,2]` works on `a,2`, which is part of `a`.
    ///
    /// Samples are a workflow's own: what `[1]` stands for in another is something else.
    public init(workflow: String, task: String, instance: String) {
        var sample = ""
        if let open = instance.firstIndex(of: "["), instance.last == "]" {
            sample = String(instance[instance.index(after: open)...].dropLast())
        }
        self.init(
            signature: workflow + "/" + task, tool: task,
            sample: TaskProfile.lineage(of: sample).map { workflow + "/" + $0 })
    }
}

extension Measurement {
    public init(_ usage: Usage) {
        let seconds = Double(usage.wall.nanoseconds) / 1e9
        let processor = Double(usage.userCPU.nanoseconds + usage.systemCPU.nanoseconds) / 1e9
        self.init(
            durationSeconds: seconds, peakMemoryBytes: Double(usage.peakMemoryBytes),
            cpuPercent: seconds > 0 ? 100 * processor / seconds : nil, writtenBytes: Double(usage.writtenBytes))
    }
}
