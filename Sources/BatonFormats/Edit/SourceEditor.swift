internal import BatonCore

/// Edits a file's text key by key, leaving all else as it is: comments, order, quotes, indentation and line endings.
///
/// Paths are keys; the names of tasks stand for entries under `tasks` or `finally`, whichever has them.
struct SourceEditor {
    var text: SourceText
    let format: DocumentFormat
    private(set) var root: SourceNode

    /// - Returns: nil when the text is no document.
    init?(_ text: String, _ format: DocumentFormat) {
        guard let root = format.readSource(text) else { return nil }
        self.text = SourceText(text)
        self.format = format
        self.root = root
    }

    /// Tasks with changes that are not written yet: those of different tasks do not touch each other.
    private var changed: Set<String> = []

    /// Makes sure that what is known of the text at a path is up to date.
    mutating func settle(_ path: [String] = []) throws(WorkflowEditProblem) {
        if changed.isEmpty || (path.count > 2 && !changed.contains(path[1])) { return }
        changed = []
        text.commit()
        guard let root = format.readSource(text.text) else { throw Self.notPossible }
        self.root = root
    }

    /// Notes that something below a path has changed; reading the whole text again can wait.
    mutating func commit(_ path: [String]) throws(WorkflowEditProblem) {
        changed.insert(path.count > 2 ? path[1] : "")
        if path.count < 3 { try settle() }
    }

    static let notPossible = WorkflowEditProblem(
        "this cannot be changed in the file as it is written", hint: "Make the change by hand.")

    /// What stands at a path; nil when nothing does, or when it stands elsewhere, behind an alias.
    func node(at path: [String]) -> SourceNode? {
        var node: SourceNode? = root
        for key in path { node = node?[key] }
        return node
    }

    /// The path of a task's entry.
    func path(ofTask name: String) throws(WorkflowEditProblem) -> [String] {
        for key in [WorkflowKey.tasks, .finally] where root[key.rawValue]?[name] != nil { return [key.rawValue, name] }
        let sections = [WorkflowKey.tasks, .finally].compactMap { root[$0.rawValue]?.entries }
        let user = sections.joined().first { entry in
            entry.value[TaskKey.uses.rawValue] != nil && name.hasPrefix((entry.name ?? "") + "/")
        }
        if let user = user?.name {
            throw WorkflowEditProblem(
                "'\(name)' is not in this file, but in the one that '\(user)' uses", hint: "Edit that file.")
        }
        throw WorkflowEditProblem(
            "'\(name)' does not stand under 'tasks' in this file", hint: "Write it there instead of using an alias.")
    }

    /// A scalar's text, also behind an alias.
    func scalarText(of node: SourceNode) -> String? {
        switch node.content {
        case .scalar(let text, _): text
        case .alias(let name): anchored(name, in: root).flatMap(scalarText)
        case .sequence, .mapping: nil
        }
    }

    private func anchored(_ name: String, in node: SourceNode) -> SourceNode? {
        if node.anchor == name { return node }
        switch node.content {
        case .scalar, .alias: return nil
        case .sequence(let elements, _): return elements.lazy.compactMap { anchored(name, in: $0) }.first
        case .mapping(let entries, _):
            return entries.lazy.compactMap { anchored(name, in: $0.key) ?? anchored(name, in: $0.value) }.first
        }
    }

    /// Gives a key of a map another value, or adds it.
    mutating func set(_ path: [String], to value: SourceValue) throws(WorkflowEditProblem) {
        try settle(path)
        var mapping = root
        for (depth, key) in path.enumerated() {
            guard let entries = mapping.entries else { throw shared(path.prefix(depth)) }
            guard let index = mapping.index(of: key) else {
                let wrapped = path[(depth + 1)...].reversed().reduce(value) { .map([.init(key: $1, value: $0)]) }
                insert(.init(key: key, value: wrapped), into: mapping)
                return try commit(path)
            }
            if depth == path.count - 1 {
                try replace(entries[index], of: mapping, with: value)
                return try commit(path)
            }
            mapping = entries[index].value
        }
    }

    func shared(_ path: some Sequence<String>) -> WorkflowEditProblem {
        WorkflowEditProblem(
            "'\(path.joined(separator: "."))' is no map of its own in this file",
            hint: "Write it out there instead of using an alias.")
    }

