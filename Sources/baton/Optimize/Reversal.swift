import BatonStore
import Foundation

/// Puts a workflow's file back to what it was before a revision.
enum Reversal {
    enum Outcome: Hashable {
        case putBack
        /// Somebody has edited it since, or it is gone; nothing was done.
        case changedSince
    }

    /// - Throws: that it can't be written.
    static func putBack(_ revision: WorkflowOptimization) throws -> Outcome {
        let found = try? Data(contentsOf: URL(fileURLWithPath: revision.path))
        if found == Data(revision.textBefore.utf8) { return .putBack }
        guard found == Data(revision.textAfter.utf8) else { return .changedSince }
        try Reversal.revision(of: revision, named: revision.path).write()
        return .putBack
    }

    /// The way back, to be shown.
    ///
    /// - Parameter path: of the file, as the user named it.
    static func revision(of revision: WorkflowOptimization, named path: String) -> WorkflowRevision {
        WorkflowRevision(path: path, before: revision.textAfter, after: revision.textBefore, participle: "reverted")
    }
}
