import BatonCore
import BatonPolicies
import Testing

@testable import baton

@Suite("Forecast") struct ForecastTests {
    private func plan(_ tasks: [Workflow.Task], cores: Int64 = 2) throws -> Plan {
        let capacity = Resources(milliCPU: cores * 1000, memoryBytes: 8_000_000_000)
        return try Plan(
            Workflow(name: "demo", tasks: tasks), parameters: [], directory: "/project",
            worker: Worker(id: Worker.ID(0), name: "local", capacity: capacity), policy: CriticalPathFirst(),
            estimator: nil
        )
    }

    @Test("a plan starts the longest path first and says what each task waits for")
    func order() throws {
        let plan = try plan([
            task("short", seconds: 1), task("long", seconds: 5), task("other", seconds: 2),
            task("last", needs: ["long"], seconds: 1),
        ])
        let names = plan.forecast.entries.map { plan.instances[$0.task].name }
        #expect(names == ["long", "other", "short", "last"])
        #expect(plan.forecast.entries.map(\.gate) == [.nothing, .nothing, .room(2), .dependency(1)])
        #expect(plan.makespan == .seconds(6))
        #expect(plan.longestPath == .seconds(6))
        #expect(plan.workOverCores == .milliseconds(4500))
    }

    @Test("the critical chain goes through tasks that only left room")
    func chain() throws {
        let plan = try plan([task("a", seconds: 3), task("b", seconds: 2), task("c", seconds: 1)], cores: 1)
        let chain = plan.forecast.criticalChain.map { plan.instances[plan.forecast.entries[$0].task].name }
        #expect(chain == ["a", "b", "c"])
        #expect(plan.makespan == .seconds(6))
    }

    @Test("a whole fan-out is looked through to the instance that ended last")
    func group() throws {
        let plan = try plan([
            task("each", over: ["a", "b", "c"], seconds: 2), task("all", needs: ["each"], seconds: 1),
        ])
        let last = try #require(plan.forecast.entries.last)
        #expect(last.gate == .dependency(2))
        #expect(plan.instances[2].name == "each[c]")
    }

    @Test("a finally task is expected after the last of the others")
    func finally() throws {
        var tidy = task("tidy", seconds: 1)
        tidy.isFinally = true
        let plan = try plan([tidy, task("a", seconds: 3), task("b", seconds: 2)])
        let last = try #require(plan.forecast.entries.last)
        #expect(last.task == 0)
        #expect(last.gate == .rest(1))
        #expect(plan.makespan == .seconds(4))
    }

    @Test("a task of unknown length counts as the median of the known ones")
    func unknown() throws {
        let plan = try plan([task("a", seconds: 2), task("b", seconds: 4), task("c", seconds: 9), task("d")])
        #expect(plan.typical == .seconds(4))
        #expect(plan.forecast.entries.filter { !$0.isKnown }.map(\.task) == [3])
    }

    @Test("what only the run can tell is assumed, and said")
    func assumptions() throws {
        var spread = task("spread")
        spread.fanOut = Workflow.FanOut(axes: [
            .init(name: "x", values: .expression(try Expression(parsing: "tasks.list.lines")))
        ])
        var maybe = task("maybe", needs: ["list"])
        maybe.condition = try Expression(parsing: "tasks.list.exit_code == 0")
        let planned = PlannedWorkflow(Workflow(name: "demo", tasks: [task("list"), spread, maybe]))
        let plan = try plan(planned.workflow.tasks)
        #expect(plan.forecast.entries.map { plan.instances[$0.task].name } == ["list", "spread[?]", "maybe"])
        #expect(
            planned.assumptions == [
                "How many times spread runs is known only when tasks.list.lines is; it counts as one.",
                "Whether maybe runs depends on tasks.list.exit_code == 0; it counts as if it did.",
            ])
    }

    @Test("a plan reads well")
    func text() throws {
        let plan = try plan([
            task("index", seconds: 12), task("align", needs: ["index"], over: ["a", "b", "c"], seconds: 30),
            task("report", needs: ["align"]),
        ])
        let view = PlanView(plan: plan, assumptions: [])
        try GoldenText.expect(view.text(for: .file) + "\n", equals: "plan.txt")
    }

    @Test("a run that goes on is forecast from where it stands")
    func ongoing() throws {
        let stage = try Stage([task("a", seconds: 10), task("b", needs: ["a"], seconds: 5)])
        try stage.decide(at: 0)
        let forecast = Forecast(
            from: stage.engine, run: stage.run, at: Stage.time(4), policy: CriticalPathFirst(), typical: .seconds(1))
        #expect(forecast.entries.map(\.start) == [Stage.time(0), Stage.time(10)])
        #expect(forecast.end == Stage.time(15))
    }
}