    private mutating func replace(
        _ entry: SourceNode.Entry, of mapping: SourceNode, with value: SourceValue
    ) throws(WorkflowEditProblem) {
        let old = entry.value
        guard mapping.isBlockCollection else {
            return text.replace(old.range, with: value.inline(format, in: .flow))
        }
        let indent = text.indent(of: entry.key.start) ?? ""
        if old.isBlockCollection {
            // The value comes right after the colon, before a comment there; the lines of the old one go.
            let colon = self.colon(of: entry) + 1
            guard text.lineStart(of: old.start) > entry.key.start, old.anchor == nil else { throw Self.notPossible }
            text.insert(" " + value.block(indent: indent + step), at: colon)
            text.remove(text.lineStart(of: old.start)..<text.nextLine(after: old.range.upperBound))
        } else if case .scalar(_, isBlock: true) = old.content {
            let header = text[old.range.lowerBound..<text.lineEnd(of: old.range.lowerBound)]
            let comment = header.contains("#") ? String(header.drop { $0 != " " && $0 != "\t" }) : ""
            var lines = value.block(indent: blockIndent(of: old) ?? indent + step)
            lines.insert(contentsOf: comment, at: lines.firstIndex(of: "\n") ?? lines.endIndex)
            text.replace(old.range, with: lines)
        } else {
            let rest = old.range.upperBound..<text.lineEnd(of: old.range.upperBound)
            var lines = value.block(indent: indent + step)
            guard let header = lines.firstIndex(of: "\n") else { return text.replace(old.range, with: lines) }
            // A comment after the old value comes to stand after the header of the block.
            lines.insert(contentsOf: text[rest], at: header)
            text.replace(old.range.lowerBound..<rest.upperBound, with: lines)
        }
    }

    private func colon(of entry: SourceNode.Entry) -> Int {
        text.bytes[entry.key.range.upperBound...].firstIndex(of: .colon) ?? entry.key.range.upperBound
    }

    /// By how much the file indents one level more.
    var step: String {
        guard let tasks = root[WorkflowKey.tasks.rawValue], tasks.isBlockCollection, let first = tasks.entries?.first,
            let indent = text.indent(of: first.key.start), !indent.isEmpty
        else { return "  " }
        return indent
    }

    /// Where the text of a block scalar begins on its lines.
    private func blockIndent(of node: SourceNode) -> String? {
        var line = text.nextLine(after: node.range.lowerBound)
        while line < node.range.upperBound {
            let end = text.lineEnd(of: line)
            if !text.isBlank(line..<end) { return String(text[line..<end].prefix { $0 == " " }) }
            line = text.nextLine(after: line)
        }
        return nil
    }

    /// Adds an entry after the last one.
    private mutating func insert(_ entry: SourceValue.Entry, into mapping: SourceNode) {
        guard case .mapping(let entries, let isFlow) = mapping.content else { return }
        guard let last = entries.last else {
            return text.insert(entry.inline(format), at: mapping.range.lowerBound + 1)
        }
        if isFlow { return append(entry.inline(format), after: last.end, in: mapping, first: last.key.start) }
        let indent = text.indent(of: entries[0].key.start) ?? ""
        let key = YAMLScalarText.write(entry.key, in: .flow)
        let line = "\n\(indent)\(key): \(entry.value.block(indent: indent + step))"
        text.insert(line, at: text.lineEnd(of: last.end))
    }

    /// Adds to a list or map in brackets; on a line of its own where the last entry has one.
    ///
    /// - Parameter first: where the last entry begins.
    mutating func append(_ item: String, after end: Int, in collection: SourceNode, first: Int) {
        let next = text.skipBlanks(from: end)
        let hasComma = text.bytes[next] == .comma
        let rest = hasComma ? next + 1 : end
        if let indent = text.indent(of: first), text.bytes[collection.range].contains(.newline),
            text.lineEnd(of: rest) < collection.range.upperBound
        {
            if !hasComma { text.insert(",", at: end) }
            text.insert("\n\(indent)\(item)\(hasComma ? "," : "")", at: text.lineEnd(of: rest))
        } else if hasComma {
            text.insert(" \(item),", at: rest)
        } else {
            text.insert(", \(item)", at: end)
        }
    }
}
