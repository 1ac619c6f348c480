extension Workflow {
    /// Every problem that can be known without running, in the order of the file.
    ///
    /// Paths follow the definition: `["tasks", "load", "needs", "0"]`, `["tasks", "load", "foreach", "sample"]`,
    /// `["limits", "gpu-license"]`. When all parameters have defaults the expansion with these is checked too, which
    /// finds circles and clashes among instances and files.
    public func validate() -> [WorkflowError.Problem] {
        let validator = Validator(checking: self)
        guard validator.problems.isEmpty, let defaults = try? resolveParameters([]) else { return validator.problems }
        do throws(WorkflowError) {
            _ = try expand(validated: validator, parameters: defaults)
            return []
        } catch {
            return error.problems
        }
    }
}

/// Checks a definition against itself: names, ranges and what expressions mention.
struct Validator {
    let workflow: Workflow
    /// Indices of tasks by name.
    private(set) var places: [String: Int32] = [:]
    private(set) var problems: [WorkflowError.Problem] = []
    var edges: [Graph.Edge] = []
    /// Over tasks: who needs or mentions whom by the name of a whole task.
    private(set) var graph = Graph(count: 0, edges: [])
    /// Comparing a name with all others is dear: only the first unknown names are worth it.
    private var suggestionsLeft = 50

    /// Finds what is wrong whatever the parameters are.
    init(checking workflow: Workflow) {
        self.workflow = workflow
        places.reserveCapacity(workflow.tasks.count)
        checkWorkflow()
        for index in workflow.tasks.indices { checkTask(index) }
        graph = Graph(count: workflow.tasks.count, edges: edges)
        checkCycles()
    }

    mutating func report(_ path: [String], _ message: String, hint: String? = nil) {
        problems.append(WorkflowError.Problem(path: path, message: message, hint: hint))
    }

    mutating func suggestion(for name: String, among candidates: some Sequence<String>) -> String? {
        guard suggestionsLeft > 0 else { return nil }
        suggestionsLeft -= 1
        return Suggestion.hint(for: name, among: candidates)
    }

    private mutating func checkWorkflow() {
        for (index, parameter) in workflow.parameters.enumerated() {
            let path = ["params", parameter.name]
            if workflow.parameters[..<index].contains(where: { $0.name == parameter.name }) {
                report(path, "parameter '\(parameter.name)' is defined twice")
            }
            if let value = parameter.defaultValue, parameter.kind.convert(value) == nil {
                report(
                    path,
                    "parameter '\(parameter.name)' is a \(parameter.kind.rawValue), "
                        + "but its default is \(value.kindName)")
            }
        }
        for variable in workflow.environment {
            checkVariable(variable.name, ["env", variable.name])
            for reference in variable.value.references { check(reference, ["env", variable.name]) }
        }
        for (index, limit) in workflow.limits.enumerated() {
            let path = ["limits", limit.name]
            if workflow.limits[..<index].contains(where: { $0.name == limit.name }) {
                report(path, "limit '\(limit.name)' is defined twice")
            }
            if limit.capacity < 1 { report(path, "limit '\(limit.name)' must be at least 1, found \(limit.capacity)") }
        }
        checkDuration(workflow.deadline, ["deadline"])
        if workflow.tasks.isEmpty {
            report(["tasks"], "the workflow has no tasks", hint: "Add at least one entry under 'tasks'.")
        }
        for index in workflow.tasks.indices {
            let name = workflow.tasks[index].name
            if let first = places.updateValue(Int32(index), forKey: name) {
                places[name] = first
                report(["tasks", name], "two tasks are named '\(name)'")
            }
        }
    }

    /// References where neither a task nor a fan-out is at hand.
    private mutating func check(_ reference: Reference, _ path: [String]) {
        switch reference {
        case .parameter(let name): checkParameter(name, path)
        case .run: break
        case .name(let name): report(path, "'\(name)' is not known here", hint: parameterHint(name))
        case .task(let name, _):
            report(path, "results of '\(name)' cannot be read here", hint: "Use the task's own env.")
        }
    }

    mutating func checkParameter(_ name: String, _ path: [String]) {
        guard !workflow.parameters.contains(where: { $0.name == name }) else { return }
        report(
            path, "there is no parameter '\(name)'",
            hint: suggestion(for: name, among: workflow.parameters.lazy.map(\.name))
                ?? "Define it under 'params', with a default.")
    }

    func parameterHint(_ name: String) -> String? {
        workflow.parameters.contains { $0.name == name } ? "Did you mean 'params.\(name)'?" : nil
    }

    mutating func checkVariable(_ name: String, _ path: [String]) {
        if name.isEmpty || name.utf8.contains(UInt8(ascii: "=")) || name.utf8.contains(0) {
            report(path, "'\(name)' cannot be the name of an environment variable")
        }
    }

    mutating func checkDuration(_ duration: Duration?, _ path: @autoclosure () -> [String]) {
        if let duration, duration <= .zero {
            report(path(), "'\(path().last!)' must be longer than zero, found \(DurationText.format(duration))")
        }
    }

    /// Circles through whole tasks; those through single instances or files show in the expansion.
    private mutating func checkCycles() {
        do throws(GraphCycle) {
            _ = try graph.topologicalOrder()
        } catch {
            let names = error.nodes.map { workflow.tasks[Int($0)].name }
            problems.append(workflow.cycleProblem(names.map { (name: $0, task: $0) }))
        }
    }
}
