/// What a policy wants to start now.
public struct Decision: Hashable, Sendable, Codable {
    /// Counted per run by the world; explanations name it.
    public var number: Int64
    public var policy: String
    public var placements: [Placement]
    /// Nil for rules that plan nothing ahead, and in records from before plans were explained.
    public var plan: FollowedPlan?
    /// Nil where no other policy was asked.
    public var secondOpinion: SecondOpinion?

    public init(
        number: Int64 = 0, policy: String, placements: [Placement], plan: FollowedPlan? = nil,
        secondOpinion: SecondOpinion? = nil
    ) {
        self.number = number
        self.policy = policy
        self.placements = placements
        self.plan = plan
        self.secondOpinion = secondOpinion
    }
}

/// What another policy, which has no say, would have decided in the same place.
public struct SecondOpinion: Hashable, Sendable, Codable {
    public var policy: String
    /// Nil when it would have started the same tasks on the same workers.
    public var instead: [Placement]?

    public init(policy: String, instead: [Placement]? = nil) {
        self.policy = policy
        self.instead = instead
    }
}

/// The plan that a decision follows.
public enum FollowedPlan: Hashable, Sendable, Codable {
    /// One that no decision before it followed.
    case new(Rationale)
    /// That of the last decision before it with a new one.
    case same
}

/// Why a plan was preferred to others, with every duration taken to be the expected one.
public struct Rationale: Hashable, Sendable, Codable {
    /// The plan that is followed.
    public var chosen: Proposal
    public var alternatives: [Proposal]
    /// Plans that were laid out.
    public var considered: Int
    /// No plan can promise less.
    public var isOptimal: Bool

    public init(chosen: Proposal, alternatives: [Proposal], considered: Int, isOptimal: Bool) {
        self.chosen = chosen
        self.alternatives = alternatives
        self.considered = considered
        self.isOptimal = isOptimal
    }
}

/// A plan, by what made it and what it promises.
public struct Proposal: Hashable, Sendable, Codable {
    /// `search`, `longest path first`.
    public var proposer: String
    /// From the decision to the last end.
    public var makespan: Duration

    public init(by proposer: String, makespan: Duration) {
        self.proposer = proposer
        self.makespan = makespan
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
