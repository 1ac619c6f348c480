public import BatonCore

extension WorkflowFile {
    /// The file's text with these edits made in place: what they do not concern stays as it is, byte by byte.
    ///
    /// The text is read back before it is returned: it means exactly what `Workflow.applying` makes of the file's
    /// workflow. Where that cannot be had, because a block is shared through an alias or stands in another file, nothing
    /// is changed.
    ///
    /// - Throws: the first edit that is not possible, and why.
    public func edited(
        by edits: [WorkflowEdit], parameters: [Workflow.Binding] = []
    ) throws(WorkflowEditProblem) -> String {
        let format = DocumentFormat(file: path)
        guard let before = Self.decode(source, path, format), var editor = SourceEditor(source, format) else {
            throw SourceEditor.notPossible
        }
        let after = try before.applying(edits, parameters: parameters)
        try editor.change(from: before, to: after)
        guard var found = Self.decode(editor.text.text, path, format) else { throw SourceEditor.notPossible }
        let new = after.tasks.filter { task in !before.tasks.contains { $0.name == task.name } }
        if new.contains(where: { !found.tasks.contains($0) }) {
            // A new task has what `defaults` say until it says otherwise.
            var wanted = found
            for index in wanted.tasks.indices {
                wanted.tasks[index] = new.first { $0.name == wanted.tasks[index].name } ?? wanted.tasks[index]
            }
            try editor.change(from: found, to: wanted)
            guard let again = Self.decode(editor.text.text, path, format) else { throw SourceEditor.notPossible }
            found = again
        }
        if let problem = Self.difference(found, after, isShared: editor.hasAnchors) { throw problem }
        return editor.text.text
    }

    private static func decode(_ text: String, _ path: String, _ format: DocumentFormat) -> Workflow? {
        do throws(WorkflowError) {
            return try WorkflowFile(text, file: path, as: format).workflow
        } catch {
            return nil
        }
    }

    /// What the edited file says otherwise than it should, but for the order of limits, which means nothing.
    private static func difference(_ found: Workflow, _ wanted: Workflow, isShared: Bool) -> WorkflowEditProblem? {
        func sorted(_ workflow: Workflow) -> Workflow {
            var workflow = workflow
            workflow.limits.sort { $0.name < $1.name }
            return workflow
        }
        if sorted(found) == sorted(wanted) { return nil }
        let names = zip(found.tasks, wanted.tasks).filter { $0 != $1 }.map { "'\($1.name)'" }
        let place = names.isEmpty ? "" : " of \(names.prefix(3).joined(separator: ", "))"
        return WorkflowEditProblem(
            "the text\(place) cannot be changed in the file without changing more than that",
            hint: isShared
                ? "An anchor is shared there: write out what its aliases stand for." : "Make the change by hand.")
    }
}

extension SourceEditor {
    /// True when some of the text stands for more than one place.
    var hasAnchors: Bool { Self.hasAnchors(root) }

    private static func hasAnchors(_ node: SourceNode) -> Bool {
        if node.anchor != nil { return true }
        switch node.content {
        case .scalar, .alias: return false
        case .sequence(let elements, _): return elements.contains(where: hasAnchors)
        case .mapping(let entries, _): return entries.contains { hasAnchors($0.key) || hasAnchors($0.value) }
        }
    }

    /// Changes the text where the two workflows differ, in what edits can change.
    mutating func change(from before: Workflow, to after: Workflow) throws(WorkflowEditProblem) {
        let old = Dictionary(before.tasks.map { ($0.name, $0) }) { first, _ in first }
        for task in after.tasks {
            guard let old = old[task.name], old != task else { continue }
            let path = try path(ofTask: task.name)
            guard node(at: path)?.entries != nil else { throw shared(path) }
            try change(path, from: old, to: task)
        }
        for limit in after.limits where !before.limits.contains(limit) { try setCapacity(limit) }
        for (index, task) in after.tasks.enumerated() where old[task.name] == nil {
            guard index + 1 < after.tasks.count else { throw Self.notPossible }
            try insertTask(task.name, TaskText.entries(of: task), before: after.tasks[index + 1].name)
        }
        let kept = Set(after.tasks.map(\.name))
        for task in before.tasks where !kept.contains(task.name) { try removeTask(task.name) }
        for limit in before.limits where !after.limits.contains(where: { $0.name == limit.name }) {
            let path = [WorkflowKey.limits.rawValue, limit.name]
            if node(at: path) != nil { try remove(path, keeping: 0) }
        }
    }

