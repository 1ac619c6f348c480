// What makes it safe to let one task do the work of several.

extension InstanceMap {
    /// Whether the counterparts among the instances of these tasks wait for the same, and so not for each other.
    func areSiblings(_ tasks: [String]) -> Bool {
        let first = members(of: tasks[0])
        return tasks.dropFirst().allSatisfy { task in
            let other = members(of: task)
            guard other.commands.count == first.commands.count else { return false }
            let places = Dictionary(uniqueKeysWithValues: other.commands.map { (name($0), $0) })
            return first.commands.allSatisfy { node in
                let wanted = task + name(node).dropFirst(tasks[0].count)
                guard let next = places[wanted] else { return false }
                return expansion.graph.dependencies(of: next).elementsEqual(expansion.graph.dependencies(of: node))
            }
        }
    }

    /// Refuses unless each instance of the second task waits for its counterpart and for nothing that this does not
    /// wait for, and nobody else waits for the first.
    func checkLink(from first: String, to second: String) throws(WorkflowEditProblem) {
        let (before, after) = (members(of: first), members(of: second))
        if let group = before.group, let reader = expansion.graph.successors(of: group).first {
            throw WorkflowEditProblem("'\(name(reader))' waits for all of '\(first)'")
        }
        for node in before.commands {
            let wanted = second + name(node).dropFirst(first.count)
            guard let next = after.commands.first(where: { name($0) == wanted }),
                expansion.graph.dependencies(of: next).contains(Int32(node))
            else { throw WorkflowEditProblem("'\(wanted)' does not wait for '\(name(node))'") }
            for other in expansion.graph.successors(of: node) where Int(other) != next && Int(other) != before.group {
                throw WorkflowEditProblem("'\(name(other))' waits for '\(name(node))' too")
            }
            let others = expansion.graph.dependencies(of: next).filter { Int($0) != node }
            if others.isEmpty { continue }
            let isEarlier = ancestors(of: node)
            if let other = others.first(where: { !isEarlier[Int($0)] }) {
                throw WorkflowEditProblem("'\(wanted)' waits for '\(name(other))', for which '\(name(node))' does not")
            }
        }
    }
}
