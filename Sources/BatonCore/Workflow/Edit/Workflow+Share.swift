extension Workflow {
    /// Makes a task of the lines with which several scripts begin.
    mutating func share(
        _ names: [String], lines count: Int, name: String, parameters: [Binding]
    ) throws(WorkflowEditProblem) {
        guard count > 0, !names.isEmpty, Set(names).count == names.count else {
            throw WorkflowEditProblem("to share lines takes different tasks and at least one line")
        }
        if tasks.contains(where: { $0.name == name }) { throw WorkflowEditProblem("there is a task '\(name)' already") }
        var sharing: [Task] = []
        for name in names { sharing.append(tasks[try index(of: name)]) }
        try Task.checkAlike(sharing, ignoring: ["foreach", "slots", "cache"])
        for task in sharing { try task.checkAnonymous() }
        let map = try InstanceMap(self, parameters: parameters)
        try map.checkUnread(names)
        let nodes = names.flatMap { map.members(of: $0).commands }
        if nodes.count < 2, sharing.allSatisfy({ !($0.fanOut?.isDynamic ?? false) }) {
            throw WorkflowEditProblem("'\(names[0])' runs these lines only once")
        }
        var setUp = try Task(sharing: sharing, lines: count, name: name)
        let needs = map.commonNeeds(of: names, among: sharing)
        setUp.needs = needs.map { Template(literal: $0) }
        for task in sharing {
            let place = try index(of: task.name)
            tasks[place].action = .shell(try task.script(droppingLines: count))
            tasks[place].needs.append(Template(literal: name))
        }
        let first = tasks.firstIndex { names.contains($0.name) } ?? 0
        tasks.insert(setUp, at: first)
    }
}

extension InstanceMap {
    /// What all instances of these tasks wait for, as little of it as says all, by names that can be needed.
    fileprivate func commonNeeds(of names: [String], among tasks: [Workflow.Task]) -> [String] {
        var isCommon = Array(repeating: true, count: expansion.instances.count)
        var isEmpty = true
        for name in names {
            let (commands, group) = members(of: name)
            let nodes = commands.isEmpty ? [group].compactMap(\.self) : commands
            for node in nodes {
                isEmpty = false
                let isEarlier = ancestors(of: node)
                for index in isCommon.indices where !isEarlier[index] { isCommon[index] = false }
            }
        }
        if isEmpty { return [] }
        let candidates = isCommon.indices.filter { index in
            guard isCommon[index] else { return false }
            let name = self.name(index)
            return workflow.tasks[Int(expansion.instances[index].task)].name == name
                || tasks.allSatisfy { $0.needs.contains { $0.isLiteral && $0.source == name } }
        }
        var isImplied = Array(repeating: false, count: expansion.instances.count)
        for candidate in candidates {
            for (index, isEarlier) in ancestors(of: candidate).enumerated() where isEarlier { isImplied[index] = true }
        }
        return candidates.filter { !isImplied[$0] }.map(name)
    }
}

extension Workflow.Task {
    /// The task of the first lines; each of the others ran them within its own means, so the least of these will do.
    fileprivate init(
        sharing tasks: [Workflow.Task], lines count: Int, name: String
    ) throws(WorkflowEditProblem) {
        let first = tasks[0]
        let lines = try first.lines.prefix(count)
        for task in tasks {
            let own = try task.lines
            guard own.prefix(count) == lines, lines.count == count else {
                throw WorkflowEditProblem(
                    "'\(first.name)' and '\(task.name)' do not begin with the same \(count) lines")
            }
            if own.dropFirst(count).allSatisfy({ ShellScript.isBlank($0) }) {
                throw WorkflowEditProblem("'\(task.name)' would have nothing left to do")
            }
        }
        let text = lines.joined(separator: "\n")
        self.init(name: name, action: .shell(try Self.template(ShellScript.stopping(text), of: first.name)))
        fanOut = nil
        condition = first.condition
        retry = tasks.map(\.retry).max { $0.limit < $1.limit } ?? .never
        let timeouts = tasks.compactMap(\.timeout)
        timeout = timeouts.count == tasks.count ? timeouts.max() : nil
        request = try Workflow.ResourceRequest.combined(tasks, by: min)
        request.slots = first.request.slots.filter { slot in tasks.allSatisfy { $0.request.slots.contains(slot) } }
        priority = tasks.map(\.priority).max() ?? 50
        workingDirectory = first.workingDirectory
        environment = first.environment
        secrets = first.secrets
        isFinally = first.isFinally
        try checkSharable(lines)
    }

    private func checkSharable(_ lines: ArraySlice<String>) throws(WorkflowEditProblem) {
        var names: [String] = []
        forEachFormula { formula in
            for case .name(let name) in formula.references { names.append(name) }
        }
        if let name = names.first { throw WorkflowEditProblem("the lines depend on '\(name)', a value of the fan-out") }
        if let line = lines.first, lines.allSatisfy({ ShellScript.isBlank($0) }) {
            throw WorkflowEditProblem("the line '\(Text.trimmed(line))' does nothing")
        }
        for line in lines {
            let form = try Self.template(line, of: self.name).form(in: Scope(), unknown: "$x")
            guard let obstacle = ShellScript.obstacle(in: form) else { continue }
            throw WorkflowEditProblem("the line '\(Text.trimmed(line))' \(obstacle)")
        }
    }

    private var lines: [String] {
        get throws(WorkflowEditProblem) {
            guard case .shell(let script) = action else {
                throw WorkflowEditProblem("'\(name)' has no script, but a command")
            }
            return Text.split(script.source, by: "\n")
        }
    }

    /// The rest of the script, which stops at the first failure as the whole did.
    fileprivate func script(droppingLines count: Int) throws(WorkflowEditProblem) -> Template {
        let rest = try lines.dropFirst(count).joined(separator: "\n")
        return try Self.template(ShellScript.stopping(rest), of: name)
    }
}
