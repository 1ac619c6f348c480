// The checks of one task.

extension Validator {
    mutating func checkTask(_ index: Int) {
        let task = workflow.tasks[index]
        let path = ["tasks", task.name]
        checkName(task.name, path)
        checkAction(task.action, path)
        checkNumbers(task, path)
        if let question = task.approval, question.source.utf8.allSatisfy(\.isSpace) {
            report(path + ["approval"], "'\(task.name)' asks for an approval without a question")
        }
        for variable in task.environment { checkVariable(variable.name, path + ["env", variable.name]) }
        for slot in task.request.slots { check(slot, path + ["resources", slot.limit]) }
        if let fanOut = task.fanOut { check(fanOut, path + ["foreach"]) }
        if task.fanOut?.isBatched ?? false, case .shell(let script) = task.action,
            ShellScript.hasOpenHereDocument(script.source)
        {
            report(
                path + ["run"], "a '<<' in '\(task.name)' has no end, so the next value of its batch could not follow",
                hint: "End it with a line of its own.")
        }
        for (number, need) in task.needs.enumerated() where need.isLiteral {
            checkTarget(need.source, of: index, isNeed: true) { path + ["needs", String(number)] }
        }
        var formulas: [TaskFormula] = []
        task.forEachFormula { formulas.append($0) }
        let names = formulas.isEmpty ? [] : task.fanOut?.names ?? []
        for formula in formulas {
            for reference in formula.references {
                check(reference, in: formula, of: index, names: names, path + formula.place.path)
            }
        }
    }

    private mutating func checkName(_ name: String, _ path: [String]) {
        let isForbidden = { (byte: UInt8) in byte < 0x20 || byte == UInt8(ascii: "[") || byte == UInt8(ascii: "]") }
        if name.isEmpty {
            report(path, "a task has an empty name")
        } else if name.utf8.contains(where: isForbidden) {
            report(
                path, "'\(name)' cannot be the name of a task: brackets and control characters are not allowed",
                hint: "Brackets mark the instances of a fan-out: align[a].")
        }
    }

    private mutating func checkAction(_ action: Workflow.Task.Action, _ path: [String]) {
        switch action {
        case .shell(let script):
            if script.source.utf8.allSatisfy(\.isSpace) { report(path + ["run"], "'\(path[1])' has nothing to run") }
        case .arguments(let arguments):
            if arguments.first?.source.isEmpty ?? true {
                report(path + ["command"], "the command of '\(path[1])' is empty", hint: "Its first item is a program.")
            }
        }
    }

    private mutating func checkNumbers(_ task: Workflow.Task, _ path: [String]) {
        if !(0...100).contains(task.priority) {
            report(path + ["priority"], "'priority' goes from 0 to 100, found \(task.priority)")
        }
        if task.retry.limit < 0 {
            report(path + ["retries", "max"], "'max' must be at least 0, found \(task.retry.limit)")
        }
        if task.retry.backoff < .zero { report(path + ["retries", "backoff"], "'backoff' must not be negative") }
        checkDuration(task.timeout, path + ["timeout"])
        checkSpeculation(of: task, path + ["speculate"])
        checkDuration(task.deadline, path + ["deadline"])
        checkDuration(task.expectedDuration, path + ["expected"])
        if let kinds = task.request.workerKinds, kinds.isEmpty || kinds.contains("") {
            report(path + ["runs_on"], "'runs_on' names no kind of worker", hint: "Leave it out to run on any.")
        }
        for (name, quantity) in task.request.quantities {
            if case .exactly(let amount) = quantity, amount < 0 {
                report(path + ["resources", name], "'\(name)' must not be negative")
            }
        }
    }

    private mutating func checkSpeculation(of task: Workflow.Task, _ path: [String]) {
        guard let patience = task.speculation else { return }
        checkDuration(patience, path)
        if let timeout = task.timeout, patience >= timeout {
            report(
                path, "'speculate' must be shorter than 'timeout', or no attempt runs that long",
                hint: "Let a second attempt start earlier, or give attempts more time.")
        }
        if task.approval != nil {
            report(
                path, "a task that asks for an approval can't have 'speculate': what was approved is done once",
                hint: "Ask in a task of its own, and let this one need it.")
        }
    }

    private mutating func check(_ slot: Workflow.ResourceRequest.Slot, _ path: [String]) {
        guard let limit = workflow.limits.first(where: { $0.name == slot.limit }) else {
            return report(
                path, "there is no limit '\(slot.limit)'",
                hint: suggestion(for: slot.limit, among: workflow.limits.lazy.map(\.name))
                    ?? "Define it under 'limits', as in \(slot.limit): 1.")
        }
        if slot.units < 1 {
            report(path, "a task takes at least 1 of '\(slot.limit)', found \(slot.units)")
        } else if slot.units > limit.capacity {
            report(path, "'\(path[1])' takes \(slot.units) of '\(slot.limit)', of which there are \(limit.capacity)")
        }
    }

