/// One step that a task or a run may take.
public struct Transition<State: Hashable & Sendable>: Hashable, Sendable {
    /// Nil where it comes into being.
    public var from: State?
    /// Why, in a few words.
    public var cause: String
    public var to: State

    public init(_ from: State?, _ cause: String, _ to: State) {
        self.from = from
        self.cause = cause
        self.to = to
    }
}

/// Every legal step of tasks and runs, as the engine takes them and no other.
///
/// `Docs/StateMachines.md` is written from it, and a test collects the steps of many runs: none outside the table,
/// none of the table never taken.
public enum TransitionTable {
    public static let tasks: [Transition<TaskState.Label>] = [
        Transition(nil, "submitted, or added by a dynamic fan-out", .blocked),
        Transition(.blocked, "last dependency succeeded", .ready),
        Transition(.blocked, "last dependency succeeded, and it asks for approval", .awaitingApproval),
        Transition(.blocked, "all parts of the group ended well, or result carried over", .succeeded),
        Transition(.blocked, "`when`, `approval` or the list of a fan-out has no value", .failed),
        Transition(.blocked, "dependency ended without success, or `when` is false", .skipped),
        Transition(.blocked, "run cancelled", .cancelled),
        Transition(.awaitingApproval, "approved", .ready),
        Transition(.awaitingApproval, "rejected", .failed),
        Transition(.awaitingApproval, "an earlier result is still valid", .succeeded),
        Transition(.awaitingApproval, "run cancelled", .cancelled),
        Transition(.ready, "decided", .running),
        Transition(.ready, "run cancelled", .cancelled),
        Transition(.running, "a second attempt started beside a late one, or one of the two ended", .running),
        Transition(.running, "ended well, or an earlier result is still valid", .succeeded),
        Transition(.running, "ended badly, attempts left", .backingOff),
        Transition(.running, "worker lost, or out of memory with more to give", .ready),
        Transition(.running, "ended badly, no attempts left", .failed),
        Transition(.running, "run cancelled", .cancelled),
        Transition(.backingOff, "alarm rang", .ready),
        Transition(.backingOff, "run cancelled", .cancelled),
        Transition(.failed, "run retried", .blocked),
        Transition(.skipped, "run retried", .blocked),
        Transition(.cancelled, "run retried", .blocked),
        Transition(.succeeded, "run retried, and it is a `finally` task", .blocked),
    ]

    public static let runs: [Transition<Run.Status>] = [
        Transition(nil, "submitted", .running),
        Transition(.running, "paused", .paused),
        Transition(.paused, "unpaused", .running),
        Transition(.running, "cancelled by the user", .cancelling),
        Transition(.paused, "cancelled by the user", .cancelling),
        Transition(.running, "all tasks ended, none failed", .succeeded),
        Transition(.paused, "all tasks ended, none failed", .succeeded),
        Transition(.running, "all tasks ended, some failed", .failed),
        Transition(.paused, "all tasks ended, some failed", .failed),
        Transition(.cancelling, "all tasks ended", .cancelled),
        Transition(.failed, "retried", .running),
        Transition(.cancelled, "retried", .running),
    ]

    /// A Mermaid state diagram of a table.
    public static func mermaid<State>(_ table: [Transition<State>]) -> String
    where State: RawRepresentable, State.RawValue == String {
        var lines = ["stateDiagram-v2"]
        for step in table {
            lines.append("    \(step.from?.rawValue ?? "[*]") --> \(step.to.rawValue): \(step.cause)")
        }
        return lines.joined(separator: "\n")
    }

    /// The same as a Markdown table.
    public static func markdown<State>(_ table: [Transition<State>]) -> String
    where State: RawRepresentable, State.RawValue == String {
        var lines = ["| From | Because | To |", "|---|---|---|"]
        for step in table {
            lines.append("| \(step.from.map { "`\($0.rawValue)`" } ?? "—") | \(step.cause) | `\(step.to.rawValue)` |")
        }
        return lines.joined(separator: "\n")
    }
}
