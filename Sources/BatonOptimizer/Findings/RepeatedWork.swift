import BatonCore

extension Analysis {
    /// Tasks that do the same on the same inputs.
    static func repeatedWork(_ context: Context) -> [Finding] {
        let workflow = context.subject.workflow
        var first: [Sameness: Int] = [:]
        var copies: [Int: [Int]] = [:]
        for (index, task) in workflow.tasks.enumerated() {
            guard let sameness = Sameness(task) else { continue }
            if let original = first[sameness] {
                copies[original, default: []].append(index)
            } else {
                first[sameness] = index
            }
        }
        return copies.keys.sorted().compactMap { original in
            let kept = workflow.tasks[original].name
            let edits = context.names(copies[original]!).map { WorkflowEdit.merge(task: $0, into: kept) }
            let subject = context.subject
            guard (try? workflow.applying(edits, parameters: subject.parameters)) != nil else { return nil }
            let all = [original] + copies[original]!
            return Finding(
                kind: .repeatedWork, tasks: context.names(all),
                evidence: [
                    "\(context.names(all).map { "'\($0)'" }.joined(separator: ", ")) run the same command on the same inputs."
                ],
                rewrite: "Do it once, in '\(kept)'.", edits: edits, preserves: .results, risk: .low)
        }
    }

    /// All that two tasks must have in common to do the same. Nil for a task that says neither what it reads nor what it
    /// makes: the same command may well do something else each time.
    private struct Sameness: Hashable {
        var action: Workflow.Task.Action
        var fanOut: Workflow.FanOut?
        var inputs: Set<Template>
        var outputs: Set<Template>
        var needs: Set<Template>
        var condition: String?
        var environment: [Workflow.EnvironmentVariable]
        var directory: Template?

        init?(_ task: Workflow.Task) {
            guard !task.inputs.isEmpty || !task.outputs.isEmpty, !task.isFinally else { return nil }
            action = task.action
            fanOut = task.fanOut
            inputs = Set(task.inputs)
            outputs = Set(task.outputs)
            needs = Set(task.needs)
            condition = task.condition?.source
            environment = task.environment
            directory = task.workingDirectory
        }
    }
}
