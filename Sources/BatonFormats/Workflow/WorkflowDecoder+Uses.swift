internal import BatonCore

/// `prep: {uses: prep.yaml, with: …}`: a place that the tasks of another file take.
struct Use {
    var name: String
    var position: Position
    var path: String
    var pathPosition: Position
    var with: [DocumentNode.Entry] = []
    var needs: [Template] = []
    var condition: Expression?
    var environment: [Workflow.EnvironmentVariable] = []
    var secrets: [String] = []
    var isFinally: Bool
}

// Sub-workflows: their tasks are renamed `prep/theirs` and become tasks of this workflow.
extension WorkflowDecoder {
    mutating func use(_ entry: DocumentNode.Entry, isFinally: Bool) -> Use {
        var use = Use(
            name: entry.key, position: entry.keyPosition, path: "", pathPosition: entry.keyPosition,
            isFinally: isFinally)
        for (key, node) in entries(of: entry.value, TaskKey.self, place: "a task") {
            let name = key.rawValue
            switch key {
            case .description: _ = text(node, name)
            case .uses:
                use.path = text(node, name) ?? ""
                use.pathPosition = node.position
            case .with:
                if case .mapping(let entries) = node.content {
                    use.with = entries
                } else {
                    mismatch(node, name, expected: "a map from parameters to values")
                }
            case .needs: use.needs = templates(node, name)
            case .when: use.condition = expression(node, name)
            case .env: use.environment = environment(node)
            case .secrets: use.secrets = texts(node, name)
            case .run, .command, .foreach, .matrix, .inputs, .outputs, .approval, .retries, .timeout, .speculate,
                .resources, .runsOn, .priority, .deadline, .cache, .workdir, .concurrency, .duration:
                report(
                    node.position, "'\(name)' cannot stand beside 'uses'", hint: "Give it to the tasks of that file.")
            }
        }
        return use
    }

    mutating func inline(_ items: [TaskItem], into workflow: inout Workflow) {
        workflow.tasks.reserveCapacity(items.count)
        var lastTasks: [String: [Template]] = [:]
        for item in items {
            switch item {
            case .task(let task): workflow.tasks.append(task)
            case .use(let use): lastTasks[use.name] = inline(use, into: &workflow)
            }
        }
        if lastTasks.isEmpty { return }
        // Who needs `prep` needs the tasks that end it.
        for index in workflow.tasks.indices {
            workflow.tasks[index].needs = workflow.tasks[index].needs.flatMap { lastTasks[$0.source] ?? [$0] }
        }
    }

    /// - Returns: the moved tasks that none of the others needs.
    private mutating func inline(_ use: Use, into workflow: inout Workflow) -> [Template] {
        guard let (used, folder) = read(use) else { return [] }
        let prefix = use.name + "/"
        let rewriter = ExpressionRewriter(prefix: prefix, parameters: bind(use, used, into: &workflow))
        limits += used.limits.map { Workflow.Limit(name: prefix + $0.name, capacity: $0.capacity) }
        var needed: Set<String> = []
        for task in used.tasks { needed.formUnion(task.needs.map(\.source)) }
        for task in used.tasks {
            do throws(ExpressionError) {
                workflow.tasks.append(try move(task, of: used, in: folder, use, rewriter))
            } catch {
                report(use.position, "the task '\(task.name)' of '\(use.path)' cannot be moved here: \(error.message)")
            }
        }
        let last = used.tasks.filter { (use.isFinally || !$0.isFinally) && !needed.contains($0.name) }
        return last.map { Template(literal: prefix + $0.name) }
    }

    private func move(
        _ task: Workflow.Task, of used: Workflow, in folder: String, _ use: Use, _ rewriter: ExpressionRewriter
    ) throws(ExpressionError) -> Workflow.Task {
        var environment = try rewriter.rewrite(used.environment)
        environment.override(with: use.environment)
        var task = try task.rewritten(rewriter)
        environment.override(with: task.environment)
        task.environment = environment
        let isRoot = task.needs.isEmpty && (use.isFinally || !task.isFinally)
        task.name = rewriter.prefix + task.name
        task.isFinally = task.isFinally || use.isFinally
        var needs: [Template] = isRoot ? use.needs : []
        for need in task.needs { needs.append(try Template(parsing: rewriter.prefix + need.source)) }
        task.needs = needs
        if isRoot, let condition = use.condition {
            let own = task.condition.map { " && (\($0.source))" } ?? ""
            task.condition = try Expression(parsing: own.isEmpty ? condition.source : "(\(condition.source))\(own)")
        }
        task.request.slots = task.request.slots.map { .init(limit: rewriter.prefix + $0.limit, units: $0.units) }
        let secrets = used.secrets + use.secrets
        task.secrets = secrets + task.secrets.filter { !secrets.contains($0) }
        task.deadline = task.deadline ?? used.deadline
        if !folder.isEmpty, task.workingDirectory?.source.first != "/" {
            let inner = task.workingDirectory.map { "/" + $0.source } ?? ""
            task.workingDirectory = try Template(parsing: Template(literal: folder).source + inner)
        }
        return task
    }

    /// The parameters of the used workflow: an expression takes the place of `params.x`, a value becomes a parameter.
    private mutating func bind(_ use: Use, _ used: Workflow, into workflow: inout Workflow) -> [String: String] {
        for entry in use.with where !used.parameters.contains(where: { $0.name == entry.key }) {
            report(
                entry.keyPosition, "'\(use.path)' has no parameter '\(entry.key.shortened)'",
                hint: Suggestion.hint(for: entry.key, among: used.parameters.lazy.map(\.name)))
        }
        var replacements: [String: String] = [:]
        for parameter in used.parameters {
            let name = use.name + "/" + parameter.name
            let given = use.with.first { $0.key == parameter.name }?.value
            if let given, isExpression(given) {
                replacements[parameter.name] = "(\(expression(given, parameter.name)?.source ?? "null"))"
                continue
            }
            var moved = parameter
            moved.name = name
            if let given { moved.defaultValue = value(given, parameter.name) }
            if moved.defaultValue == nil {
                report(
                    use.position, "'\(use.path)' needs a value for its parameter '\(parameter.name)'",
                    hint: "Write 'with: {\(parameter.name): …}'.")
            }
            workflow.parameters.append(moved)
            replacements[parameter.name] = "params[\(Value.string(name).json)]"
        }
        return replacements
    }

    /// - Returns: the used workflow, and its folder as seen from this file's.
    private mutating func read(_ use: Use) -> (Workflow, folder: String)? {
        guard !use.path.isEmpty else { return nil }
        let path = Files.join(directory, use.path)
        let shown = Files.join(Files.folder(of: file), use.path)
        if let start = ancestors.firstIndex(of: path) {
            let names = (ancestors[start...] + [path]).map { Files.name(of: $0) }
            report(use.pathPosition, "workflow files use each other in a circle: \(names.joined(separator: " → "))")
            return nil
        }
        let text: String
        do throws(Files.Failure) {
            text = try Files.read(path)
        } catch {
            report(use.pathPosition, "cannot read '\(shown)': \(error.message)")
            return nil
        }
        var decoder = WorkflowDecoder(
            file: shown, directory: Files.folder(of: path), source: text, ancestors: ancestors + [path])
        guard let workflow = decoder.decode(text, as: DocumentFormat(file: path)) else {
            problems += decoder.problems
            return nil
        }
        problems += decoder.problems
        origins += decoder.origins.map { Origin(prefix: use.name + "/" + $0.prefix, file: $0.file, root: $0.root) }
        return (workflow, Files.folder(of: use.path))
    }
}
