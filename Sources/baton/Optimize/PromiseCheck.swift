import BatonCore
import BatonFormats
import BatonOptimizer
import BatonRuntime
import BatonStore

/// Compares a run that has succeeded with what the newest revision of its workflow promised.
struct PromiseCheck {
    let submission: Run.Submission
    let isJSON: Bool
    let store: any Store

    /// Looks, and tells what came of it; a run is none the worse when that fails.
    func tell() {
        do {
            guard let news = try look() else { return }
            if isJSON {
                Output.data(news.json(at: LiveClock().now).json)
            } else {
                news.sentences.forEach(Output.messages)
            }
        } catch {
            Output.messages("warning: what was promised could not be checked: \(CommandFailure(error).message).")
        }
    }

    /// - Returns: nil where this run changes nothing of what is known.
    func look() throws -> PromiseNews? {
        let revisions = try store.optimizations(of: submission.workflow.name)
        guard var revision = revisions.first(where: { $0.concerns(submission) }), revision.isOpen,
            revision.revisedWorkflow == submission.workflow,
            let run = try ComparableRun.after(revision, submission.run, of: submission.workflow, in: store)
        else { return nil }
        let isNews = revision.add(run)
        var news = PromiseNews(revision: revision, run: submission.run, source: submission.source ?? revision.path)
        if revision.state == .broken, revision.appliedBy == .automatic { revert(&news) }
        try store.update(news.revision)
        try store.flush()
        return isNews ? news : nil
    }

    private func revert(_ news: inout PromiseNews) {
        let reason = news.revision.reason ?? ""
        guard !news.revision.curesRace else {
            news.revision.reason =
                "\(reason); the file was left alone, for it now has a dependency without which results depend on luck"
            return
        }
        do {
            switch try Reversal.putBack(news.revision) {
            case .putBack:
                news.revision.state = .reverted
                news.revision.reason = "\(reason); the file was put back"
            case .changedSince:
                news.revision.reason = "\(reason); the file was changed since, and was left alone"
            }
        } catch {
            news.revision.reason = "\(reason); the file could not be put back: \(CommandFailure(error).message)"
        }
    }
}

extension WorkflowOptimization {
    /// Nil where its text can't be read any more, as when a file that it uses is gone.
    var revisedWorkflow: Workflow? {
        let isJSON = JSONFormat.fileExtensions.contains { path.lowercased().hasSuffix(".\($0)") }
        return try? isJSON
            ? JSONFormat.decode(textAfter, file: path).workflow : YAMLFormat.decode(textAfter, file: path).workflow
    }
}
