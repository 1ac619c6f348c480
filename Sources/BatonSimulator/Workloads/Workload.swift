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
        ///
        /// Empty when every instance has a behaviour of its own.
        public var behaviours: [Behaviour]
        /// By index of the instances, where those of one task differ; empty where they do not.
        public var instanceBehaviours: [Behaviour]
        /// Tasks that run already when it arrives, with nothing left to wait for; their behaviour is what is left of them.
        public var running: [Placement]
        /// The work of others: it takes room, but nothing of it is measured, and the simulation ends when all else has.
        public var isBackground: Bool

        public init(
            at: Instant = .zero, submission: Run.Submission, behaviours: [Behaviour] = [],
            instanceBehaviours: [Behaviour] = [], running: [Placement] = [], isBackground: Bool = false
        ) {
            precondition(
                behaviours.count == submission.workflow.tasks.count || !instanceBehaviours.isEmpty,
                "\(behaviours.count) behaviours for \(submission.workflow.tasks.count) tasks"
            )
            self.at = at
            self.submission = submission
            self.behaviours = behaviours
            self.instanceBehaviours = instanceBehaviours
            self.running = running
            self.isBackground = isBackground
        }

        /// - Parameters:
        ///   - instance: place among the run's instances.
        ///   - task: index of its task in the workflow.
        // Inlined, or each look at one behaviour copies the whole arrival.
        @inline(__always)
        public func behaviour(of instance: Int, task: Int) -> Behaviour {
            instance < instanceBehaviours.count ? instanceBehaviours[instance] : behaviours[task]
        }
    }

    /// What a task does when it runs undisturbed; policies never see it.
    public struct Behaviour: Hashable, Sendable {
        /// Mean duration of an attempt on a worker of reference speed, without others that it shares something with.
        public var duration: Duration
        /// Likewise of the first attempts, where those take something else.
        public var firstDurations: [Duration]
        /// An attempt with a smaller grant is killed for memory.
        public var peakMemoryBytes: Int64
        /// Exit codes of the first attempts; those after them succeed.
        public var failures: [Int32]
        /// What a success leaves for other tasks.
        public var values: TaskValues?
        /// Bytes that it reads of each of its dependencies, in the graph's order; empty where there is nothing to bring.
        public var inputBytes: [Int64]
        /// With which others it shares something that makes them slower together; nil: with none.
        public var sharing: Sharing?
        /// What the orchestrator is told it usually takes; nil: just what it does take, up to the scenario's errors.
        public var expected: Expected?

        /// Usual figures of a task.
        public struct Expected: Hashable, Sendable {
            public var duration: Duration
            public var peakMemoryBytes: Int64

            public init(duration: Duration, peakMemoryBytes: Int64) {
                self.duration = duration
                self.peakMemoryBytes = peakMemoryBytes
            }
        }

        /// A group of tasks whose attempts slow each other down, wherever they run.
        public struct Sharing: Hashable, Sendable {
            /// A number of its own for each.
            public var group: Int
            /// The same for all of a group.
            public var slowDown: SlowDown

            public init(group: Int, slowDown: SlowDown) {
                self.group = group
                self.slowDown = slowDown
            }
        }

        public init(
            duration: Duration, firstDurations: [Duration] = [], peakMemoryBytes: Int64 = 0, failures: [Int32] = [],
            values: TaskValues? = nil, inputBytes: [Int64] = [], sharing: Sharing? = nil, expected: Expected? = nil
        ) {
            self.duration = duration
            self.firstDurations = firstDurations
            self.peakMemoryBytes = peakMemoryBytes
            self.failures = failures
            self.values = values
            self.inputBytes = inputBytes
            self.sharing = sharing
            self.expected = expected
        }
    }
}

extension Workload.Behaviour {
    /// - Parameter number: of the attempt, from 1 on.
    func duration(ofAttempt number: Int32) -> Duration {
        number <= firstDurations.count ? firstDurations[Int(number) - 1] : duration
    }
}
