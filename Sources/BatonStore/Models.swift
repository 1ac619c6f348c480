public import BatonCore

/// A model that was fitted to what the store holds, without its bytes.
public struct ModelSummary: Hashable, Sendable {
    /// Counts up over all kinds; 0 until the store has given it.
    public var id: Int64
    /// What it is a model of, such as `tasks`.
    public var kind: String
    /// Of the code that fitted it: other code can't read it.
    public var version: String
    public var fitted: Instant
    public var data: Source
    /// On attempts that it had not seen; empty where there were too few.
    public var scores: [Score]
    public var state: State
    /// Why it is in its state, in words; nil where that goes without saying.
    public var reason: String?

    public init(
        id: Int64 = 0, kind: String, version: String, fitted: Instant, data: Source, scores: [Score],
        state: State = .current, reason: String? = nil
    ) {
        self.id = id
        self.kind = kind
        self.version = version
        self.fitted = fitted
        self.data = data
        self.scores = scores
        self.state = state
        self.reason = reason
    }

    public enum State: String, Hashable, Sendable, CaseIterable {
        /// The one that predicts; at most one of a kind.
        case current
        /// Was current until a newer one was.
        case previous
        /// Was worse than the one before it, or somebody said so.
        case rolledBack = "rolled_back"
    }

    /// What it was fitted to.
    public struct Source: Hashable, Sendable, Codable {
        /// When the first and the last of the attempts ended; nil without any.
        public var from: Instant?
        public var to: Instant?
        public var attempts: Int
        /// Rows that taught nothing or not all, by reason.
        public var flaws: [Flaw]

        public init(from: Instant? = nil, to: Instant? = nil, attempts: Int = 0, flaws: [Flaw] = []) {
            self.from = from
            self.to = to
            self.attempts = attempts
            self.flaws = flaws
        }
    }

    public struct Flaw: Hashable, Sendable, Codable {
        public var name: String
        public var count: Int

        public init(name: String, count: Int) {
            self.name = name
            self.count = count
        }
    }

    /// How good it was at one target.
    public struct Score: Hashable, Sendable, Codable {
        public var target: String
        public var count: Int
        public var oneMinusMAPE: Double
        public var medianAPE: Double
        public var coverageP90: Double

        public init(target: String, count: Int, oneMinusMAPE: Double, medianAPE: Double, coverageP90: Double) {
            self.target = target
            self.count = count
            self.oneMinusMAPE = oneMinusMAPE
            self.medianAPE = medianAPE
            self.coverageP90 = coverageP90
        }
    }
}

/// Attempts of all workflows in the order in which they ended, and what was left out of them.
public struct AttemptHistory: Hashable, Sendable {
    public var attempts: [MeasuredAttempt] = []
    /// First attempts that were killed for memory, in the same order; they are among the unsuccessful, too.
    public var kills: [MeasuredAttempt] = []
    /// Ended otherwise than well: what they took is not what their tasks take.
    public var unsuccessful = 0
    /// Cannot be read, or say what can't be.
    public var damaged = 0
    /// Ended before they began: the clock was set back. They are kept, for their duration was measured by another clock.
    public var clockSteps = 0

    public init() {}
}

/// An attempt that succeeded or was killed for memory, with what is needed to predict it after the fact.
public struct MeasuredAttempt: Hashable, Sendable {
    public var run: Run.ID
    public var workflow: String
    /// The workflow's task.
    public var task: String
    public var instance: String
    /// When the task came to be: with the run, or with the end of the task that spread it.
    public var submitted: Instant
    public var completed: Instant
    public var usage: Usage
    /// Bytes granted to an attempt that was killed for memory; nil when it succeeded.
    public var killedAtBytes: Int64?

    public init(
        run: Run.ID, workflow: String, task: String, instance: String, submitted: Instant, completed: Instant,
        usage: Usage, killedAtBytes: Int64? = nil
    ) {
        self.run = run
        self.workflow = workflow
        self.task = task
        self.instance = instance
        self.submitted = submitted
        self.completed = completed
        self.usage = usage
        self.killedAtBytes = killedAtBytes
    }
}

extension AttemptHistory {
    /// Takes in one row, or counts why not.
    mutating func add(_ attempt: MeasuredAttempt, started: Instant) {
        if attempt.killedAtBytes != nil { return kills.append(attempt) }
        let usage = attempt.usage
        let figures = [
            usage.wall.nanoseconds, usage.userCPU.nanoseconds, usage.systemCPU.nanoseconds, usage.peakMemoryBytes,
        ]
        guard figures.allSatisfy({ $0 >= 0 }) else {
            damaged += 1
            return
        }
        if attempt.completed < started { clockSteps += 1 }
        attempts.append(attempt)
    }

    /// For attempts that were added in the reverse order of runs and tasks.
    mutating func sortByCompletion() {
        attempts = Self.byCompletion(attempts.reversed())
        kills = Self.byCompletion(kills.reversed())
    }

    private static func byCompletion(_ attempts: [MeasuredAttempt]) -> [MeasuredAttempt] {
        attempts.enumerated().sorted { ($0.element.completed, $0.offset) < ($1.element.completed, $1.offset) }
            .map(\.element)
    }
}
