import BatonCore
import BatonTesting
import Testing

@Suite("Engine: fan-outs")
struct EngineFanOutTests {
    private static func over(_ expression: Expression) -> Workflow.FanOut {
        Workflow.FanOut(axes: [.init(name: "x", values: .expression(expression))])
    }

    private static func over(_ values: [String]) -> Workflow.FanOut {
        Workflow.FanOut(axes: [.init(name: "x", values: .list(values.map { .string($0) }))])
    }

    @Test("a group is done when all its instances are, and only then lets others go")
    func staticGroup() {
        var stage = Stage(workflow("each -> all", ["each": { $0.fanOut = Self.over(["p", "q"]) }]))
        stage.run("each[p]")
        #expect([stage.label("each"), stage.label("all")] == [.blocked, .blocked])
        stage.run("each[q]")
        #expect([stage.label("each"), stage.label("all")] == [.succeeded, .ready])
    }

    @Test("an instance that fails takes its group and all behind it along")
    func failedInstance() {
        var stage = Stage(workflow("each -> all", ["each": { $0.fanOut = Self.over(["p", "q"]) }]))
        stage.run("each[p]", .failed(.exitCode(1)))
        #expect([stage.label("each"), stage.label("all"), stage.label("each[q]")] == [.skipped, .skipped, .ready])
        stage.run("each[q]")
        #expect(stage.status == .failed)
    }

    @Test("an instance left out by `when` does not hold up its group")
    func instanceLeftOut() {
        var stage = Stage(
            workflow(
                "each -> all",
                [
                    "each": {
                        $0.fanOut = Self.over(["p", "q"])
                        $0.condition = expression("x == \"p\"")
                    }
                ]
            )
        )
        #expect(stage.state("each[q]") == .skipped(because: .condition))
        stage.run("each[p]")
        #expect([stage.label("each"), stage.label("all")] == [.succeeded, .ready])
    }

    @Test("a fan-out over what a task printed has its instances once that task has succeeded")
    func dynamicGroup() {
        var stage = Stage(
            workflow("list -> all, each -> all", ["each": { $0.fanOut = Self.over(expression("tasks.list.lines")) }])
        )
        stage.run("list", .succeeded(TaskValues(stdout: "p\nq\n")))
        let added = stage.effects.contains { effect in
            if case .announce(.tasksAdded(_, _, let instances, _)) = effect {
                instances.map(\.name) == ["each[p]", "each[q]"]
            } else {
                false
            }
        }
        #expect(added)
        stage.run("each[p]", .succeeded(TaskValues(stdout: "1\n")))
        #expect(stage.label("all") == .blocked)
        stage.run("each[q]", .succeeded(TaskValues(stdout: "2\n")))
        #expect(stage.engine.values(of: stage.reference("each"))?.stdout == "1\n2\n")
        stage.run("all")
        #expect(stage.status == .succeeded)
    }

    @Test("instances that are carried over are done as soon as their fan-out is known, and only they")
    func carriedInstances() {
        let from = Run.ID(rawValue: 7)
        let carried = [
            Run.CarriedOver(instance: "list", from: from, values: TaskValues(stdout: "p\nq\n")),
            Run.CarriedOver(instance: "each[q]", from: from, values: TaskValues(stdout: "2\n")),
        ]
        var stage = Stage(
            workflow("list -> each -> all", ["each": { $0.fanOut = Self.over(expression("tasks.list.lines")) }]),
            carriedOver: carried)
        #expect(
            [stage.label("each[p]"), stage.label("each[q]"), stage.label("each")] == [.ready, .succeeded, .blocked])
        stage.run("each[p]", .succeeded(TaskValues(stdout: "1\n")))
        #expect(stage.engine.values(of: stage.reference("each"))?.stdout == "1\n2\n")
        #expect([stage.label("each"), stage.label("all")] == [.succeeded, .ready])
    }

    @Test("a fan-out over nothing succeeds at once")
    func emptyList() {
        var stage = Stage(
            workflow(
                "list -> each -> all, none -> end",
                [
                    "each": { $0.fanOut = Self.over(expression("tasks.list.lines")) },
                    "none": { $0.fanOut = Self.over([]) },
                ]
            )
        )
        #expect([stage.label("none"), stage.label("end")] == [.succeeded, .ready])
        stage.run("list", .succeeded(TaskValues(stdout: "\n")))
        #expect([stage.label("each"), stage.label("all")] == [.succeeded, .ready])
    }

    @Test("a fan-out over what is no list fails its group")
    func noList() {
        var stage = Stage(
            workflow("list -> each -> all", ["each": { $0.fanOut = Self.over(expression("tasks.list.stdout")) }])
        )
        stage.run("list", .succeeded(TaskValues(stdout: "p")))
        #expect([stage.label("each"), stage.label("all")] == [.failed, .skipped])
        #expect(stage.status == .failed)
    }

    @Test("a fan-out over the output of a task that was left out is left out too")
    func listLeftOut() {
        let stage = Stage(
            workflow(
                "list -> each -> all, none -> end, list -> none",
                [
                    "list": { $0.condition = expression("1 > 2") },
                    "each": { $0.fanOut = Self.over(expression("tasks.list.lines")) },
                    "none": { $0.fanOut = Self.over([]) },
                ]
            )
        )
        for name in ["each", "all", "none", "end"] { #expect(stage.label(name) == .skipped, "\(name)") }
        #expect(stage.status == .succeeded)
    }

    @Test("a group whose instances failed is completed by a retry of the run")
    func retryOfGroup() throws {
        var stage = Stage(
            workflow("list -> each -> all", ["each": { $0.fanOut = Self.over(expression("tasks.list.lines")) }])
        )
        stage.run("list", .succeeded(TaskValues(stdout: "p\nq\n")))
        stage.run("each[p]")
        stage.run("each[q]", .failed(.exitCode(1)))
        try stage.wish(.retry(stage.run))
        #expect(
            [stage.label("each[p]"), stage.label("each[q]"), stage.label("each")] == [.succeeded, .ready, .blocked])
        stage.run("each[q]")
        stage.run("all")
        #expect(stage.status == .succeeded)
    }
}
