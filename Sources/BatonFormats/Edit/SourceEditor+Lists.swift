internal import BatonCore

extension SourceEditor {
    /// Makes a list hold these texts in this order, touching no more of it than it must.
    mutating func setList(_ path: [String], to wanted: [String]) throws(WorkflowEditProblem) {
        if wanted.isEmpty { return try remove(path, keeping: path.count - 1) }
        try settle(path)
        guard let list = node(at: path), let elements = list.elements else {
            let single = node(at: path).flatMap { scalarText(of: $0) }
            if single == wanted[0], wanted.count == 1 { return }
            return try set(path, to: wanted.count == 1 ? .text(wanted[0]) : .list(wanted.map { .text($0) }))
        }
        let texts = elements.map { scalarText(of: $0) ?? "" }
        var kept: [Int] = []
        for index in texts.indices where kept.count < wanted.count && texts[index] == wanted[kept.count] {
            kept.append(index)
        }
        if kept.isEmpty { return try set(path, to: .list(wanted.map { .text($0) })) }
        for index in texts.indices.reversed() where !kept.contains(index) { try removeElement(index, of: path) }
        for element in wanted[kept.count...] { try append(element, to: path) }
    }

    private mutating func append(_ element: String, to path: [String]) throws(WorkflowEditProblem) {
        try settle(path)
        guard let list = node(at: path), let last = list.elements?.last else { throw shared(path) }
        let item = SourceValue.scalar(element, format, in: .flow)
        if list.isBlockCollection {
            let start = list.range.lowerBound
            let indent = String(repeating: " ", count: start - text.lineStart(of: start))
            text.insert("\n\(indent)- \(item)", at: text.lineEnd(of: last.range.upperBound))
        } else {
            append(item, after: last.range.upperBound, in: list, first: last.start)
        }
        try commit(path)
    }
}
