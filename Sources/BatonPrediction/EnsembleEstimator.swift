public import BatonCore

/// Estimates the tasks of runs by all that was measured of earlier ones.
///
/// Tasks of a fan-out work on samples: the values in the brackets of their names.
public struct EnsembleEstimator: Estimator {
    private var predictor: Predictor
    private let sizing = Sizing()
    private var rails = SizingGuard()
    /// Goes on record with each estimate.
    private let model: String
    /// Measurements of this run, by signature.
    private var seen: [String: Int] = [:]

    /// The workflow's newest attempts that the guard rails are built from: kills before them are past.
    public static let recentAttempts = 4 * SizingGuard.window

    public init() {
        predictor = Predictor()
        model = Predictor.version
    }

    /// Remembers earlier runs, the oldest first.
    ///
    /// The members are judged by the newest 32 only: judging one takes as long as predicting it, remembering a microsecond,
    /// and a run has to start at once.
    public init(_ history: [PastAttempt]) {
        self.init()
        for (place, past) in history.enumerated() {
            let isRecent = place >= history.count - 32
            switch past.end {
            case .succeeded(let usage):
                observe(usage, of: past.profile, predictions: isRecent ? nil : [])
            case .killed(let bytes):
                if place >= history.count - Self.recentAttempts { observeKill(at: bytes, of: past.profile) }
            }
        }
    }

    /// Goes on from a kept model.
    ///
    /// - Parameters:
    ///   - kept: goes on record with its id.
    ///   - newer: what succeeded after it was fitted, of all workflows, the oldest first.
    ///   - recent: the newest attempts of the workflow to be run, the oldest first. They put up the guard rails, which no
    ///     model holds, and are not learned from again.
    public init(_ kept: Predictor, id: Int64, newer: [PastAttempt], recent: [PastAttempt]) {
        predictor = kept
        model = "\(Predictor.version)#\(id)"
        for (place, past) in newer.enumerated() {
            guard case .succeeded(let usage) = past.end else { continue }
            let isRecent = place >= newer.count - 32
            predictor.observe(Measurement(usage), of: past.profile, predictions: isRecent ? nil : [])
        }
        for past in recent.suffix(Self.recentAttempts) {
            switch past.end {
            case .succeeded: rails.observeSuccess(signature: past.profile.signature)
            case .killed(let bytes): observeKill(at: bytes, of: past.profile)
            }
        }
    }

    /// An attempt of an earlier run.
    public struct PastAttempt: Sendable {
        var profile: TaskProfile
        var end: End

        public init(workflow: String, task: String, instance: String, end: End) {
            profile = TaskProfile(workflow: workflow, task: task, instance: instance)
            self.end = end
        }

        public enum End: Sendable {
            case succeeded(Usage)
            /// Ended for want of memory: bytes granted or used then, whichever was more.
            case killed(at: Int64)
        }
    }

    /// Of large fan-outs members are judged by each of the first siblings and by some of the others: they know one another by
    /// then, and judging takes longer than all else that Baton does for a task.
    public mutating func observe(_ usage: Usage, workflow: String, task: String, instance: String) {
        let profile = TaskProfile(workflow: workflow, task: task, instance: instance)
        let count = seen[profile.signature, default: 0]
        seen[profile.signature] = count + 1
        let isJudged = count < Self.judgedEach || count % Self.judgedOneIn == 0
        observe(usage, of: profile, predictions: isJudged ? nil : [])
    }

    private static let judgedEach = 64
    private static let judgedOneIn = 8

    private mutating func observe(_ usage: Usage, of profile: TaskProfile, predictions: [Prediction]?) {
        predictor.observe(Measurement(usage), of: profile, predictions: predictions)
        rails.observeSuccess(signature: profile.signature)
    }

    public mutating func observeKill(at bytes: Int64, workflow: String, task: String, instance: String) {
        let profile = TaskProfile(workflow: workflow, task: task, instance: instance)
        // Something has changed.
        seen[profile.signature] = nil
        observeKill(at: bytes, of: profile)
    }

    private mutating func observeKill(at bytes: Int64, of profile: TaskProfile) {
        let memory = predictor.predict(profile, .memory)
        guard memory.sampleCount > 0 else { return }  // nothing was believed that could have been wrong
        rails.observeKill(
            at: Double(bytes), signature: profile.signature, prediction: memory,
            wanted: request(memory, of: profile, declared: nil), declared: nil)
    }

    private func request(_ memory: Prediction, of profile: TaskProfile, declared: Double?) -> Double {
        rails.request(
            sizing.request(memory, declared: declared), signature: profile.signature, prediction: memory,
            declared: declared)
    }

    /// - Returns: nil when neither the task nor its siblings were ever measured.
    public func estimate(
        workflow: String, task: String, instance: String, request: TaskInstance.Request
    ) -> Estimate? {
        let profile = TaskProfile(workflow: workflow, task: task, instance: instance)
        let predictions = predictor.predict(profile, [.duration, .memory, .cpu])
        let (duration, memory, cpu) = (predictions[0], predictions[1], predictions[2])
        guard duration.sampleCount > 0 || memory.sampleCount > 0 else { return nil }
        let declared = request.memoryBytes.map { Double($0) }
        let hasMemory = memory.sampleCount > 0
        return Estimate(
            durationP50Nanoseconds: Self.integer(duration.p50 * 1e9),
            durationP90Nanoseconds: Self.integer(duration.p90 * 1e9),
            peakMemoryP50Bytes: hasMemory ? Self.integer(memory.p50) : 0,
            peakMemoryP99Bytes: hasMemory ? Self.integer(max(memory.p99, memory.p50)) : 0,
            largestSeenMemoryBytes: Self.integer(memory.largestSeen ?? 0),
            sampleCount: Int32(clamping: max(duration.sampleCount, memory.sampleCount)),
            model: model,
            requestBytes: hasMemory ? Self.integer(self.request(memory, of: profile, declared: declared)) : nil,
            requestMilliCPU: cpu.sampleCount > 0 ? Self.milliCPU(percent: cpu.p50) : nil,
            durationP99Nanoseconds: duration.sampleCount >= Self.samplesOfP99
                ? Self.integer(max(duration.p99, duration.p90) * 1e9) : nil,
            milliCPUP50: cpu.sampleCount > 0 ? Self.integer(cpu.p50 * 10) : nil,
            milliCPUP90: cpu.sampleCount > 0 ? Self.integer(cpu.p90 * 10) : nil,
            basis: duration.basis == .signature || memory.basis == .signature ? .own : .elsewhere)
    }

    /// Fewer measurements say nothing about one task in a hundred.
    private static let samplesOfP99 = 5

    /// Whole cores, at least one: a tenth of a core more than that is left to the others' idle time.
    static func milliCPU(percent: Double) -> Int64 {
        max(1, integer(min(percent, 1e8) / 100 - 0.1)) * 1000
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
