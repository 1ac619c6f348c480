import BatonCore
import Testing

/// Every edge goes from a lower to a higher node of a shuffled numbering, so it is acyclic.
private func randomGraph(seed: UInt64) -> (graph: Graph, edges: [Graph.Edge]) {
    var generator = SeededGenerator(seed: seed)
    let count = Int(generator.next() % 40) + 1
    let names = (0..<Int32(count)).shuffled(using: &generator)
    var edges: [Graph.Edge] = []
    for _ in 0..<Int(generator.next() % 120) {
        let (a, b) = (Int.random(in: 0..<count, using: &generator), Int.random(in: 0..<count, using: &generator))
        if a != b { edges.append(Graph.Edge(names[max(a, b)], dependsOn: names[min(a, b)])) }
    }
    return (Graph(count: count, edges: edges), edges)
}

@Suite struct GraphTests {
    @Test("both directions hold the same edges, sorted and once", arguments: UInt64(0)..<300)
    func directions(seed: UInt64) {
        let (graph, edges) = randomGraph(seed: seed)
        for node in 0..<graph.count {
            let before = Set(edges.filter { $0.node == Int32(node) }.map(\.dependency)).sorted()
            let after = Set(edges.filter { $0.dependency == Int32(node) }.map(\.node)).sorted()
            #expect(Array(graph.dependencies(of: node)) == before)
            #expect(Array(graph.successors(of: node)) == after)
        }
        #expect(Graph(count: graph.count, edges: graph.edges) == graph)
        #expect(Graph(dependencies: (0..<graph.count).map { Array(graph.dependencies(of: $0)) }) == graph)
    }

    @Test("an order has each node once and after its dependencies", arguments: UInt64(0)..<300)
    func order(seed: UInt64) throws {
        let (graph, _) = randomGraph(seed: seed)
        let order = try graph.topologicalOrder()
        #expect(order.sorted() == Array(0..<Int32(graph.count)))
        var place = [Int](repeating: 0, count: graph.count)
        for (index, node) in order.enumerated() { place[Int(node)] = index }
        for edge in graph.edges { #expect(place[Int(edge.dependency)] < place[Int(edge.node)]) }
    }

    @Test("a rank is the node's own time and that of the longest way on", arguments: UInt64(0)..<300)
    func ranks(seed: UInt64) throws {
        let (graph, _) = randomGraph(seed: seed)
        var generator = SeededGenerator(seed: seed)
        let times = (0..<graph.count).map { _ in Int64(generator.next() % 1000) }
        let ranks = graph.upwardRanks(nanoseconds: times)
        for node in 0..<graph.count {
            let longest = graph.successors(of: node).map { ranks[Int($0)] }.max() ?? 0
            #expect(ranks[node] == times[node] + longest)
        }
        let path = graph.criticalPath(ranks: ranks)
        #expect(path.reduce(0) { $0 + times[Int($1)] } == ranks.max())
        for (node, next) in zip(path, path.dropFirst()) { #expect(graph.successors(of: Int(node)).contains(next)) }
    }

    @Test("the ranks of the documented example")
    func example() {
        let graph = Graph(dependencies: [[], [0], [1], [0]])
        let ranks = graph.upwardRanks(nanoseconds: [1, 2, 3, 10])
        #expect(ranks == [11, 5, 3, 10])
        #expect(graph.criticalPath(ranks: ranks) == [0, 3])
    }

    @Test("absurd times stop at the largest number instead of overflowing")
    func saturation() {
        #expect(Graph(dependencies: [[], [0]]).upwardRanks(nanoseconds: [.max, .max]) == [.max, .max])
    }

    @Test("a cycle is named in order, from its lowest node")
    func cycle() {
        let graph = Graph(dependencies: [[], [3, 0], [1], [2], [3]])
        #expect(throws: GraphCycle(nodes: [1, 2, 3])) { try graph.topologicalOrder() }
        #expect(throws: GraphCycle(nodes: [0])) { try Graph(dependencies: [[0]]).topologicalOrder() }
    }

    @Test("every cycle found is one", arguments: UInt64(0)..<200)
    func randomCycles(seed: UInt64) throws {
        let (graph, edges) = randomGraph(seed: seed)
        guard let edge = edges.first else { return }
        let cyclic = Graph(count: graph.count, edges: edges + [Graph.Edge(edge.dependency, dependsOn: edge.node)])
        let error = try #require(throws: GraphCycle.self) { try cyclic.topologicalOrder() }
        for (node, next) in zip(error.nodes, error.nodes.dropFirst() + error.nodes.prefix(1)) {
            #expect(cyclic.successors(of: Int(node)).contains(next))
        }
    }
}
