// What each instance waits for: named tasks, tasks whose results it reads, and makers of its inputs.

extension Expander {
    /// Adds the edges of a task's instances and of its group.
    ///
    /// - Parameter tasks: what the task needs and mentions by whole tasks, as indices of tasks.
    mutating func link(_ index: Int, dependingOn tasks: some Sequence<Int32>) {
        let task = workflow.tasks[index]
        let place = members[index].commands.first ?? members[index].group!
        var shared = Dependencies(named: tasks.map { Int32(members[Int($0)].representative) })
        for (number, need) in task.needs.enumerated() where need.isLiteral {
            resolveInstance(need.source, for: task, place, .need(number), into: &shared)
        }
        task.forEachFormula { formula in
            for case .task(let name, _) in formula.references {
                resolveInstance(name, for: task, place, formula.place, into: &shared)
            }
        }
        if let group = members[index].group, members[index].commands.isEmpty {
            connect(group, shared)  // it has no instances to wait for, or none yet
        } else {
            linkCommands(of: task, index, shared)
        }
    }

    /// Adds the edges that differ between the instances of a task, and those shared by all.
    mutating func linkCommands(of task: Workflow.Task, _ index: Int, _ shared: Dependencies) {
        var shared = shared
        var computed: [TaskFormula] = []
        task.forEachFormula { if $0.hasComputedTaskName { computed.append($0) } }
        let hasCommonInputs = task.inputs.allSatisfy(\.isLiteral) && task.workingDirectory?.isLiteral ?? true
        if hasCommonInputs, let first = members[index].commands.first {
            findInputs(of: task, first, Scope(), into: &shared)
        }
        for command in members[index].commands {
            connect(command, shared)
            if let group = members[index].group { edges.append(Graph.Edge(Int32(group), dependsOn: Int32(command))) }
            var own = Dependencies()
            for bindings in instances[command].parts {
                let scope = Scope(parameters: parameters, bindings: bindings)
                for (number, need) in task.needs.enumerated() where !need.isLiteral {
                    guard let name = render(need, .need(number), of: task, Int32(command), scope) else { continue }
                    resolve(name, for: task, command, .need(number), into: &own)
                }
                for formula in computed { resolveComputed(formula, for: task, command, scope, into: &own) }
                if !hasCommonInputs { findInputs(of: task, command, scope, into: &own) }
            }
            connect(command, own)
            checkParts(of: task, command, waitingFor: shared, own)
        }
    }

    /// Refuses a batch of which one part waits for another: nothing would see to it that this comes first.
    private mutating func checkParts(
        of task: Workflow.Task, _ command: Int, waitingFor shared: Dependencies, _ own: Dependencies
    ) {
        if instances[command].batch.isEmpty { return }
        let place = Int32(command)
        let isNamed = shared.named.contains(place) || own.named.contains(place)
        let makesSome = shared.makers.contains(place) || own.makers.contains(place)
        guard isNamed || (makesSome && partsReadEachOther(task, command)) else { return }
        report(
            task, ["foreach", "batch"],
            "'\(task.name)' waits for other values of its own, which '\(instances[command].name)' does as well",
            hint: "Leave out 'batch'.")
    }

    private func partsReadEachOther(_ task: Workflow.Task, _ command: Int) -> Bool {
        var made = FileIndex()
        let scopes = instances[command].batch.map { Scope(parameters: parameters, bindings: $0) }
        // Without the working directory, which is the same for all parts.
        func paths(_ templates: [Template], _ scope: Scope) -> [String] {
            templates.compactMap { try? $0.render(in: scope) }.map { Path.normalized($0) }
        }
        for (part, scope) in scopes.enumerated() {
            for path in paths(task.outputs, scope) { _ = made.add(path, maker: Int32(part)) }
        }
        for (part, scope) in scopes.enumerated() {
            var makers: [Int32] = []
            for path in paths(task.inputs, scope) { made.findMakers(of: path, into: &makers) }
            if makers.contains(where: { $0 != Int32(part) }) { return true }
        }
        return false
    }

    /// What was found for one instance or for all of a task.
    struct Dependencies {
        var named: [Int32] = []
        /// Makers of inputs: an instance that makes what it reads does not wait for itself.
        var makers: [Int32] = []
    }

