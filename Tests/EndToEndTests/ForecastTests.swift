import BatonCore
import BatonPolicies
import Testing

@testable import baton

@Suite("Forecast") struct ForecastTests {
    private func plan(
        _ tasks: [Workflow.Task], limits: [Workflow.Limit] = [], cores: Int64 = 2, others: [any Policy] = [],
        estimator: (any Estimator)? = nil
    ) throws -> Plan {
        let capacity = Resources(milliCPU: cores * 1000, memoryBytes: 8_000_000_000)
        return try Plan(
            Workflow(name: "demo", limits: limits, tasks: tasks), parameters: [], directory: "/project",
            worker: Worker(id: Worker.ID(0), name: "local", capacity: capacity), policy: CriticalPathFirst(),
            others: others, estimator: estimator
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

    @Test("what was declared counts until the task itself has run, and for more than tasks of its name elsewhere")
    func declared() throws {
        let tasks = [task("a", seconds: 2), task("b")]
        func ends(_ basis: Estimate.Basis) throws -> [String: Duration] {
            let plan = try plan(tasks, estimator: Uncertain(basis: basis))
            #expect(plan.forecast.entries.allSatisfy { $0.isKnown })
            return Dictionary(
                uniqueKeysWithValues: plan.forecast.entries.map {
                    (plan.instances[$0.task].name, $0.start.duration(to: $0.end))
                })
        }
        let (own, elsewhere) = (try ends(.own), try ends(.elsewhere))
        #expect(own == ["a": .seconds(10), "b": .seconds(10)])
        #expect(elsewhere == ["a": .seconds(2), "b": .seconds(10)])
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

    /// Ten seconds, sometimes twenty; of `sure` always five.
    private struct Uncertain: Estimator {
        var basis: Estimate.Basis?

        func estimate(
            workflow: String, task: String, instance: String, request: TaskInstance.Request
        ) -> Estimate? {
            let isSure = task == "sure"
            return Estimate(
                durationP50Nanoseconds: isSure ? 5_000_000_000 : 10_000_000_000,
                durationP90Nanoseconds: isSure ? 5_000_000_000 : 20_000_000_000, peakMemoryP50Bytes: 1,
                peakMemoryP99Bytes: 1, largestSeenMemoryBytes: 1, sampleCount: 9, model: "test", basis: basis)
        }

        mutating func observe(_ usage: Usage, workflow: String, task: String, instance: String) {}
        mutating func observeKill(at bytes: Int64, workflow: String, task: String, instance: String) {}
    }

    @Test("slack is how late a task may end, also where another waits for its room")
    func slack() throws {
        let plan = try plan([
            task("long", seconds: 5), task("short", seconds: 1), task("next", needs: ["long"], seconds: 2),
            task("between", needs: ["short"], seconds: 3),
        ])
        let slack = zip(plan.forecast.entries, PlanOutlook(plan).slack).map { (plan.instances[$0.task].name, $1) }
        #expect(slack.map(\.0) == ["long", "short", "between", "next"])
        #expect(slack.map(\.1) == [.zero, .seconds(3), .seconds(3), .zero])
        let alone = try self.plan([task("a", seconds: 3), task("b", seconds: 2)], cores: 1)
        #expect(PlanOutlook(alone).slack == [.zero, .zero])
    }

    @Test("where lengths are uncertain, quantiles over futures say how a plan may turn out")
    func futures() throws {
        var tidy = task("tidy")
        tidy.isFinally = true
        let plan = try plan([tidy, task("sure"), task("a"), task("b", needs: ["a"])], estimator: Uncertain())
        let sampled = try #require(PlanOutlook(plan).sampled)
        let places = Dictionary(
            uniqueKeysWithValues: plan.forecast.entries.enumerated().map { (plan.instances[$1.task].name, $0) })
        #expect(sampled.ends[places["sure"]!].p90 == .seconds(5))
        let a = sampled.ends[places["a"]!]
        #expect((7.0...14.0).contains(a.p50 / .seconds(1)))
        #expect((14.0...30.0).contains(a.p90 / .seconds(1)))
        // What comes last is as uncertain as the whole, and begins when all others have ended.
        #expect(sampled.ends[places["tidy"]!] == sampled.makespan)
        #expect(sampled.starts[places["tidy"]!].p90 >= sampled.ends[places["b"]!].p90)
        let known = try self.plan([task("a", seconds: 3)])
        #expect(PlanOutlook(known).sampled == nil)
    }

    @Test("where tasks wait for units of limits no futures are drawn, and the plan says so")
    func limits() throws {
        var tasks = [task("a"), task("b")]
        for index in tasks.indices { tasks[index].request.slots = [.init(limit: "database")] }
        let plan = try plan(tasks, limits: [.init(name: "database", capacity: 1)], estimator: Uncertain())
        #expect(PlanOutlook(plan).sampled == nil)
        let text = PlanView(plan: plan, assumptions: []).text(for: .file)
        #expect(text.contains("No futures were drawn, since they know nothing of limits"))
    }

    @Test("a plan says what the runner-up would take, and draws no signs that a terminal lacks")
    func runnerUp() throws {
        let plan = try plan(
            [task("short", seconds: 1), task("other", seconds: 2), task("long", seconds: 5)],
            others: [Wiring.policy(.known("fifo")), Wiring.policy(.known("shortest-first"))])
        let view = PlanView(plan: plan, assumptions: [])
        #expect(view.text(for: .file).contains("By fifo, the runner-up, it would take 6.0s, 1.0s more."))
        let rich = Terminal(isInteractive: true, hasColor: false, hasUnicode: true, width: 60, height: 24)
        let plain = Terminal(isInteractive: true, hasColor: false, hasUnicode: false, width: 60, height: 24)
        let outlook = PlanOutlook(plan)
        #expect(PlanGantt(plan: plan, outlook: outlook).lines(for: rich)[0].contains("█"))
        let lines = PlanGantt(plan: plan, outlook: outlook).lines(for: plain)
        #expect(lines.allSatisfy { $0.allSatisfy(\.isASCII) && $0.count <= 60 })
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
