import BatonCore
import BatonFormats
import BatonOptimizer
import BatonStore

/// What optimisations made of a workflow's file, what they promised and what came of it.
struct RevisionHistory: TextAndJSON {
    /// As the user named it.
    let source: String
    /// Newest first.
    let revisions: [WorkflowOptimization]

    func text(for terminal: Terminal) -> String {
        let heading = "\(source): \(Sentence.count(revisions.count, "revision")), the newest first."
        let parts = revisions.map { Self.lines($0).map { $0.rendered(hasColor: terminal.hasColor) } }
        return ([heading] + parts.map { $0.joined(separator: "\n") }).joined(separator: "\n\n")
    }

    private static func lines(_ revision: WorkflowOptimization) -> [StyledLine] {
        var first = StyledLine("\(revision.id)  ", .strong)
        first.append(revision.state.rawValue, ink(revision.state))
        first.append("  made \(revision.applied.rfc3339), \(revision.appliedBy.words)", .faint)
        var lines = [first, StyledLine("  \(Sentence.list(revision.findings, limit: 6))")]
        lines.append(StyledLine("  \(revision.story)"))
        return lines
    }

    private static func ink(_ state: WorkflowOptimization.State) -> Ink {
        switch state {
        case .promised: .plain
        case .kept: .good
        case .broken: .bad
        case .reverted: .warning
        }
    }

    var json: Value { .list(revisions.map(Self.json)) }

    static func json(_ revision: WorkflowOptimization) -> Value {
        let promise = revision.keptPromise
        return .object([
            "id": .number(revision.id), "workflow": .string(revision.workflow), "file": .string(revision.path),
            "findings": .strings(revision.findings), "applied": .time(revision.applied),
            "applied_by": .string(revision.appliedBy.rawValue), "state": .string(revision.state.rawValue),
            "verdict": .string(promise.verdict.rawValue), "reason": .string(revision.story),
            "promised": .object([
                "completion_time_reduction": json(revision.promise.completionTime),
                "resource_usage_reduction": json(revision.promise.memoryHours),
            ]),
            "before": .list(revision.before.runs.map(json)), "after": .list(revision.after.map(json)),
            "came": revision.before.runs.isEmpty || revision.after.isEmpty
                ? nil
                : .object([
                    "completion_time_reduction": .number(promise.time.came),
                    "resource_usage_reduction": .number(promise.memoryHours.came),
                ]),
        ])
    }

    private static func json(_ gain: WorkflowOptimization.Saving) -> Value {
        .object(["mean": .number(gain.mean), "ci95": .list([.number(gain.low), .number(gain.high)])])
    }

    private static func json(_ run: WorkflowOptimization.MeasuredRun) -> Value {
        .object([
            "run": .string(run.run.description), "makespan_seconds": .number(run.seconds),
            "granted_memory_gigabyte_hours": .number(run.gigabyteHours),
        ])
    }
}

extension WorkflowOptimization {
    /// What was promised and what came of it, in words.
    var story: String { reason ?? keptPromise.sentence }
}

extension WorkflowOptimization.Applier {
    var words: String {
        switch self {
        case .user: "by hand"
        case .automatic: "automatically"
        }
    }
}
