/// What flows from task to task besides files, as a workflow's text tells it.
public struct ValueFlow: Hashable, Sendable {
    /// For each task of the workflow, whose results it mentions.
    private var named: [Set<String>] = []
    /// Computes a name during the run, or comes last on purpose.
    private var readsAny: [Bool] = []
    private let workflow: Workflow

    public init(_ workflow: Workflow) {
        self.workflow = workflow
        for task in workflow.tasks {
            var names: Set<String> = []
            var readsAny = task.isFinally
            task.forEachFormula { formula in
                readsAny = readsAny || formula.hasComputedTaskName
                for case .task(let name, _) in formula.references { names.insert(name) }
            }
            for variable in workflow.environment {
                for case .task(let name, _) in variable.value.references { names.insert(name) }
            }
            named.append(names)
            self.readsAny.append(readsAny)
        }
    }

    /// Whether one instance needs to wait for another for what it printed, handed on or came to, or for being `finally`.
    public func leads(from first: TaskInstance, to second: TaskInstance) -> Bool {
        let reader = Int(second.task)
        if readsAny[reader] { return true }
        return named[reader].contains(first.name) || named[reader].contains(workflow.tasks[Int(first.task)].name)
    }
}
