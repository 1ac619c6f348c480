import BatonFormats
import BatonStore
import Glibc

extension OptimizeCommand {
    func listRevisions() throws {
        let data = state.dataDirectory
        let store = data.hasDatabase ? try data.store() : nil
        let file = try OptimizedWorkflow.path(of: subject, in: store)
        let workflow = try WorkflowFile.read(file)
        let revisions = try store.map { try Revisions.of(workflow, in: $0) } ?? []
        let view = RevisionHistory(source: file, revisions: revisions)
        if state.json {
            JSONPrinter.print(view.json)
        } else if revisions.isEmpty {
            Output.messages("\(file) was never changed by 'baton optimize --apply'.")
        } else {
            Output.data(view.text(for: Terminal(descriptor: STDOUT_FILENO)))
        }
    }

    func revertRevision() throws {
        let store = try state.existingStore()
        let file = try OptimizedWorkflow.path(of: subject, in: store)
        var revision = try chosen(of: try Revisions.of(try WorkflowFile.read(file), in: store), file)
        let way = Reversal.revision(of: revision, named: file)
        Output.messages(way.diff(for: Terminal(descriptor: STDERR_FILENO)))
        guard !dryRun else { return Output.messages("Nothing was changed: --dry-run.") }
        switch try Reversal.putBack(revision) {
        case .changedSince:
            throw CommandFailure(
                "\(file) was changed after optimisation \(revision.id), so it was left alone. To take back what the "
                    + "optimisation did, make the changes above by hand, or let 'patch' try",
                exit: .usage)
        case .putBack:
            revision.reason = "\(revision.story); it was reverted by hand"
            revision.state = .reverted
            try store.update(revision)
            try store.flush()
        }
        if state.json {
            JSONPrinter.print(RevisionHistory.json(revision))
        } else {
            Output.messages("\(file) is as it was before optimisation \(revision.id).")
        }
    }

    /// The revision that is named, or the latest that was not reverted yet.
    private func chosen(of revisions: [WorkflowOptimization], _ file: String) throws -> WorkflowOptimization {
        let open = revisions.filter { $0.state != .reverted }
        guard let name = ids.first else {
            if let latest = open.first { return latest }
            throw CommandFailure("there is no revision of \(file) that could be reverted", exit: .usage)
        }
        if let found = open.first(where: { "\($0.id)" == name }) { return found }
        if revisions.contains(where: { "\($0.id)" == name }) {
            throw CommandFailure("optimisation \(name) of \(file) was reverted already", exit: .usage)
        }
        let known = Sentence.list(open.map { "\($0.id)" })
        throw CommandFailure(
            "there is no optimisation \(name) of \(file). \(known.isEmpty ? "There is none" : "There are: \(known)")",
            exit: .usage)
    }
}