    /// Whole tasks are known already; this adds `align[a]`.
    private mutating func resolveInstance(
        _ name: String, for task: Workflow.Task, _ place: Int, _ formula: TaskFormula.Place,
        into found: inout Dependencies
    ) {
        if name.utf8.last == UInt8(ascii: "]") { resolve(name, for: task, place, formula, into: &found) }
    }

    private mutating func resolveComputed(
        _ formula: TaskFormula, for task: Workflow.Task, _ place: Int, _ scope: Scope, into found: inout Dependencies
    ) {
        do throws(ExpressionError) {
            for name in try formula.taskNames(in: scope) {
                resolve(name, for: task, place, formula.place, into: &found)
            }
        } catch {
            report(task, formula.place.path, "'\(instances[place].name)': \(error.message)", hint: error.hint)
        }
    }

    /// An instance by name; for an instance of a group that is yet to be expanded, the group.
    private mutating func resolve(
        _ name: String, for task: Workflow.Task, _ place: Int, _ formula: TaskFormula.Place,
        into found: inout Dependencies
    ) {
        let base = Workflow.taskName(ofInstance: name)
        if let base, !formula.isNeed, let group = places[base],
            workflow.tasks[Int(instances[Int(group)].task)].fanOut?.isBatched ?? false
        {
            return report(
                task, formula.path, workflow.batchMessage(instances[place].name, reads: name), hint: batchHint(base))
        }
        if let target = places[name] { return found.named.append(target) }
        if let base, let target = places[base], instances[Int(target)].kind == .group(isExpanded: false) {
            return found.named.append(target)
        }
        // A suggestion costs a comparison with every instance.
        let hint = problems.count < 10 ? Suggestion.hint(for: name, among: instances.lazy.map(\.name)) : nil
        report(task, formula.path, "'\(instances[place].name)' needs '\(name)', which does not exist", hint: hint)
    }

    private mutating func findInputs(
        of task: Workflow.Task, _ place: Int, _ scope: Scope, into found: inout Dependencies
    ) {
        guard !task.inputs.isEmpty, let directory = directory(of: task, Int32(place), scope) else { return }
        for (number, input) in task.inputs.enumerated() {
            guard let text = render(input, .input(number), of: task, Int32(place), scope) else { continue }
            files.findMakers(of: Path.normalized(text, in: directory), into: &found.makers)
        }
    }

    private mutating func connect(_ place: Int, _ dependencies: Dependencies) {
        for target in dependencies.named { connect(place, to: target) }
        for maker in dependencies.makers where maker != place {
            // The forms of a group cover what its own instances write.
            let isOwnGroup =
                instances[Int(maker)].kind != .command && instances[Int(maker)].task == instances[place].task
            if !isOwnGroup { connect(place, to: maker) }
        }
    }

    private mutating func connect(_ place: Int, to target: Int32) {
        let task = Int(instances[place].task)
        let other = Int(instances[Int(target)].task)
        switch (isFinally[task], isFinally[other]) {
        case (true, false): return  // all others have ended when it starts
        case (false, true):
            let message = workflow.finallyMessage(workflow.tasks[task].name, workflow.tasks[other].name)
            report(workflow.tasks[task], ["needs"], message, hint: finallyHint)
        case (true, true), (false, false): edges.append(Graph.Edge(Int32(place), dependsOn: target))
        }
    }
}

let finallyHint = "Make both finally tasks, or neither."

func batchHint(_ task: String) -> String { "Read all of it, as in tasks.\(task).lines, or leave out 'batch'." }

extension Workflow {
    func finallyMessage(_ task: String, _ finally: String) -> String {
        "'\(task)' waits for '\(finally)', which runs only when all other tasks have ended"
    }

    func batchMessage(_ reader: String, reads instance: String) -> String {
        "'\(reader)' reads what '\(instance)' gives, which does several values in one go"
    }

    /// `align` of `align[a]`; nil for a name without brackets.
    static func taskName(ofInstance name: String) -> String? {
        guard name.utf8.last == UInt8(ascii: "]"), let bracket = name.utf8.firstIndex(of: UInt8(ascii: "[")) else {
            return nil
        }
        return String(name[..<bracket])
    }
}
