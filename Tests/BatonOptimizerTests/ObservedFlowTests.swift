import BatonCore
import BatonOptimizer
import BatonSimulator
import Testing

@Suite struct ObservedFlowTests {
    /// - Parameter files: by task: what it read, and what it wrote.
    private func subject(
        _ tasks: [Workflow.Task], _ files: [String: (reads: [String], writes: [String])]
    ) throws -> Subject {
        let plain = try Fixture.subject(tasks)
        return Subject(
            plain.workflow, expansion: plain.expansion, knowledge: plain.knowledge, machines: plain.machines,
            observed: plain.expansion.instances.map { instance in
                files[plain.workflow.tasks[Int(instance.task)].name].map {
                    ObservedFiles(reads: $0.reads, writes: $0.writes)
                }
            })
    }

    @Test("a file that one task reads and another writes brings them in order") func missingDependency() throws {
        let subject = try subject(
            [Fixture.task("make"), Fixture.task("use")], ["make": ([], ["x"]), "use": (["x"], ["y"])])
        let priced = Fixture.priced(subject)
        let proposal = try #require(priced.proposals.first)
        #expect(proposal.finding.kind == .missingDependency)
        #expect(proposal.finding.edits == [.addNeed(task: "use", need: "make")])
        #expect(proposal.verdict == .needed, "although it takes longer")
        #expect(priced.together?.edits == [.addNeed(task: "use", need: "make")])
    }

    @Test("a wait over which nothing flows goes, if the user permits it, and what flowed around it is waited for still")
    func needlessDependency() throws {
        // `plot` needs `clean` only, but reads what `load` wrote.
        let subject = try subject(
            [
                Fixture.task("load"), Fixture.task("clean", needs: ["load"]), Fixture.task("plot", needs: ["clean"]),
            ],
            ["load": ([], ["raw"]), "clean": (["raw"], ["table"]), "plot": (["raw"], ["plot.png"])])
        let finding = try #require(Analysis(subject).findings.first { $0.kind == .needlessDependency })
        #expect(
            finding.edits == [.removeNeed(task: "plot", need: "clean"), .addNeed(task: "plot", need: "load")])
        #expect(Fixture.priced(subject).together == nil, "nobody permitted it")
        let permitted = try #require(Fixture.priced(subject, permissions: [.dropDependencies]).together)
        #expect(abs(permitted.promise.completionTime.mean - 1.0 / 3) < 0.01)
    }

    @Test("tasks of one sort that wait for each other for nothing run side by side") func serialFanOut() throws {
        let parts = (1...4).map { part in
            Fixture.task("part\(part)", needs: [part == 1 ? "split" : "part\(part - 1)"])
        }
        var files: [String: (reads: [String], writes: [String])] = [
            "split": ([], ["in"]), "join": ((1...4).map { "out\($0)" }, ["all"]),
        ]
        for part in 1...4 { files["part\(part)"] = (["in"], ["out\(part)"]) }
        let subject = try subject([Fixture.task("split")] + parts + [Fixture.task("join", needs: ["part4"])], files)
        let priced = Fixture.priced(subject, permissions: [.dropDependencies])
        let together = try #require(priced.together)
        #expect(together.ids == ["serial-fan-out:part2"])
        let edited = try subject.workflow.applying(together.edits)
        let expansion = try edited.expand(parameters: [])
        let join = try #require(expansion["join"])
        #expect(Set(expansion.graph.dependencies(of: Int(join.index))) == [1, 2, 3, 4])
        #expect(expansion.graph.dependencies(of: 3) == [0], "'part3' waits for 'split' itself")
        #expect(abs(together.promise.completionTime.mean - 0.5) < 0.01, "3 s instead of 6")
    }

    @Test(
        "of two ways by which a task waits for a file one goes, or both and a wait for the file itself takes their place"
    )
    func twoWays() throws {
        // `end` reads what `load` wrote, and waits for it by `left` and by `right`, which have nothing to do with it.
        let subject = try subject(
            [
                Fixture.task("load"), Fixture.task("left", needs: ["load"]), Fixture.task("right", needs: ["load"]),
                Fixture.task("end", needs: ["left", "right"]),
            ],
            [
                "load": ([], ["raw"]), "left": ([], ["l"]), "right": ([], ["r"]), "end": (["raw", "l", "r"], ["e"]),
            ])
        let analysis = Analysis(subject)
        let needless = analysis.findings.filter { $0.kind == .needlessDependency }
        #expect(
            needless.map(\.edits) == [
                [.removeNeed(task: "left", need: "load")], [.removeNeed(task: "right", need: "load")],
            ])
        let together = try #require(analysis.edits(of: needless))
        #expect(together == needless.flatMap(\.edits) + [.addNeed(task: "end", need: "load")])
    }

    @Test("no wait goes that would leave a task that nobody watched, and what may use its files, in any order")
    func unwatched() throws {
        // `first` may well write what `last` reads.
        let tasks = [
            Fixture.task("first"), Fixture.task("middle", needs: ["first"]), Fixture.task("last", needs: ["middle"]),
        ]
        let files: [String: (reads: [String], writes: [String])] = ["middle": ([], ["m"]), "last": (["f"], ["l"])]
        #expect(Analysis(try subject(tasks, files)).findings.filter { $0.kind != .order }.isEmpty)
        let watched = files.merging(["first": ([], ["other"])]) { old, _ in old }
        #expect(Analysis(try subject(tasks, watched)).findings.contains { $0.kind == .needlessDependency })
    }

    @Test("where nobody looked, no dependency is doubted") func unobserved() throws {
        let subject = try subject(
            [Fixture.task("a"), Fixture.task("b", needs: ["a"])], ["a": ([], ["x"])])
        #expect(Analysis(subject).findings.filter { $0.kind != .order }.isEmpty)
    }
}
