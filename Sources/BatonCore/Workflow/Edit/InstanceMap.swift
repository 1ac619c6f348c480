/// The instances that an edit concerns, to find out what waits for what.
struct InstanceMap {
    let workflow: Workflow
    let parameters: [Workflow.Binding]
    let expansion: Expansion

    private var membersByTask: [String: Members] = [:]
    /// Tasks that read the result of another, by its name.
    private var readers: [String: String] = [:]
    /// What is read by a name that is computed, by task.
    private var computedReads: [(task: Int, formulas: [TaskFormula])] = []

    /// A task's commands and its group, if it has one, by index.
    typealias Members = (commands: [Int], group: Int?)

    /// - Throws: when the instances cannot be known, as a parameter has no value.
    init(_ workflow: Workflow, parameters: [Workflow.Binding]) throws(WorkflowEditProblem) {
        self.workflow = workflow
        do throws(WorkflowError) {
            self.parameters = try workflow.resolveParameters(parameters)
            expansion = try workflow.expand(parameters: self.parameters)
        } catch {
            throw WorkflowEditProblem(error)
        }
        for (index, instance) in expansion.instances.enumerated() {
            let name = workflow.tasks[Int(instance.task)].name
            switch instance.kind {
            case .command: membersByTask[name, default: ([], nil)].commands.append(index)
            case .group: membersByTask[name, default: ([], nil)].group = index
            }
        }
        for (index, task) in workflow.tasks.enumerated() { noteReads(of: task, index) }
    }

    private mutating func noteReads(of task: Workflow.Task, _ index: Int) {
        var read: [String] = []
        var computed: [TaskFormula] = []
        task.forEachFormula { formula in
            for case .task(let name, _) in formula.references { read.append(name) }
            if formula.hasComputedTaskName { computed.append(formula) }
        }
        for name in read {
            let base = Workflow.taskName(ofInstance: name) ?? name
            if readers[base] == nil { readers[base] = task.name }
        }
        if !computed.isEmpty { computedReads.append((index, computed)) }
    }

    func members(of task: String) -> Members { membersByTask[task] ?? ([], nil) }

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
        for name in names {
            if let reader = readers[name] { throw WorkflowEditProblem("'\(reader)' reads what '\(name)' gives") }
        }
        for (task, formulas) in computedReads {
            let read = try computedNames(in: formulas, of: task).map { Workflow.taskName(ofInstance: $0) ?? $0 }
            if let name = read.first(where: names.contains) {
                throw WorkflowEditProblem("'\(workflow.tasks[task].name)' reads what '\(name)' gives")
            }
        }
    }

    private func computedNames(in formulas: [TaskFormula], of task: Int) throws(WorkflowEditProblem) -> [String] {
        var found: [String] = []
        for instance in expansion.instances where Int(instance.task) == task {
            for bindings in instance.parts {
                let scope = Scope(parameters: parameters, bindings: bindings)
                for formula in formulas {
                    do throws(ExpressionError) {
                        found += try formula.taskNames(in: scope)
                    } catch {
                        let name = workflow.tasks[task].name
                        throw WorkflowEditProblem("'\(name)' reads a task whose name is known only during the run")
                    }
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
        if let task = tasks.first(where: { $0.approval != nil }) {
            throw WorkflowEditProblem("'\(task.name)' asks for an approval, which is meant for it alone")
        }
        for task in rest {
            let differences: [(String, Bool)] = [
                ("foreach", task.fanOut == first.fanOut), ("env", task.environment == first.environment),
                ("secrets", Set(task.secrets) == Set(first.secrets)),
                ("workdir", task.workingDirectory == first.workingDirectory),
                ("when", task.condition == first.condition), ("slots", task.request.slots == first.request.slots),
                ("runs_on", task.request.workerKinds.map(Set.init) == first.request.workerKinds.map(Set.init)),
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
