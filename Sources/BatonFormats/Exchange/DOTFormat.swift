public import BatonCore

/// Graphs in the language of Graphviz: `digraph { a -> b; a [command="make a", duration="5s"] }`.
///
/// A node is a task, an edge says that its head needs its tail. Of the attributes only `command` and `duration` mean
/// something; a task without a command does nothing.
public enum DOTFormat {
    /// - Throws: the first place that is not DOT, or all attributes that cannot be understood.
    public static func decode(_ text: String, file: String) throws(WorkflowError) -> Workflow {
        var parser = DOTParser(Array(text.utf8))
        do throws(DocumentProblem) {
            try parser.graph()
        } catch {
            throw WorkflowError([error], file: file)
        }
        if !parser.problems.isEmpty { throw WorkflowError(parser.problems, file: file) }
        let tasks = parser.tasks()
        guard !tasks.isEmpty else {
            throw WorkflowError(
                [DocumentProblem(.start, "expected at least one node, found an empty graph")], file: file)
        }
        return Workflow(name: parser.name ?? Files.stem(of: file), tasks: tasks)
    }
}

/// Recursive descent over statements; a set of nodes is what an edge can begin or end with.
private struct DOTParser {
    var name: String?
    var problems: [DocumentProblem] = []
    private var lexer: DOTLexer
    private var nodes: [Node] = []
    private var indices: [String: Int] = [:]
    private var depth = 0

    private struct Node {
        var id: String
        var needs: [Int] = []
        var command: String?
        var duration: Duration?
    }

    init(_ bytes: [UInt8]) {
        lexer = DOTLexer(bytes)
    }

    func tasks() -> [Workflow.Task] {
        var taskNames = TaskNames()
        let names = nodes.map { taskNames.name(for: $0.id) }
        return zip(nodes, names).map { node, name in
            let action = node.command.map { Workflow.Task.Action.shell(Template(literal: $0)) }
            return Workflow.Task(
                name: name, action: action ?? .arguments([Template(literal: "true")]),
                needs: node.needs.map { Template(literal: names[$0]) }, expectedDuration: node.duration)
        }
    }

    mutating func graph() throws(DocumentProblem) {
        try lexer.advance()
        if lexer.token.isWord("strict") { try lexer.advance() }
        guard lexer.token.isWord("digraph") else {
            throw lexer.expected("'digraph'", hint: "Tasks need edges with a direction.")
        }
        try lexer.advance()
        if case .id(let text) = lexer.token {
            name = text
            try lexer.advance()
        }
        _ = try block()
        guard lexer.token == .end else { throw lexer.expected("the end of the graph") }
    }

    /// `{ … }`, and the nodes that it mentions.
    private mutating func block() throws(DocumentProblem) -> [Int] {
        depth += 1
        defer { depth -= 1 }
        guard depth < DocumentNode.depthLimit else { throw lexer.problem("subgraphs are nested too deeply") }
        guard lexer.token == .symbol(.openBrace) else { throw lexer.expected("'{'") }
        try lexer.advance()
        var mentioned: [Int] = []
        while lexer.token != .symbol(.closeBrace) {
            mentioned += try statement()
            while lexer.token == .symbol(UInt8(ascii: ";")) || lexer.token == .symbol(.comma) { try lexer.advance() }
        }
        try lexer.advance()
        return mentioned
    }

    private mutating func statement() throws(DocumentProblem) -> [Int] {
        if lexer.token.isWord("node") || lexer.token.isWord("edge") || lexer.token.isWord("graph") {
            try lexer.advance()
            _ = try attributes()
            return []
        }
        var mentioned = try nodeSet()
        if lexer.token == .symbol(UInt8(ascii: "=")) {
            // `rankdir = LR`: what looked like a node is a property of the graph.
            try lexer.advance()
            guard case .id = lexer.token else { throw lexer.expected("a value") }
            try lexer.advance()
            if mentioned.count == 1, mentioned[0] == nodes.count - 1, nodes[mentioned[0]].needs.isEmpty {
                indices[nodes.removeLast().id] = nil
            }
            return []
        }
        var tails = mentioned
        var hasEdge = false
        while lexer.token == .arrow {
            hasEdge = true
            try lexer.advance()
            let heads = try nodeSet()
            for head in heads {
                for tail in tails where !nodes[head].needs.contains(tail) { nodes[head].needs.append(tail) }
            }
            mentioned += heads
            tails = heads
        }
        let values = try attributes()
        if !hasEdge { for index in mentioned { apply(values, to: index) } }
        return mentioned
    }

    private mutating func nodeSet() throws(DocumentProblem) -> [Int] {
        if lexer.token.isWord("subgraph") {
            try lexer.advance()
            if case .id = lexer.token { try lexer.advance() }
            return try block()
        }
        if lexer.token == .symbol(.openBrace) { return try block() }
        guard case .id(let id) = lexer.token else { throw lexer.expected("a node or '}'") }
        try lexer.advance()
        while lexer.token == .symbol(.colon) {
            try lexer.advance()
            guard case .id = lexer.token else { throw lexer.expected("a port") }
            try lexer.advance()
        }
        if let index = indices[id] { return [index] }
        indices[id] = nodes.count
        nodes.append(Node(id: id))
        return [nodes.count - 1]
    }

    private mutating func attributes() throws(DocumentProblem) -> [(key: String, value: String, offset: Int)] {
        var values: [(key: String, value: String, offset: Int)] = []
        while lexer.token == .symbol(.openBracket) {
            try lexer.advance()
            while case .id(let key) = lexer.token {
                try lexer.advance()
                guard lexer.token == .symbol(UInt8(ascii: "=")) else { throw lexer.expected("'=' after '\(key)'") }
                try lexer.advance()
                let offset = lexer.start
                guard case .id(let value) = lexer.token else { throw lexer.expected("the value of '\(key)'") }
                values.append((key, value, offset))
                try lexer.advance()
                while lexer.token == .symbol(UInt8(ascii: ";")) || lexer.token == .symbol(.comma) {
                    try lexer.advance()
                }
            }
            guard lexer.token == .symbol(.closeBracket) else { throw lexer.expected("an attribute or ']'") }
            try lexer.advance()
        }
        return values
    }

    private mutating func apply(_ values: [(key: String, value: String, offset: Int)], to index: Int) {
        for (key, value, offset) in values {
            switch key {
            case "command": nodes[index].command = value
            case "duration":
                nodes[index].duration = DurationText.parse(value)
                if nodes[index].duration == nil {
                    let message = "expected a duration such as 90s, 5m or 1h30m, found '\(value.shortened)'"
                    problems.append(DocumentProblem(lexer.position(of: offset), message))
                }
            default: break  // how it looks
            }
        }
    }
}