    private mutating func check(_ fanOut: Workflow.FanOut, _ path: [String]) {
        if fanOut.axes.isEmpty && fanOut.include.isEmpty { report(path, "the fan-out names no values") }
        if let batch = fanOut.batch, batch < 1 {
            report(path + ["batch"], "'batch' must be at least 1, found \(batch)")
        }
        if fanOut.batch != nil, fanOut.names.contains("batch") {
            report(path + ["batch"], "'batch' cannot be both a value of the fan-out and how many of them go together")
        }
        for (index, axis) in fanOut.axes.enumerated() {
            if fanOut.axes[..<index].contains(where: { $0.name == axis.name }) {
                report(path + [axis.name], "the fan-out names '\(axis.name)' twice")
            }
        }
        for name in fanOut.names {
            let isReserved = ["params", "tasks", "run", "true", "false", "null"].contains(name)
            let isPlain = (name.utf8.first?.startsName ?? false) && name.utf8.allSatisfy(\.continuesName)
            if isReserved || !isPlain {
                report(
                    path + [name], "'\(name)' cannot name a value of a fan-out",
                    hint: isReserved ? "It means something else in expressions." : "Use letters, digits and '_'.")
            }
        }
        let axes = fanOut.axes.lazy.map(\.name)
        for (number, exclusion) in fanOut.exclude.enumerated() {
            for binding in exclusion where !axes.contains(binding.name) {
                report(
                    path + ["exclude", String(number), binding.name],
                    "'exclude' names '\(binding.name)', over which the task does not fan out",
                    hint: suggestion(for: binding.name, among: axes))
            }
        }
    }

    private mutating func check(
        _ reference: Reference, in formula: TaskFormula, of index: Int, names: [String], _ path: [String]
    ) {
        switch (reference, formula.place.time) {
        case (.parameter(let name), _): checkParameter(name, path)
        case (.name(let name), .fanOut):
            report(path, "'\(name)' is not known before the fan-out", hint: parameterHint(name))
        case (.name(let name), .expansion), (.name(let name), .start):
            if names.contains(name) {
                guard formula.place.isCommonToBatch, workflow.tasks[index].fanOut?.isBatched ?? false else { return }
                return report(
                    path, "'\(path[2])' depends on '\(name)', of which '\(path[1])' does several values in one go",
                    hint: "Use it in run, command, needs, inputs and outputs, or leave out 'batch'.")
            }
            report(
                path, "'\(name)' is not a value of the fan-out of '\(path[1])'",
                hint: parameterHint(name) ?? suggestion(for: name, among: names))
        case (.run(let name), .expansion), (.run(let name), .fanOut):
            report(path, "'run.\(name)' is known only when the task starts, which is too late here")
        case (.run, .start): break
        case (.task(let name, _), .expansion):
            report(
                path, "results of '\(name)' are known only during the run, which is too late here",
                hint: "They can be used in run, command, env, when, approval and foreach.")
        case (.task(let name, let field), .fanOut), (.task(let name, let field), .start):
            checkTarget(name, of: index, isNeed: false) { path }
            checkField(field, of: name, path)
        }
    }

    /// A task, or an instance of a fan-out, that a task waits for.
    private mutating func checkTarget(_ name: String, of index: Int, isNeed: Bool, _ path: () -> [String]) {
        let task = workflow.tasks[index].name
        if let place = places[name] {
            if place == Int32(index) { return report(path(), "'\(task)' \(isNeed ? "needs" : "reads") itself") }
            let isFinally = workflow.tasks[index].isFinally
            if workflow.tasks[Int(place)].isFinally && !isFinally {
                return report(path(), workflow.finallyMessage(task, name), hint: finallyHint)
            }
            if workflow.tasks[Int(place)].isFinally == isFinally {
                edges.append(Graph.Edge(Int32(index), dependsOn: place))
            }
            return
        }
        if let base = Workflow.taskName(ofInstance: name), let place = places[base] {
            if let fanOut = workflow.tasks[Int(place)].fanOut {
                guard !isNeed, fanOut.isBatched else { return }  // the expansion knows the instances
                return report(path(), workflow.batchMessage(task, reads: name), hint: batchHint(base))
            }
            return report(path(), "'\(task)' names '\(name)', but '\(base)' has no fan-out", hint: "Write '\(base)'.")
        }
        let verb = isNeed ? "needs" : "reads"
        report(
            path(), "'\(task)' \(verb) '\(name)', which is not a task",
            hint: suggestion(for: name, among: workflow.tasks.lazy.map(\.name)))
    }

    /// A whole fan-out has the output of all its instances, but no single exit code, state or value.
    private mutating func checkField(_ field: TaskField, of name: String, _ path: [String]) {
        guard let place = places[name], workflow.tasks[Int(place)].fanOut != nil else { return }
        switch field {
        case .stdout, .lines: return
        case .outputs, .exitCode, .state:
            report(
                path, "'\(name)' is a fan-out: only its stdout and lines can be read as a whole",
                hint: "Name one instance, as in tasks[\"\(name)[…]\"].")
        }
    }
}
