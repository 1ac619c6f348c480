internal import BatonCore

// Tasks, and the defaults that they start from.
extension WorkflowDecoder {
    mutating func taskDefaults(_ node: DocumentNode) -> TaskDefaults {
        var defaults = TaskDefaults()
        for (key, node) in entries(of: node, DefaultsKey.self, place: "'defaults'") {
            let name = key.rawValue
            switch key {
            case .retries: defaults.retry = retry(node) ?? defaults.retry
            case .timeout: defaults.timeout = duration(node, name)
            case .resources: defaults.request.override(with: request(node))
            case .runsOn: defaults.request.workerKinds = workerKinds(node, name)
            case .env: defaults.environment = environment(node)
            case .cache: defaults.isCached = boolean(node, name) ?? false
            case .workdir: defaults.workingDirectory = template(node, name)
            case .priority: defaults.priority = priority(node)
            }
        }
        return defaults
    }

    mutating func taskItem(_ entry: DocumentNode.Entry, isFinally: Bool) -> TaskItem {
        guard case .mapping(let fields) = entry.value.content else {
            report(
                entry.value.position,
                "expected a map for the task '\(entry.key.shortened)', found \(entry.value.summary)",
                hint: "Write 'run:' and a script under it.")
            return .task(Workflow.Task(name: entry.key, action: .doNothing, isFinally: isFinally))
        }
        if fields.contains(where: { $0.key == TaskKey.uses.rawValue }) { return .use(use(entry, isFinally: isFinally)) }
        return .task(task(entry, isFinally: isFinally))
    }

    private mutating func task(_ entry: DocumentNode.Entry, isFinally: Bool) -> Workflow.Task {
        var task = defaults.task(named: entry.key, isFinally: isFinally)
        var script: Template?
        var arguments: [Template]?
        var actions: [TaskKey] = []
        var isAsking = false
        for (key, node) in entries(of: entry.value, TaskKey.self, place: "a task") {
            let name = key.rawValue
            switch key {
            case .description: _ = text(node, name)
            case .run:
                actions.append(key)
                script = self.script(node)
            case .command:
                actions.append(key)
                arguments = command(node)
            case .uses: break
            case .with: report(node.position, "'with' belongs to 'uses', which this task does not have")
            case .needs: task.needs = templates(node, name)
            case .foreach, .matrix:
                if task.fanOut != nil { report(node.position, "a task has 'foreach' or 'matrix', not both") }
                task.fanOut = fanOut(node, key)
            case .inputs: task.inputs = templates(node, name)
            case .outputs: task.outputs = templates(node, name)
            case .when: task.condition = expression(node, name)
            case .approval:
                isAsking = true
                task.approval = template(node, name)
            case .retries: task.retry = retry(node) ?? task.retry
            case .timeout: task.timeout = duration(node, name)
            case .speculate: task.speculation = duration(node, name)
            case .resources: task.request.override(with: request(node))
            case .runsOn: task.request.workerKinds = workerKinds(node, name)
            case .priority: task.priority = priority(node) ?? task.priority
            case .deadline: task.deadline = duration(node, name)
            case .cache: task.isCached = boolean(node, name) ?? task.isCached
            case .workdir: task.workingDirectory = template(node, name)
            case .env: task.environment.override(with: environment(node))
            case .secrets: task.secrets = texts(node, name)
            case .concurrency: if let slot = concurrency(node) { task.request.slots.append(slot) }
            case .duration: task.expectedDuration = duration(node, name)
            }
        }
        switch actions.count {
        case 0 where !isAsking:
            report(
                entry.keyPosition, "the task '\(entry.key.shortened)' needs something to do",
                hint: "Add 'run' (a script), 'command' (a program and its arguments) or 'uses' (a workflow file).")
        case 0, 1: break
        default:
            report(
                entry.keyPosition, "the task '\(entry.key.shortened)' has both 'run' and 'command'", hint: "Keep one.")
        }
        if let script { task.action = .shell(script) }
        if let arguments, !arguments.isEmpty { task.action = .arguments(arguments) }
        return task
    }

    private mutating func workerKinds(_ node: DocumentNode, _ key: String) -> [String]? {
        switch node.content {
        case .scalar: return text(node, key).map { [$0] }
        case .sequence: return texts(node, key)
        case .mapping:
            mismatch(node, key, expected: "a kind of worker or a list of them")
            return nil
        }
    }

    private mutating func script(_ node: DocumentNode) -> Template? {
        guard let template = template(node, "run") else { return nil }
        if template.source.utf8.allSatisfy({ $0 <= .space }) { report(node.position, "'run' is empty") }
        return template
    }

    private mutating func command(_ node: DocumentNode) -> [Template]? {
        guard case .sequence(let elements) = node.content else {
            mismatch(
                node, "command", expected: "a list of a program and its arguments",
                hint: "A script belongs under 'run'.")
            return nil
        }
        if elements.isEmpty { report(node.position, "'command' is empty", hint: "Name a program.") }
        return elements.compactMap { template($0, "command") }
    }

    mutating func priority(_ node: DocumentNode) -> Int32? {
        integer(node, "priority", 0...100).map(Int32.init)
    }
}

/// What tasks have that do not say otherwise.
struct TaskDefaults {
    var retry = RetryRule.never
    var timeout: Duration?
    var request = Workflow.ResourceRequest()
    var environment: [Workflow.EnvironmentVariable] = []
    var isCached = false
    var workingDirectory: Template?
    var priority: Int32?

    func task(named name: String, isFinally: Bool) -> Workflow.Task {
        Workflow.Task(
            name: name, action: .doNothing, retry: retry, timeout: timeout, request: request,
            priority: priority ?? 50, isCached: isCached, workingDirectory: workingDirectory, environment: environment,
            isFinally: isFinally)
    }
}

extension Workflow.Task.Action {
    /// Stands in for an action that could not be read, so that nothing else is said about it.
    static let doNothing = Workflow.Task.Action.shell(Template(literal: ":"))
}

extension [Workflow.EnvironmentVariable] {
    /// Later values win and take the place of the earlier ones.
    mutating func override(with others: [Workflow.EnvironmentVariable]) {
        if !isEmpty { removeAll { own in others.contains { $0.name == own.name } } }
        append(contentsOf: others)
    }
}

extension Workflow.ResourceRequest {
    fileprivate mutating func override(with other: Workflow.ResourceRequest) {
        milliCPU = other.milliCPU ?? milliCPU
        memoryBytes = other.memoryBytes ?? memoryBytes
        gpus = other.gpus ?? gpus
        diskBytes = other.diskBytes ?? diskBytes
        isAutomatic = other.isAutomatic ?? isAutomatic
        slots.removeAll { own in other.slots.contains { $0.limit == own.limit } }
        slots += other.slots
    }
}
