import BatonCore
import Foundation
import Testing

@testable import BatonFormats

@Suite struct ExchangeTests {
    private static let recorded = """
        {"name": "two", "schemaVersion": "1.5", "workflow": {
          "specification": {"tasks": [
            {"name": "a", "id": "a [1]", "parents": [], "children": ["b"]},
            {"name": "b", "id": "b", "parents": ["a [1]"], "children": []}]},
          "execution": {"makespanInSeconds": 3, "executedAt": "2024-01-01T00:00:00Z", "tasks": [
            {"id": "a [1]", "runtimeInSeconds": 10.5, "avgCPU": 150, "coreCount": 2, "memoryInBytes": 1000000,
             "command": {"program": "tool", "arguments": ["--in", "x y"]}},
            {"id": "b", "runtimeInSeconds": 0}]}}}
        """

    @Test("a recorded run keeps its graph, commands, times and requests")
    func recordedRun() throws {
        let workflow = try WfFormat.decode(Self.recorded, file: "two.json")
        #expect(workflow.tasks.map(\.name) == ["a (1)", "b"])
        #expect(workflow.tasks[0].action == .arguments(["tool", "--in", "x y"].map { Template(literal: $0) }))
        #expect(workflow.tasks[0].request.milliCPU == .exactly(2000))
        #expect(workflow.tasks[0].expectedDuration == .milliseconds(10_500))
        #expect(workflow.tasks[1].needs.map(\.source) == ["a (1)"])
        #expect(workflow.validate() == [])
    }

    @Test("a replay makes load in place of the commands, scaled")
    func replay() throws {
        let replay = WfFormat.Replay(timeScale: 0.1, memoryScale: 2)
        let workflow = try WfFormat.decode(Self.recorded, file: "two.json", replay: replay)
        let words = ["baton", "replay-load", "--seconds", "1.05", "--cpu", "1.5", "--memory", "2000000"]
        #expect(workflow.tasks[0].action == .arguments(words.map { Template(literal: $0) }))
        #expect(workflow.tasks[0].expectedDuration == .milliseconds(1050))
        #expect(workflow.tasks[0].request.memoryBytes == .exactly(66_000_000))
        #expect(try yaml(YAMLFormat.encode(workflow)) == workflow)
    }

    @Test("a run that is written as WfFormat reads back as the same graph")
    func export() throws {
        let start = Instant(nanoseconds: 1_700_000_000_000_000_000)
        let tasks = [
            WfExecution.Task(
                id: "a", name: "a", parents: [], command: ["sh", "-c", "x"], start: start, runtime: .seconds(2),
                cpuTime: .seconds(3), memoryBytesPeak: 5_000_000, readBytes: 7),
            WfExecution.Task(id: "b[1]", name: "b", parents: ["a"], command: [], start: start, runtime: .zero),
        ]
        let run = WfExecution(name: "run", start: start, makespan: .seconds(2.5), machine: "host", tasks: tasks)
        let text = WfFormat.encode(run)
        try Golden.expect(text, equals: "run.wfformat.json")
        let workflow = try WfFormat.decode(text, file: "run.json")
        #expect(workflow.tasks.map(\.name) == ["a", "b(1)"] && workflow.tasks[1].needs.map(\.source) == ["a"])
    }

