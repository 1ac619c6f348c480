/// Decides which ready tasks start now and where.
///
/// It may keep a queue of its own between calls. Whatever it answers, the engine admits or rejects: a policy can be
/// slow or silly, but it can't break a run.
public protocol Policy: Sendable {
    /// As in `--policy`.
    var name: String { get }
    mutating func decide(_ observation: Observation) -> Decision
}
