/// What a policy wants to start now.
public struct Decision: Hashable, Sendable, Codable {
    /// Counted per run by the world; explanations name it.
    public var number: Int64
    public var policy: String
    public var placements: [Placement]
    /// Nil for rules that plan nothing ahead, and in records from before plans were explained.
    public var plan: FollowedPlan?

    public init(number: Int64 = 0, policy: String, placements: [Placement], plan: FollowedPlan? = nil) {
        self.number = number
        self.policy = policy
        self.placements = placements
        self.plan = plan
    }
}

/// The plan that a decision follows.
public enum FollowedPlan: Hashable, Sendable, Codable {
    /// One that no decision before it followed.
    case new(Rationale)
    /// That of the last decision before it with a new one.
    case same
}

/// Why a plan was preferred to others.
public struct Rationale: Hashable, Sendable, Codable {
    /// What made the plan: `search`, `longest path first`.
    public var proposer: String
    public var objective: Objective
    /// What the plan promises of the objective.
    public var expected: Duration
    /// Sampled to compare plans; 0 when each duration was taken to be the expected one.
    public var futures: Int
    /// Plans that were compared.
    public var considered: Int
    /// No plan can promise less.
    public var isOptimal: Bool
    /// Without the plan that is followed.
    public var alternatives: [Alternative]

    public enum Objective: String, Hashable, Sendable, Codable {
        /// From the decision to the last end.
        case makespan
        /// The mean time from the submission of a run to its end.
        case completion
    }

    public struct Alternative: Hashable, Sendable, Codable {
        /// As a proposer.
        public var name: String
        public var expected: Duration
        /// What it promises more than the plan that is followed, paired by future; nil when nothing was sampled.
        public var difference: Interval?

        public init(name: String, expected: Duration, difference: Interval? = nil) {
            self.name = name
            self.expected = expected
            self.difference = difference
        }
    }

    /// 95 % sure.
    public struct Interval: Hashable, Sendable, Codable {
        public var low: Duration
        public var high: Duration

        public init(low: Duration, high: Duration) {
            self.low = low
            self.high = high
        }
    }

    public init(
        proposer: String, objective: Objective, expected: Duration, futures: Int = 0, considered: Int,
        isOptimal: Bool = false, alternatives: [Alternative]
    ) {
        self.proposer = proposer
        self.objective = objective
        self.expected = expected
        self.futures = futures
        self.considered = considered
        self.isOptimal = isOptimal
        self.alternatives = alternatives
    }
}

/// One task, put on one worker with a grant.
public struct Placement: Hashable, Sendable, Codable {
    public var task: TaskReference
    public var worker: Worker.ID
    public var grant: Resources
    /// A few words for people.
    public var reason: String

    public init(task: TaskReference, worker: Worker.ID, grant: Resources, reason: String) {
        self.task = task
        self.worker = worker
        self.grant = grant
        self.reason = reason
    }
}
