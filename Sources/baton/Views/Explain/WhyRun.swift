import BatonCore
import BatonRuntime
import BatonStore
import Glibc

/// Why a task's command ran, although an earlier run may have done the same.
struct WhyRun {
    let story: RunStory
    let store: any Store

    func sentences(for task: Int) throws -> [String] {
        let reference = story.reference(task)
        guard let definition = story.engine.definition(of: reference) else { return [] }
        let attempts = story.attempts.filter { $0.id.task == reference.task }
        guard let attempt = attempts.last else { return ["It has not run in this run."] }
        if attempt.status == .reused { return ["Its command did not run: the same had been done on the same inputs."] }
        guard definition.isCached else {
            return ["It runs in every run, because it does not say 'cache: true'."]
        }
        guard let earlier = try earlier(story.instances[task].name) else {
            return ["It ran because no earlier run of \(story.summary.workflow) had a result of it."]
        }
        let changes = changes(of: task, since: earlier)
        if !changes.isEmpty {
            return ["It ran because of what changed since run \(earlier.run):"] + changes.map { "  \($0)" }
        }
        return [
            "Its definition is that of run \(earlier.run), so the content of an input, or of an output that was made "
                + "then, must have been different."
        ]
    }

    /// A run before this one in which the task succeeded.
    private struct Earlier {
        var run: Run.ID
        var submission: Run.Submission
        var instance: TaskInstance
        var started: Instant
    }

    private func earlier(_ name: String) throws -> Earlier? {
        for summary in try store.runs(matching: RunFilter(workflow: story.summary.workflow, limit: 50))
        where summary.submitted < story.summary.submitted {
            var replay = Replay(run: summary.id)
            _ = try replay.advance(store)
            let instances = replay.engine.instances(of: summary.id)
            guard let index = instances.firstIndex(where: { $0.name == name }),
                let submission = replay.engine.submission(of: summary.id),
                let attempt = try store.attempts(of: summary.id, task: TaskInstance.ID(index)).last,
                attempt.status == .succeeded
            else { continue }
            return Earlier(
                run: summary.id, submission: submission, instance: instances[index], started: attempt.started)
        }
        return nil
    }

    // MARK: Differences

    private func changes(of task: Int, since earlier: Earlier) -> [String] {
        guard let submission = story.engine.submission(of: story.run) else { return [] }
        let now = submission.workflow.tasks[Int(story.instances[task].task)]
        let before = earlier.submission.workflow.tasks[Int(earlier.instance.task)]
        var changes: [String] = []
        func compare(_ what: String, _ isSame: Bool) {
            if !isSame { changes.append("\(what) changed.") }
        }
        compare("Its command", now.action == before.action)
        compare("Its list of inputs", now.inputs == before.inputs)
        compare("Its list of outputs", now.outputs == before.outputs)
        compare("Its working directory", now.workingDirectory == before.workingDirectory)
        compare(
            "Its environment",
            now.environment == before.environment
                && submission.workflow.environment == earlier.submission.workflow.environment)
        if submission.directory != earlier.submission.directory {
            changes.append("It ran in \(earlier.submission.directory) then, and in \(submission.directory) now.")
        }
        changes += parameters(submission.parameters, earlier.submission.parameters)
        return changes + newerInputs(of: task, now, submission, since: earlier.started)
    }

    private func parameters(_ now: [Workflow.Binding], _ before: [Workflow.Binding]) -> [String] {
        now.compactMap { binding in
            guard let old = before[name: binding.name], old != binding.value else { return nil }
            return "The parameter '\(binding.name)' was \(old.json) and is \(binding.value.json)."
        }
    }

    /// Inputs that were written after the earlier attempt began; patterns are not looked into.
    private func newerInputs(
        of task: Int, _ definition: Workflow.Task, _ submission: Run.Submission, since then: Instant
    ) -> [String] {
        guard let scope = story.engine.scope(of: story.reference(task)) else { return [] }
        var folder = submission.directory
        if let own = definition.workingDirectory.flatMap({ try? $0.render(in: scope) }) {
            folder = own.hasPrefix("/") ? own : "\(folder)/\(own)"
        }
        return definition.inputs.compactMap { input in
            guard let path = try? input.render(in: scope) else { return nil }
            var status = stat()
            guard stat(path.hasPrefix("/") ? path : "\(folder)/\(path)", &status) == 0 else { return nil }
            let modified = Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec)
            guard modified > then.nanoseconds else { return nil }
            return "\(path) was written \(TimeText.ago(Instant(nanoseconds: modified), now: story.now))."
        }
    }
}
