internal import BatonCore

// Named limits, which stand under `limits`, and concurrency groups, which stand where they are first mentioned.
extension SourceEditor {
    private static let limit = ConcurrencyKey.limit.rawValue

    mutating func setCapacity(_ limit: Workflow.Limit) throws(WorkflowEditProblem) {
        try settle()
        let path = [WorkflowKey.limits.rawValue, limit.name]
        let capacity = SourceValue.plain(String(limit.capacity))
        if node(at: path) != nil { return try set(path, to: capacity) }
        let members = self.members(of: limit.name)
        if members.isEmpty { return try insertLimit(.init(key: limit.name, value: capacity)) }
        // Whoever says how many must say the same; if nobody does, the first one does from now on.
        let speakers = members.filter { node(at: $0 + [Self.limit]) != nil }
        for member in speakers.isEmpty ? Array(members.prefix(1)) : speakers {
            try say(capacity, group: limit.name, at: member)
        }
    }

    /// The first of a workflow's limits comes to stand before the tasks that hold it.
    private mutating func insertLimit(_ limit: SourceValue.Entry) throws(WorkflowEditProblem) {
        let limits = SourceValue.Entry(WorkflowKey.limits, .map([limit]))
        if node(at: [limits.key]) != nil { return try set([limits.key, limit.key], to: limit.value) }
        guard let entries = root.entries, let index = root.index(of: WorkflowKey.tasks.rawValue) else {
            throw Self.notPossible
        }
        let key = entries[index].key.start
        if root.isBlockCollection {
            guard let indent = text.indent(of: key) else { throw Self.notPossible }
            let start = text.commentStart(above: text.lineStart(of: key), indent: indent)
            text.insert("\(indent)\(limits.key): \(limits.value.block(indent: indent + step))\n", at: start)
        } else {
            text.insert(limits.inline(format) + (text.indent(of: key).map { ",\n" + $0 } ?? ", "), at: key)
        }
        try commit([])
    }

    private mutating func say(
        _ capacity: SourceValue, group: String, at path: [String]
    ) throws(WorkflowEditProblem) {
        if node(at: path)?.entries != nil { return try set(path + [Self.limit], to: capacity) }
        try set(path, to: .map([.init(ConcurrencyKey.group, .text(group)), .init(ConcurrencyKey.limit, capacity)]))
    }

    /// Where tasks say that they belong to a group, in the order in which that is read.
    private func members(of group: String) -> [[String]] {
        var paths: [[String]] = []
        for section in [WorkflowKey.tasks, .finally] {
            for entry in root[section.rawValue]?.entries ?? [] {
                guard let name = entry.name, let node = entry.value[TaskKey.concurrency.rawValue] else { continue }
                let text = node[ConcurrencyKey.group.rawValue].flatMap(scalarText) ?? scalarText(of: node)
                if text == group { paths.append([section.rawValue, name, TaskKey.concurrency.rawValue]) }
            }
        }
        return paths
    }

    /// A task stops holding units of a limit, or leaves a group.
    mutating func removeSlots(of limit: String, _ task: [String]) throws(WorkflowEditProblem) {
        try settle()
        let slots = task + [TaskKey.resources.rawValue, ResourcesKey.slots.rawValue, limit]
        if node(at: slots) != nil { try remove(slots, keeping: 2) }
        try settle()
        let members = self.members(of: limit)
        guard let member = members.first(where: { $0.starts(with: task) }) else { return }
        let capacity = node(at: member + [Self.limit]).flatMap(scalarText)
        try remove(member, keeping: 2)
        try settle()
        let others = members.filter { $0 != member }
        let isSaid =
            node(at: [WorkflowKey.limits.rawValue, limit]) != nil
            || others.contains { node(at: $0 + [Self.limit]) != nil }
        if let capacity, !isSaid, let heir = others.first { try say(.plain(capacity), group: limit, at: heir) }
    }
}
