public import BatonCore

/// What came of a simulation; of background runs it says nothing but where their attempts ran.
public struct Report: Hashable, Sendable {
    /// In order of submission.
    public var runs: [RunResult]
    /// From the first submission to the last end.
    public var makespan: Duration
    /// Granted CPU time over what the workers could have given during the makespan, 0 to 1.
    public var utilisation: Double
    /// Memory granted, over time; in units of 10⁹ bytes and hours.
    public var allocatedGBHours: Double
    /// Peak memory of each attempt, over its time.
    public var usedGBHours: Double
    /// Of the workers, each held from the first submission until the last of its attempts has ended; see
    /// `Worker.costPerHour`.
    public var cost: Double
    /// CPU granted, over time.
    public var allocatedCoreHours: Double
    /// In the order of their ends, then those of background runs that still go on; empty unless the scenario records them.
    public var spans: [Span]
    public var counts: Counts
    /// True when every run that was accepted came to its end.
    public var isComplete: Bool
    /// What a checked simulation found wrong; empty when all is well.
    public var violations: [String]

    /// Where and when one attempt ran.
    public struct Span: Hashable, Sendable {
        public var attempt: Attempt.ID
        public var worker: Worker.ID
        public var start: Instant
        public var end: Instant
        public var grant: Resources
        public var outcome: Outcome

        public init(
            attempt: Attempt.ID, worker: Worker.ID, start: Instant, end: Instant, grant: Resources, outcome: Outcome
        ) {
            self.attempt = attempt
            self.worker = worker
            self.start = start
            self.end = end
            self.grant = grant
            self.outcome = outcome
        }
    }

    public struct RunResult: Hashable, Sendable {
        public var run: Run.ID
        public var submittedAt: Instant
        /// Nil while it has not ended.
        public var endedAt: Instant?
        /// Nil when it was refused.
        public var status: Run.Status?

        /// From submission to end.
        public var completion: Duration? { endedAt.map { submittedAt.duration(to: $0) } }
    }

    public struct Counts: Hashable, Sendable {
        public var events = 0
        public var decisions = 0
        /// Decisions that the engine did not admit.
        public var rejections = 0
        /// Processes started.
        public var attempts = 0
        /// Ends by kind, as far as they were not news of the past.
        public var failures = 0
        public var outOfMemory = 0
        public var lost = 0
        public var staleReports = 0
        /// Times that the orchestrator died and was started again.
        public var restarts = 0
        public var turns = 0

        mutating func note(_ outcome: Outcome, isStale: Bool) {
            guard !isStale else { return staleReports += 1 }
            switch outcome {
            case .failed(.outOfMemory): outOfMemory += 1
            case .failed: failures += 1
            case .lost: lost += 1
            case .succeeded, .reused, .stopped: break
            }
        }
    }
}
