/// The instances that an edit concerns, to find out what waits for what.
struct InstanceMap {
    let workflow: Workflow
    let parameters: [Workflow.Binding]
    let expansion: Expansion

    /// - Throws: when the instances cannot be known, as a parameter has no value.
    init(_ workflow: Workflow, parameters: [Workflow.Binding]) throws(WorkflowEditProblem) {
        self.workflow = workflow
        do throws(WorkflowError) {
            self.parameters = try workflow.resolveParameters(parameters)
            expansion = try workflow.expand(parameters: self.parameters)
        } catch {
            throw WorkflowEditProblem(error.problems[0].message, hint: error.problems[0].hint)
        }
    }

    /// Indices of a task's commands and its group, if it has one.
    func members(of task: String) -> (commands: [Int], group: Int?) {
        var commands: [Int] = []
        var group: Int?
        for (index, instance) in expansion.instances.enumerated() where workflow.tasks[Int(instance.task)].name == task
        {
            switch instance.kind {
            case .command: commands.append(index)
            case .group: group = index
            }
        }
        return (commands, group)
    }

    /// What the node waits for, directly or not, by index.
    func ancestors(of node: Int) -> [Bool] {
        var isAncestor = Array(repeating: false, count: expansion.instances.count)
        var open = [Int32(node)]
        while let next = open.popLast() {
            for dependency in expansion.graph.dependencies(of: Int(next)) where !isAncestor[Int(dependency)] {
                isAncestor[Int(dependency)] = true
                open.append(dependency)
            }
        }
        return isAncestor
    }

    func name(_ node: some BinaryInteger) -> String { expansion.instances[Int(node)].name }

    /// Refuses when the result of one of these tasks is read, by a name that is written or computed.
    func checkUnread(_ names: [String]) throws(WorkflowEditProblem) {
        for (index, task) in workflow.tasks.enumerated() {
            var read: [String] = []
            var computed: [TaskFormula] = []
            task.forEachFormula { formula in
                for case .task(let name, _) in formula.references { read.append(name) }
                if formula.hasComputedTaskName { computed.append(formula) }
            }
            if !computed.isEmpty { read += try computedNames(in: computed, of: index) }
            let bases = read.map { Workflow.taskName(ofInstance: $0) ?? $0 }
            if let name = bases.first(where: names.contains) {
                throw WorkflowEditProblem("'\(task.name)' reads what '\(name)' gives")
            }
        }
    }

    private func computedNames(in formulas: [TaskFormula], of task: Int) throws(WorkflowEditProblem) -> [String] {
        var found: [String] = []
        for instance in expansion.instances where Int(instance.task) == task {
            for formula in formulas {
                do throws(ExpressionError) {
                    found += try formula.taskNames(in: Scope(parameters: parameters, bindings: instance.bindings))
                } catch {
                    let name = workflow.tasks[task].name
                    throw WorkflowEditProblem("'\(name)' reads a task whose name is known only during the run")
                }
            }
        }
        return found
    }
}

extension Workflow.Task {
    /// Refuses what is not the same in all of the tasks.
    static func checkAlike(
        _ tasks: [Workflow.Task], ignoring ignored: Set<String> = []
    ) throws(WorkflowEditProblem) {
        let (first, rest) = (tasks[0], tasks.dropFirst())
        for task in rest {
            let differences: [(String, Bool)] = [
                ("foreach", task.fanOut == first.fanOut), ("env", task.environment == first.environment),
                ("secrets", Set(task.secrets) == Set(first.secrets)),
                ("workdir", task.workingDirectory == first.workingDirectory),
                ("when", task.condition == first.condition), ("slots", task.request.slots == first.request.slots),
                ("auto", task.request.isAutomatic == first.request.isAutomatic),
                ("finally", task.isFinally == first.isFinally), ("cache", task.isCached == first.isCached),
            ]
            if let (key, _) = differences.first(where: { !$0.1 && !ignored.contains($0.0) }) {
                throw WorkflowEditProblem("'\(first.name)' and '\(task.name)' differ in '\(key)'")
            }
        }
    }

    /// Refuses what asks for its own name or attempt: both become others.
    func checkAnonymous() throws(WorkflowEditProblem) {
        var sources: [String]
        switch action {
        case .shell(let script): sources = [script.source]
        case .arguments(let arguments): sources = arguments.map(\.source)
        }
        sources += environment.map(\.value.source)
        var readsAttempt = false
        forEachFormula { readsAttempt = readsAttempt || $0.references.contains(.run("attempt")) }
        for variable in ["BATON_TASK", "BATON_ATTEMPT"] where sources.contains(where: { $0.contains(variable) }) {
            throw WorkflowEditProblem("'\(name)' asks for $\(variable), which would be another")
        }
        if readsAttempt { throw WorkflowEditProblem("'\(name)' asks for run.attempt, which would be another") }
    }

    /// True when an entry of `needs` names this task or instances of it.
    func isNamed(by need: Template) -> Bool {
        need.source == name || need.source.hasPrefix(name + "[")
    }
}
