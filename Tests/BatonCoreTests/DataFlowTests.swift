import BatonCore
import BatonTesting
import Testing

/// A graph as `workflow` reads it, and what each task was seen to do: `r`, `w`, `d` and `m` of paths, `?` for not observed.
private struct Scene {
    let names: [String]
    let flow: DataFlow

    init(_ text: String, _ files: KeyValuePairs<String, String>, groups: Set<String> = []) throws {
        let expansion = try workflow(text).expand(parameters: [])
        let names = expansion.instances.map(\.name)
        self.names = names
        var observed = [ObservedFiles?](repeating: ObservedFiles(), count: names.count)
        for (name, words) in files {
            let place = try #require(names.firstIndex(of: name))
            observed[place] = words == "?" ? nil : Self.files(words)
        }
        flow = DataFlow(expansion.graph, observed: observed, isGroup: { groups.contains(names[$0]) })
    }

    static func files(_ words: String) -> ObservedFiles {
        var files = ObservedFiles()
        for word in words.split(separator: " ") {
            let path = String(word.dropFirst(2))
            switch word.first {
            case "r": files.reads.append(path)
            case "w": files.writes.append(path)
            case "d": files.deletes.append(path)
            case "m": files.missed.append(path)
            default: files.isComplete = false
            }
        }
        return files
    }

    var missing: [String] {
        flow.missing.map {
            "\(names[Int($0.from)]) before \(names[Int($0.to)]), which \($0.kind) \($0.path)"
                + ($0.pathCount > 1 ? " and \($0.pathCount - 1) more" : "")
        }
    }

    var withoutFlow: [String] { flow.withoutFlow.map { "\(names[Int($0.from)]) -> \(names[Int($0.to)])" } }
}

@Suite("Data flow")
struct DataFlowTests {
    @Test("a file that is read by a task which does not wait for its writer is a missing dependency, with the file")
    func missing() throws {
        let scene = try Scene("a -> b, c", ["a": "w:x w:y w:z", "b": "r:x", "c": "r:z r:y"])
        #expect(scene.missing == ["a before c, which reads y and 1 more"])
        #expect(scene.withoutFlow.isEmpty)
    }

    @Test("a path of dependencies is enough, in whichever direction")
    func paths() throws {
        let scene = try Scene("a -> b -> c -> d", ["a": "w:x r:late", "c": "r:x", "d": "r:x w:late"])
        #expect(scene.missing.isEmpty)
    }

    @Test("a file looked for in vain that another task writes shows that one came too early")
    func missed() throws {
        let scene = try Scene("a, b, c -> d", ["a": "w:x", "b": "m:x m:nobody's", "c": "w:y", "d": "m:y"])
        #expect(scene.missing == ["a before b, which misses x"])
    }

    @Test("a file that one reads and another deletes asks for the reader to come first")
    func deleted() throws {
        let scene = try Scene("a, b", ["a": "d:x", "b": "r:x"])
        #expect(scene.missing == ["b before a, which deletes x"])
    }

    @Test("a task that reads and writes a file is in no conflict with itself")
    func itself() throws {
        #expect(try Scene("a, b", ["a": "r:x w:x", "b": "r:y"]).missing.isEmpty)
    }

    @Test(
        "what makes the order of two tasks matter",
        arguments: [
            ("w:x", "r:x", true), ("r:x", "w:x", true), ("w:x", "w:x", true), ("r:x", "d:x", true),
            ("d:x", "w:x", true), ("d:x", "m:x", true), ("r:x", "r:x", false), ("m:x", "m:x", false),
            ("w:x", "r:y", false), ("w:x", "", false),
        ])
    func flow(first: String, second: String, isFlow: Bool) throws {
        let scene = try Scene("a -> b", ["a": first, "b": second])
        #expect(scene.withoutFlow == (isFlow ? [] : ["a -> b"]))
    }

    @Test("a folder counts for what is done inside, unless both would make it")
    func folders() throws {
        #expect(try Scene("a -> b", ["a": "w:out/", "b": "w:out/deep/x"]).withoutFlow.isEmpty)
        #expect(try Scene("a -> b", ["a": "w:out/ w:out/y", "b": "w:out/ w:out/x"]).withoutFlow == ["a -> b"])
        #expect(try Scene("a -> b", ["a": "w:out/x", "b": "d:out/"]).withoutFlow.isEmpty)
        #expect(try Scene("a -> b", ["a": "w:out/", "b": "w:output/x"]).withoutFlow == ["a -> b"])
    }

