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
        try editor.settle()
        guard var found = Self.decode(editor.text.text, path, format) else { throw SourceEditor.notPossible }
        let names = Set(before.tasks.map(\.name))
        let new = after.tasks.filter { !names.contains($0.name) }
        if new.contains(where: { !found.tasks.contains($0) }) {
            // A new task has what `defaults` say until it says otherwise.
            var wanted = found
            for index in wanted.tasks.indices {
                wanted.tasks[index] = new.first { $0.name == wanted.tasks[index].name } ?? wanted.tasks[index]
            }
            try editor.change(from: found, to: wanted)
            try editor.settle()
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

    /// What the edited file says otherwise than it should, but for the order of limits and of slots, which means nothing.
    private static func difference(_ found: Workflow, _ wanted: Workflow, isShared: Bool) -> WorkflowEditProblem? {
        func sorted(_ workflow: Workflow) -> Workflow {
            var workflow = workflow
            workflow.limits.sort { $0.name < $1.name }
            for task in workflow.tasks.indices { workflow.tasks[task].request.slots.sort { $0.limit < $1.limit } }
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
        var changes: [(path: [String], steps: [TaskStep])] = []
        for task in after.tasks {
            guard let old = old[task.name], old != task else { continue }
            let path = try path(ofTask: task.name)
            guard node(at: path)?.entries != nil else { throw shared(path) }
            changes.append((path, TaskStep.steps(from: old, to: task)))
        }
        // One change of each task at a time: the text is read again only between rounds.
        for round in 0..<(changes.map(\.steps.count).max() ?? 0) {
            for (path, steps) in changes where round < steps.count { try take(steps[round], path) }
        }
        for limit in after.limits where !before.limits.contains(limit) { try setCapacity(limit) }
        for (index, task) in after.tasks.enumerated() where old[task.name] == nil {
            guard index + 1 < after.tasks.count else { throw Self.notPossible }
            try insertTask(task.name, TaskText.entries(of: task), before: after.tasks[index + 1].name)
        }
        let kept = Set(after.tasks.map(\.name))
        for task in before.tasks where !kept.contains(task.name) { try removeTask(task.name) }
        try settle()
        for limit in before.limits where !after.limits.contains(where: { $0.name == limit.name }) {
            let path = [WorkflowKey.limits.rawValue, limit.name]
            if node(at: path) != nil { try remove(path, keeping: 0) }
        }
    }
}
