import BatonCore
import Testing

@testable import baton

@Suite("Graph") struct GraphTests {
    private func outline(_ tasks: [Workflow.Task], above limit: Int = 6) throws -> Outline {
        let workflow = Workflow(name: "demo", tasks: tasks)
        let expansion = try workflow.expand(parameters: [])
        return Outline(workflow, instances: expansion.instances, graph: expansion.graph, collapsingAbove: limit)
    }

    private let tasks = [
        task("index"), task("align", needs: ["index"], over: ["a", "b", "c"]), task("call", needs: ["align[b]"]),
        task("report", needs: ["align", "index"]), task("clean", isFinally: true),
    ]

    @Test("a large fan-out is one node, and groups are seen through")
    func collapsing() throws {
        #expect(
            try outline(tasks).nodes.map(\.name) == [
                "index", "align[a]", "align[b]", "align[c]", "call", "report", "clean",
            ])
        let folded = try outline(tasks, above: 2)
        #expect(folded.nodes.map(\.name) == ["index", "align", "call", "report", "clean"])
        #expect(folded.nodes.map(\.count) == [1, 3, 1, 1, 1])
        #expect(folded.graph.edges.map { [$0.node, $0.dependency] } == [[1, 0], [2, 1], [3, 0], [3, 1]])
    }

    @Test("a fan-out that others stand between stays apart, or the drawing would have a cycle")
    func cycle() throws {
        var chained = task("step", over: ["first", "between"])
        chained.needs = [try Template(parsing: "${{ x }}")]
        let workflow = [task("first"), chained, task("between", needs: ["step[first]"])]
        #expect(try outline(workflow, above: 1).nodes.count == 4)
    }

    @Test("every dependency is drawn to the left, and neighbours in a column don't touch", arguments: 0..<30)
    func layout(_ seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        let count = Int.random(in: 1...40, using: &generator)
        var edges: [Graph.Edge] = []
        for node in 1..<max(count, 2) where node < count {
            for _ in 0..<Int.random(in: 0...3, using: &generator) {
                edges.append(Graph.Edge(Int32(node), dependsOn: Int32(Int.random(in: 0..<node, using: &generator))))
            }
        }
        let graph = Graph(count: count, edges: edges)
        let layout = LayeredLayout(graph, isLast: Array(repeating: false, count: count))
        for edge in graph.edges { #expect(layout.layer[Int(edge.dependency)] < layout.layer[Int(edge.node)]) }
        for column in 0..<layout.layerCount {
            let heights = layout.layer.indices.filter { layout.layer[$0] == column }.map { layout.y[$0] }
            let bends = layout.bends.joined().filter { $0.layer == column }.map(\.y)
            let sorted = (heights + bends).sorted()
            for (above, below) in zip(sorted, sorted.dropFirst()) { #expect(below - above > 0.999) }
        }
    }

    @Test("what runs at the very end is drawn at the very right")
    func finally() throws {
        let outline = try outline(tasks)
        let layout = LayeredLayout(outline.graph, isLast: outline.nodes.map(\.isFinally))
        #expect(layout.layer == [0, 1, 1, 1, 2, 2, 3])
    }

    @Test("drawings in each format", arguments: ["svg", "dot", "txt"])
    func golden(_ format: String) throws {
        let outline = try outline(tasks)
        let text =
            switch format {
            case "svg": GraphSVG(outline).text
            case "dot": GraphText.dot(outline) + "\n"
            default: GraphText.list(outline, for: .file) + "\n"
            }
        try GoldenText.expect(text, equals: "graph.\(format)")
    }

    @Test("a drawing of a run shows how far its fan-outs are")
    func run() throws {
        let stage = try ProgressTests.eventful()
        let graph = try #require(stage.engine.graph(of: stage.run))
        let workflow = try #require(stage.engine.submission(of: stage.run)).workflow
        let outline = Outline(
            workflow, instances: stage.engine.instances(of: stage.run), graph: graph,
            states: { stage.engine.state(of: TaskReference(run: stage.run, task: TaskInstance.ID($0)))!.label },
            collapsingAbove: 1
        )
        try GoldenText.expect(GraphText.list(outline, for: .file) + "\n", equals: "graph-run.txt")
    }

    @Test("names can't break out of the picture")
    func escaping() throws {
        let text = GraphSVG(try outline([task("a<b>&\"c")])).text
        #expect(text.contains("a&lt;b&gt;&amp;&quot;c"))
    }
}
