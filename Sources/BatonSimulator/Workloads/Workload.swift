public import BatonCore

/// What is submitted to a simulated cluster, when, and what its tasks really do.
public struct Workload: Hashable, Sendable {
    /// In order of time.
    public var arrivals: [Arrival]

    public init(_ arrivals: [Arrival]) {
        self.arrivals = arrivals
    }

    public struct Arrival: Hashable, Sendable {
        public var at: Instant
        public var submission: Run.Submission
        /// By index of the workflow's tasks: all instances of a fan-out behave alike, up to noise.
        public var behaviours: [Behaviour]

        public init(at: Instant = .zero, submission: Run.Submission, behaviours: [Behaviour]) {
            precondition(
                behaviours.count == submission.workflow.tasks.count,
                "\(behaviours.count) behaviours for \(submission.workflow.tasks.count) tasks"
            )
            self.at = at
            self.submission = submission
            self.behaviours = behaviours
        }
    }

    /// What a task does when it runs undisturbed; policies never see it.
    public struct Behaviour: Hashable, Sendable {
        /// Mean duration of an attempt.
        public var duration: Duration
        /// An attempt with a smaller grant is killed for memory.
        public var peakMemoryBytes: Int64
        /// Exit codes of the first attempts; those after them succeed.
        public var failures: [Int32]
        /// What a success leaves for other tasks.
        public var values: TaskValues?

        public init(
            duration: Duration, peakMemoryBytes: Int64 = 0, failures: [Int32] = [], values: TaskValues? = nil
        ) {
            self.duration = duration
            self.peakMemoryBytes = peakMemoryBytes
            self.failures = failures
            self.values = values
        }
    }
}
