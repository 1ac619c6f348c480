internal import BatonCore

extension SourceEditor {
    /// Removes a task with the comments above it and inside.
    mutating func removeTask(_ name: String) throws(WorkflowEditProblem) {
        try settle()
        let path = try path(ofTask: name)
        guard let section = node(at: [path[0]]), let entries = section.entries, let index = section.index(of: name)
        else { throw shared(path) }
        if entries.count == 1 || !section.isBlockCollection { return try remove(path, keeping: 0) }
        guard let indent = text.indent(of: entries[index].key.start) else { throw Self.notPossible }
        let start = text.commentStart(above: text.lineStart(of: entries[index].key.start), indent: indent)
        var end = text.nextLine(after: entries[index].end)
        while end < text.bytes.count, text[end..<text.lineEnd(of: end)].hasPrefix(indent + " "),
            text[end..<text.lineEnd(of: end)].drop(while: { $0 == " " }).first == "#"
        {
            end = text.nextLine(after: end)
        }
        // Of the empty lines around it one side is enough.
        let isBlankBefore = start > 0 && text.isBlank(text.lineStart(of: start - 1)..<start)
        if isBlankBefore || index == 0 {
            while end < text.bytes.count, text.isBlank(end..<text.lineEnd(of: end)) { end = text.nextLine(after: end) }
        }
        removeLines(start..<end)
        try commit([])
    }

    /// Adds a task before another one, in the notation and with the indentation of that.
    mutating func insertTask(
        _ name: String, _ keys: [SourceValue.Entry], before neighbour: String
    ) throws(WorkflowEditProblem) {
        try settle()
        let path = try path(ofTask: neighbour)
        guard let section = node(at: [path[0]]), let entries = section.entries, let index = section.index(of: neighbour)
        else { throw shared(path) }
        let key = entries[index].key.start
        guard section.isBlockCollection else {
            let entry = SourceValue.Entry(key: name, value: .map(keys)).inline(format)
            let separator = text.indent(of: key).map { ",\n" + $0 } ?? ", "
            text.insert(entry + separator, at: key)
            return try commit([])
        }
        guard let indent = text.indent(of: key) else { throw Self.notPossible }
        let inner = indent + step
        var lines = "\(indent)\(YAMLScalarText.write(name, in: .flow)):\n"
        for key in keys { lines += "\(inner)\(key.key): \(key.value.block(indent: inner + step))\n" }
        let start = text.commentStart(above: text.lineStart(of: key), indent: indent)
        // Tasks that stand apart from each other stay so.
        let other = index > 0 ? start : index + 1 < entries.count ? entries[index + 1].key.start : 0
        let line = index > 0 ? other : text.commentStart(above: text.lineStart(of: other), indent: indent)
        if line > 0, text.isBlank(text.lineStart(of: line - 1)..<line) { lines += "\n" }
        text.insert(lines, at: start)
        try commit([])
    }
}
