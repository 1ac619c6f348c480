import BatonCore
import BatonFormats
import BatonOptimizer
import BatonStore

/// That a revision of a workflow kept its promise or broke it, as a run has shown.
struct PromiseNews {
    var revision: WorkflowOptimization
    let run: Run.ID
    /// The file as the user named it.
    let source: String

    var sentences: [String] {
        let name = "Optimisation \(revision.id) of \(source)"
        let reason = revision.reason ?? ""
        switch revision.state {
        case .promised: return ["\(name): \(reason)."]
        case .kept:
            let isLess = revision.keptPromise.verdict == .keptInPart
            return ["\(name) \(isLess ? "gains less than it promised" : "keeps its promise"): \(reason)."]
        case .broken:
            return [
                "\(name) broke its promise: \(reason).",
                "To revert it: baton optimize \(source) --revert \(revision.id)",
            ]
        case .reverted: return ["\(name) broke its promise: \(reason)."]
        }
    }

    /// A line of what `run --json` tells.
    func json(at now: Instant) -> Value {
        .object([
            "event": .string("promise"), "run": .string(run.description), "at": .time(now),
            "optimization": RevisionHistory.json(revision),
        ])
    }
}
