import BatonCore

/// An outline in characters: Graphviz's language, or a list in an order that could be run.
enum GraphText {
    static func dot(_ outline: Outline) -> String {
        var lines = ["digraph \(quoted(outline.title)) {", "  rankdir=LR;", "  node [shape=box, style=rounded];"]
        for (index, node) in outline.nodes.enumerated() {
            var attributes = "label=\(quoted(label(node)))"
            if let states = node.states { attributes += ", color=\(color(Outline.mainState(states)))" }
            if node.isFinally { attributes += ", style=\"rounded,dashed\"" }
            lines.append("  n\(index) [\(attributes)];")
        }
        for edge in outline.graph.edges { lines.append("  n\(edge.dependency) -> n\(edge.node);") }
        return (lines + ["}"]).joined(separator: "\n")
    }

    static func list(_ outline: Outline, for terminal: Terminal) -> String {
        let hasStates = outline.nodes.contains { $0.states != nil }
        var columns = [Table.Column(title: "TASK")]
        if hasStates { columns.append(.init(title: "STATE")) }
        var table = Table(columns + [.init(title: "AFTER")])
        for index in (try? outline.graph.topologicalOrder().map(Int.init)) ?? [] {
            let node = outline.nodes[index]
            let dependencies = outline.graph.dependencies(of: index).map { label(outline.nodes[Int($0)]) }
            var row = [StyledLine(label(node))]
            if hasStates { row.append(state(node)) }
            table.append(row + [StyledLine(Sentence.list(dependencies), .faint)])
        }
        return table.rendered(for: terminal)
    }

    private static func label(_ node: Outline.Node) -> String {
        node.count == 1 ? node.name : node.count == 0 ? "\(node.name) ×?" : "\(node.name) ×\(node.count)"
    }

    private static func state(_ node: Outline.Node) -> StyledLine {
        guard let states = node.states else { return "" }
        var line = StyledLine()
        for label in TaskState.Label.allCases where states[label] > 0 {
            if !line.pieces.isEmpty { line.append(", ") }
            line.append(node.count == 1 ? label.words : "\(states[label]) \(label.words)", label.ink)
        }
        return line
    }

    private static func color(_ label: TaskState.Label) -> String {
        switch label {
        case .blocked, .skipped: "gray"
        case .ready: "black"
        case .running: "blue"
        case .backingOff, .awaitingApproval, .cancelled: "orange"
        case .succeeded: "darkgreen"
        case .failed: "red"
        }
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for character in text {
            if character == "\"" || character == "\\" { result.append("\\") }
            result.append(character)
        }
        return result + "\""
    }
}
