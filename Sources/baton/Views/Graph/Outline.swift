import BatonCore
import BatonFormats

/// A graph of tasks as it is drawn: large fan-outs are one node, and groups are seen through.
struct Outline {
    struct Node: Hashable {
        var name: String
        /// More than 1 for a fan-out drawn as one node.
        var count: Int
        var isFinally: Bool
        /// How many instances stand where; nil outside a run.
        var states: StateCounts?
        /// How much it matters, 0 to 1, by the instance that does most; nil where nobody asks.
        var heat: Double?
    }

    let title: String
    let nodes: [Node]
    let graph: Graph

    /// - Parameters:
    ///   - states: by task index; nil for a workflow that is not running.
    ///   - heat: by instance.
    ///   - limit: fan-outs with more instances become one node.
    init(
        _ workflow: Workflow, instances: [TaskInstance], graph: Graph, states: ((Int) -> TaskState.Label)? = nil,
        heat: ((Int) -> Double)? = nil, collapsingAbove limit: Int
    ) {
        let outline = Folding(workflow, instances, graph, states: states, heat: heat, limit: limit)
        // Instances of one task that wait for each other can't share a node.
        let folded =
            outline.folded ?? Folding(workflow, instances, graph, states: states, heat: heat, limit: .max).folded
        guard let folded else { preconditionFailure("the graph of \(workflow.name) has a cycle") }
        title = workflow.name
        nodes = folded.nodes
        self.graph = folded.graph
    }

    /// Nodes, and edges as pairs of their indices: what comes first, then what waits for it.
    var json: Value {
        let nodes = nodes.map { node in
            Value.object([
                "name": .string(node.name), "count": .number(node.count), "finally": .boolean(node.isFinally),
                "states": node.states.map { states in
                    let present = TaskState.Label.allCases.filter { states[$0] > 0 }
                    return .map(present.map { Value.Entry(key: $0.rawValue, value: .number(states[$0])) })
                },
            ])
        }
        let edges = graph.edges.map { Value.list([.number($0.dependency), .number($0.node)]) }
        return .object(["workflow": .string(title), "nodes": .list(nodes), "edges": .list(edges)])
    }

    /// For a run: the node's colour is that of the state which matters most.
    static func mainState(_ states: StateCounts) -> TaskState.Label {
        let byWeight: [TaskState.Label] = [
            .failed, .running, .awaitingApproval, .backingOff, .ready, .cancelled, .blocked, .skipped,
        ]
        return byWeight.first { states[$0] > 0 } ?? .succeeded
    }
}

/// The work of mapping instances to nodes.
private struct Folding {
    private(set) var folded: (nodes: [Outline.Node], graph: Graph)?

    init(
        _ workflow: Workflow, _ instances: [TaskInstance], _ graph: Graph, states: ((Int) -> TaskState.Label)?,
        heat: ((Int) -> Double)?, limit: Int
    ) {
        var sizes = [Int](repeating: 0, count: workflow.tasks.count)
        var groups = [Int](repeating: -1, count: workflow.tasks.count)
        for (index, instance) in instances.enumerated() {
            if instance.kind == .command { sizes[Int(instance.task)] += 1 } else { groups[Int(instance.task)] = index }
        }
        var nodes: [Outline.Node] = []
        var nodeOfTask = [Int](repeating: -1, count: workflow.tasks.count)
        var nodeOf = [Int](repeating: -1, count: instances.count)
        for (index, instance) in instances.enumerated() {
            let task = Int(instance.task)
            let isOneNode = sizes[task] > limit || sizes[task] == 0
            if instance.kind != .command && !isOneNode { continue }
            if !isOneNode || nodeOfTask[task] < 0 {
                nodeOfTask[task] = nodes.count
                nodes.append(
                    Outline.Node(
                        name: isOneNode ? workflow.tasks[task].name : instance.name, count: isOneNode ? sizes[task] : 1,
                        isFinally: workflow.tasks[task].isFinally, states: states == nil ? nil : StateCounts()
                    ))
            }
            nodeOf[index] = nodeOfTask[task]
            if let heat { nodes[nodeOf[index]].heat = max(nodes[nodeOf[index]].heat ?? 0, heat(index)) }
            if let states, instance.kind == .command || sizes[task] == 0 {
                nodes[nodeOf[index]].states?[states(index)] += 1
            }
        }
        let folded = Graph(count: nodes.count, edges: Self.edges(graph, nodeOf))
        if (try? folded.topologicalOrder()) != nil { self.folded = (nodes, folded) }
    }

    private static func edges(_ graph: Graph, _ nodeOf: [Int]) -> [Graph.Edge] {
        var edges: [Graph.Edge] = []
        for index in nodeOf.indices where nodeOf[index] >= 0 {
            for dependency in drawn(before: index, graph, nodeOf) where dependency != nodeOf[index] {
                edges.append(Graph.Edge(Int32(nodeOf[index]), dependsOn: Int32(dependency)))
            }
        }
        return edges
    }

    /// Nodes that an instance waits for; a group that is not drawn passes on what it waits for.
    private static func drawn(before index: Int, _ graph: Graph, _ nodeOf: [Int]) -> [Int] {
        graph.dependencies(of: index).map(Int.init).flatMap { dependency in
            nodeOf[dependency] < 0 ? drawn(before: dependency, graph, nodeOf) : [nodeOf[dependency]]
        }
    }
}
