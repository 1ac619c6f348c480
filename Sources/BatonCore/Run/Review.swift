/// A person's answer to a task that asks for approval.
public struct Review: Hashable, Sendable, Codable {
    public var isApproved: Bool
    /// Who answered: the user's name on this machine, or the name of an API key.
    public var reviewer: String
    public var comment: String?

    /// Longer comments are refused where people give them.
    public static let mostCommentBytes = 2_000

    public init(isApproved: Bool, reviewer: String, comment: String? = nil) {
        self.isApproved = isApproved
        self.reviewer = reviewer
        self.comment = comment
    }
}