    @Test("tasks that both make a folder, or of which one works in the other's, are no race by that alone")
    func foldersAreNoRace() throws {
        #expect(try Scene("a, b, c", ["a": "w:out/", "b": "w:out/", "c": "w:out/x"]).missing.isEmpty)
    }

    @Test("a task that was not observed, or not wholly, is given the benefit of the doubt")
    func unknown() throws {
        let scene = try Scene("a -> b, a -> c, a -> d", ["a": "w:x", "b": "?", "c": "r:y !", "d": "r:y"])
        #expect(scene.withoutFlow == ["a -> d"])
    }

    @Test("what is seen of a task that was not observed wholly still shows a race")
    func partlyKnown() throws {
        #expect(try Scene("a, b", ["a": "w:x !", "b": "r:x"]).missing == ["a before b, which reads x"])
    }

    @Test("a group stands for its members: one that hands something on is enough")
    func groups() throws {
        let graph = "m1 -> group, m2 -> group, group -> reader, group -> other"
        let files: KeyValuePairs = ["m1": "w:x", "m2": "w:y", "reader": "r:y", "other": "r:z"]
        #expect(try Scene(graph, files, groups: ["group"]).withoutFlow == ["group -> other"])
        let doubt: KeyValuePairs = ["m1": "?", "m2": "w:y", "reader": "r:y", "other": "r:z"]
        #expect(try Scene(graph, doubt, groups: ["group"]).withoutFlow.isEmpty)
    }

    @Test("a value that is read keeps its dependency, and so does 'finally'")
    func values() throws {
        let flow = workflow(
            "a -> b, a -> c, a -> d",
            [
                "b": { $0.condition = try? Expression(parsing: "tasks.a.stdout == 'x'") },
                "d": { $0.isFinally = true },
            ])
        let expansion = try flow.expand(parameters: [])
        let values = ValueFlow(flow)
        let data = DataFlow(
            expansion.graph, observed: expansion.instances.map { _ in ObservedFiles() },
            hasOtherFlow: {
                values.leads(from: expansion.instances[Int($0.dependency)], to: expansion.instances[Int($0.node)])
            })
        #expect(data.withoutFlow == [DataFlow.Link(from: 0, to: 2)])
    }

    @Test("races are those pairs that a search finds without a way between them", arguments: UInt64(0)..<100)
    func againstSearch(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let count = 30
        var edges: [Graph.Edge] = []
        for node in 1..<count {
            for _ in 0..<Int(random.next() % 3) {
                edges.append(Graph.Edge(Int32(node), dependsOn: Int32(random.next() % UInt64(node))))
            }
        }
        let graph = Graph(count: count, edges: edges)
        let observed = (0..<count).map { _ in
            var files = ObservedFiles()
            for path in 0..<12 {
                switch random.next() % 8 {
                case 0: files.reads.append("f\(path)")
                case 1: files.writes.append("f\(path)")
                default: break
                }
            }
            return files
        }
        var reaches = [[Bool]](repeating: [Bool](repeating: false, count: count), count: count)
        for node in 0..<count {
            for dependency in graph.dependencies(of: node).map(Int.init) {
                for source in 0..<count where source == dependency || reaches[source][dependency] {
                    reaches[source][node] = true
                }
            }
        }
        var expected: [[Int]] = []
        for writer in 0..<count {
            for reader in 0..<count where reader != writer && !reaches[writer][reader] && !reaches[reader][writer] {
                let shared = Set(observed[writer].writes).intersection(observed[reader].reads)
                if !shared.isEmpty { expected.append([writer, reader, shared.count]) }
            }
        }
        let found = DataFlow(graph, observed: observed).missing.map { [Int($0.from), Int($0.to), $0.pathCount] }
        #expect(found == expected)
    }

    @Test("a thousand writers and more are followed through the graph")
    func manyWriters() {
        // A chain, and beside it a task that reads what each of the chain writes.
        let count = 3000
        let edges = (1..<count).map { Graph.Edge(Int32($0), dependsOn: Int32($0 - 1)) }
        var observed = (0..<count).map { ObservedFiles(reads: ["f0"], writes: ["f\($0)"]) }
        observed.append(ObservedFiles(reads: (0..<count).map { "f\($0)" }))
        let flow = DataFlow(Graph(count: count + 1, edges: edges), observed: observed)
        #expect(flow.missing.map(\.from) == Array(0..<Int32(count)))
        #expect(flow.missing.allSatisfy { $0.to == Int32(count) })
    }
}
