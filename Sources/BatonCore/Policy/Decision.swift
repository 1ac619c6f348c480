/// What a policy wants to start now.
public struct Decision: Hashable, Sendable, Codable {
    /// Counted per run by the world; explanations name it.
    public var number: Int64
    public var policy: String
    public var placements: [Placement]

    public init(number: Int64 = 0, policy: String, placements: [Placement]) {
        self.number = number
        self.policy = policy
        self.placements = placements
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