    private mutating func change(
        _ path: [String], from old: Workflow.Task, to new: Workflow.Task
    ) throws(WorkflowEditProblem) {
        if old.action != new.action { try setAction(path, to: new.action) }
        for (key, texts) in [(TaskKey.needs, \Workflow.Task.needs), (.inputs, \.inputs), (.outputs, \.outputs)]
        where old[keyPath: texts] != new[keyPath: texts] {
            try setList(path + [key.rawValue], to: new[keyPath: texts].map(\.source))
        }
        if old.retry != new.retry { try setRetries(path, from: old.retry, to: new.retry) }
        if old.request != new.request { try setRequest(path, from: old.request, to: new.request) }
        if old.priority != new.priority { try set(path, .priority, .plain(String(new.priority))) }
        if old.isCached != new.isCached { try set(path, .cache, .plain(String(new.isCached))) }
        for (key, duration) in [
            (TaskKey.timeout, \Workflow.Task.timeout), (.deadline, \.deadline), (.duration, \.expectedDuration),
        ] where old[keyPath: duration] != new[keyPath: duration] {
            try set(path, key, new[keyPath: duration].map { .plain(AmountText.duration($0)) })
        }
    }

    private mutating func set(
        _ path: [String], _ key: TaskKey, _ value: SourceValue?
    ) throws(WorkflowEditProblem) {
        if let value { try set(path + [key.rawValue], to: value) } else { try removeOwn(path + [key.rawValue]) }
    }

    /// A key that is not there comes from elsewhere, and stays.
    private mutating func removeOwn(_ path: [String]) throws(WorkflowEditProblem) {
        if node(at: path) != nil { try remove(path, keeping: 2) }
    }

    private mutating func setAction(_ path: [String], to action: Workflow.Task.Action) throws(WorkflowEditProblem) {
        let (key, value) = TaskText.action(action)
        let others = [TaskKey.run, .command].filter { $0 != key }
        guard let other = others.first(where: { node(at: path + [$0.rawValue]) != nil }) else {
            return try set(path, key, value)
        }
        try set(path, key, value)
        try remove(path + [other.rawValue], keeping: 2)
    }

    private mutating func setRetries(
        _ path: [String], from old: RetryRule, to new: RetryRule
    ) throws(WorkflowEditProblem) {
        let path = path + [TaskKey.retries.rawValue]
        guard node(at: path)?.entries != nil else { return try set(path, to: TaskText.retries(new)) }
        if old.limit != new.limit { try set(path + [RetriesKey.max.rawValue], to: .plain(String(new.limit))) }
        for (key, wait) in [(RetriesKey.backoff, \RetryRule.backoff), (.maxBackoff, \.backoffLimit)]
        where old[keyPath: wait] != new[keyPath: wait] {
            try set(path + [key.rawValue], to: .plain(AmountText.duration(new[keyPath: wait])))
        }
        guard old.triggers != new.triggers else { return }
        let on = path + [RetriesKey.on.rawValue]
        if let triggers = new.triggers { try set(on, to: TaskText.triggers(triggers)) } else { try removeOwn(on) }
    }

    private mutating func setRequest(
        _ path: [String], from old: Workflow.ResourceRequest, to new: Workflow.ResourceRequest
    ) throws(WorkflowEditProblem) {
        let resources = path + [TaskKey.resources.rawValue]
        let (before, after) = (TaskText.amounts(old), TaskText.amounts(new))
        let changed = after.filter { !before.contains($0) }
        if let node = node(at: resources), scalarText(of: node) == ResourcesKey.auto.rawValue, !changed.isEmpty {
            try set(resources, to: .map([.init(ResourcesKey.auto, .plain("true"))] + changed))
        } else if node(at: resources) == nil, !changed.isEmpty {
            try set(resources, to: .map(changed))
        } else {
            for entry in changed { try set(resources + [entry.key], to: entry.value) }
        }
        for entry in before where !after.contains(where: { $0.key == entry.key }) {
            try removeOwn(resources + [entry.key])
        }
        let dropped = old.slots.map(\.limit).filter { name in !new.slots.contains { $0.limit == name } }
        for limit in dropped { try removeSlots(of: limit, path) }
    }
}
