extension Workflow {
    /// Removes a task that does exactly what another does.
    mutating func merge(_ name: String, into keptName: String, parameters: [Binding]) throws(WorkflowEditProblem) {
        if name == keptName { throw WorkflowEditProblem("'\(name)' cannot be merged with itself") }
        let removed = tasks[try index(of: name)]
        let place = try index(of: keptName)
        var kept = tasks[place]
        try Task.checkAlike([kept, removed], ignoring: ["auto"])
        let differences: [(String, Bool)] = [
            ("run", kept.action == removed.action), ("inputs", kept.inputs == removed.inputs),
            ("outputs", kept.outputs == removed.outputs),
        ]
        if let (key, _) = differences.first(where: { !$0.1 }) {
            throw WorkflowEditProblem("'\(name)' and '\(keptName)' differ in '\(key)'")
        }
        try removed.checkAnonymous()
        let map = try InstanceMap(self, parameters: parameters)
        try map.checkUnread([name])
        try map.checkApart(name, keptName)
        kept.needs = Task.union([kept.needs, removed.needs])
        if removed.retry.limit > kept.retry.limit { kept.retry = removed.retry }
        kept.priority = max(kept.priority, removed.priority)
        kept.deadline = [kept.deadline, removed.deadline].compactMap { $0 }.min()
        kept.timeout = kept.timeout.flatMap { own in removed.timeout.map { max(own, $0) } }
        kept.speculation = kept.speculation.flatMap { own in removed.speculation.map { max(own, $0) } }
        tasks[place] = kept
        try checkNeedsAreWritten()
        for index in tasks.indices where tasks[index].name != name && index != place {
            replaceNeeds(of: index, by: [name: keptName])
        }
        tasks.removeAll { $0.name == name }
    }

    /// Refuses where a need is a name that is computed: nobody can tell whether it is that of a task that goes.
    func checkNeedsAreWritten() throws(WorkflowEditProblem) {
        for task in tasks {
            if let need = task.needs.first(where: { $0.source.hasPrefix("${{") && !$0.isLiteral }) {
                throw WorkflowEditProblem("'\(task.name)' computes what it needs: '\(need.source)'")
            }
        }
    }
}

extension InstanceMap {
    /// Refuses when one task waits for the other: what is done twice one after the other is meant so.
    fileprivate func checkApart(_ first: String, _ second: String) throws(WorkflowEditProblem) {
        for (early, late) in [(first, second), (second, first)] {
            let before = members(of: early)
            let nodes = before.commands + [before.group].compactMap(\.self)
            let after = members(of: late)
            for node in after.commands + [after.group].compactMap(\.self) {
                let isEarlier = ancestors(of: node)
                if nodes.contains(where: { isEarlier[$0] }) {
                    throw WorkflowEditProblem("'\(late)' waits for '\(early)'")
                }
            }
        }
    }
}