    @Test("another version or a missing parent is an error with its place")
    func wrongRecords() {
        func message(_ text: String) -> [String] {
            do {
                _ = try WfFormat.decode(text, file: "x.json")
                return []
            } catch {
                return error.problems.map(\.text)
            }
        }
        #expect(
            message("{\"schemaVersion\": \"1.4\"}") == [
                "x.json:1:19: error: expected the schemaVersion 1.5, found the text '1.4'"
            ])
        #expect(
            message(Self.recorded.replacing("\"parents\": [\"a [1]\"]", with: "\"parents\": [\"c\"]")) == [
                "x.json:4:42: error: the parent of 'b' is not a task"
            ])
        #expect(message("[") == ["x.json:1:2: error: expected a value, found the end of the file"])
    }

    @Test("edges, chains, groups and attributes of a graph become tasks")
    func dot() throws {
        let text = """
            strict digraph "my flow" { // comment
              rankdir=LR; node [shape=box]
              a -> b -> {c "d e":n} [color=red]
              subgraph cluster_x { c; f [command="echo \\"hi\\"", duration="1m30s"] } -> g
              /* b -> a */
            }
            """
        let workflow = try DOTFormat.decode(text, file: "x.dot")
        #expect(workflow.name == "my flow")
        #expect(workflow.tasks.map(\.name) == ["a", "b", "c", "d e", "f", "g"])
        #expect(workflow.tasks.map { $0.needs.map(\.source) } == [[], ["a"], ["b"], ["b"], [], ["c", "f"]])
        #expect(workflow.tasks[4].action == .shell(Template(literal: "echo \"hi\"")))
        #expect(workflow.tasks[4].expectedDuration == .seconds(90))
        for broken in [
            "graph { a -- b }", "digraph { a -> }", "digraph { a", "digraph { a [x=] }", "digraph {}",
            "digraph { a -- b }",
        ] {
            #expect(throws: WorkflowError.self) { try DOTFormat.decode(broken, file: "x.dot") }
        }
    }

    @Test("a build file of ninja becomes tasks with its files and order")
    func ninja() throws {
        let text = """
            cflags = -O2
            pool heavy
              depth = 1
            rule cc
              command = cc $cflags $extra -c $in -o $out
              depfile = $out.d
            rule link
              command = cc $in -o $out $$HOME
              pool = heavy
            build gen: cc gen.c
            build obj/a.o: cc a.c | gen.h || prepare
              extra = -DA="x $
                  y"
            build obj/b$ c.o: cc b$ c.c || gen
            build app: link obj/a.o obj/b$ c.o
            build prepare: phony gen
            build unused: cc u.c
            build all: phony app
            default all
            """
        let workflow = try NinjaFormat.decode(text, file: "build.ninja")
        #expect(workflow.tasks.map(\.name) == ["gen", "obj/a.o", "obj/b c.o", "app"])
        #expect(workflow.tasks.map { $0.needs.map(\.source) } == [[], ["gen"], ["gen"], ["obj/a.o", "obj/b c.o"]])
        #expect(
            workflow.tasks[1].action == .shell(Template(literal: "mkdir -p obj\ncc -O2 -DA=\"x y\" -c a.c -o obj/a.o")))
        #expect(
            workflow.tasks[2].action == .shell(Template(literal: "mkdir -p obj\ncc -O2  -c 'b c.c' -o 'obj/b c.o'")))
        #expect(workflow.tasks[3].action == .shell(Template(literal: "cc obj/a.o 'obj/b c.o' -o app $HOME")))
        #expect(workflow.tasks[1].inputs.map(\.source) == ["a.c", "gen.h"])
        #expect(workflow.limits == [.init(name: "heavy", capacity: 1)])
        #expect(workflow.tasks[3].request.slots == [.init(limit: "heavy")])
        #expect(workflow.validate() == [])
    }

    @Test("what ninja could not build is refused with its place")
    func wrongBuilds() {
        func message(_ text: String) -> String? {
            let error = #expect(throws: WorkflowError.self) { try NinjaFormat.decode(text, file: "build.ninja") }
            return error?.problems.first?.text
        }
        #expect(
            message("rule cc\n  command = cc\nbuild a: cx b\n")
                == "build.ninja:3:1: error: there is no rule 'cx'. Did you mean 'cc'?")
        #expect(
            message("build a: phony\nbuild a: phony\n") == "build.ninja:2:1: error: 'a' is the output of two builds")
        #expect(message("what is this") == "build.ninja:1:1: error: expected 'name = value' or a declaration")
        #expect(message("  a = b") == "build.ninja:1:3: error: expected a declaration, found an indented line")
        #expect(message("") == "build.ninja:1:1: error: expected at least one build, found none")
    }
}
