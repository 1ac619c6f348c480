import BatonCore
import BatonPolicies
import BatonSimulator
import Testing

@testable import BatonOptimizer

/// What other runs do to a workflow before it is submitted.
@Suite struct LoadTests {
    private static let machine = Machine(capacity: Resources(milliCPU: 4000, memoryBytes: 16_000_000_000))

    /// A run of which tasks started at the beginning, as an engine knows it some time later.
    private static func openRun(
        _ tasks: [Workflow.Task], limits: [Workflow.Limit] = [], started: [String], after seconds: Int64 = 40,
        lasting: Int64 = 100, spread: Double = 0, machines: [Machine] = [machine], shared: [Machine]? = nil,
        mostTasks: Int = .max,
        number: UInt64 = 7 << 40, change: (inout Engine, Run.ID) -> Void = { _, _ in }
    ) throws -> OpenRun {
        let run = Run.ID(rawValue: number)
        var engine = Engine()
        for (index, machine) in machines.enumerated() {
            let worker = Worker(
                id: Worker.ID(index), name: machine.kind, kind: machine.kind, capacity: machine.capacity)
            _ = engine.handle(.workerJoined(worker), at: .zero)
        }
        let workflow = Workflow(name: "other", limits: limits, tasks: tasks)
        _ = engine.handle(.runSubmitted(.init(run: run, workflow: workflow, parameters: [])), at: .zero)
        let expansion = try workflow.expand(parameters: [])
        let placements = started.compactMap { expansion[$0] }.map { task in
            let request = expansion.instances[Int(task.index)].request
            let place = machines.firstIndex { request.allows($0.kind) } ?? 0
            return Placement(
                task: TaskReference(run: run, task: task), worker: Worker.ID(place),
                grant: Resources(
                    milliCPU: request.milliCPU ?? 1000, memoryBytes: request.memoryBytes ?? 1_000_000_000),
                reason: "")
        }
        _ = engine.handle(.decided(Decision(policy: "", placements: placements)), at: .zero)
        change(&engine, run)
        let now = Instant.zero.advanced(by: .seconds(seconds))
        return try #require(
            OpenRun(run, in: engine, at: now, machines: shared ?? machines, mostTasks: mostTasks) { _, _ in
                TaskKnowledge(nanoseconds: lasting * 1_000_000_000, spread: spread)
            })
    }

    private static func task(
        _ name: String, cores: Int64 = 1, limit: String? = nil, kinds: [String]? = nil, needs: [String] = []
    )
        -> Workflow.Task
    {
        Fixture.task(name, needs: needs) { task in
            task.request.milliCPU = .exactly(cores * 1000)
            task.request.memoryBytes = .exactly(1_000_000_000)
            task.request.workerKinds = kinds
            if let limit { task.request.slots = [.init(limit: limit)] }
        }
    }

    /// One task of ten seconds.
    private static func short(limit: String? = nil, limits: [Workflow.Limit] = []) throws -> Subject {
        try Fixture.subject([task("a", limit: limit)], limits: limits) { _ in TaskKnowledge(nanoseconds: 10_000_000_000)
        }
    }

    private static func effect(_ subject: Subject, beside load: [OpenRun]) throws -> LoadEffect {
        let priced = PricedAnalysis(
            Analysis(subject), beside: load, permissions: [], workforce: OneByOne()
        ) { CriticalPathFirst() }
        return try #require(priced.loadEffect)
    }

    private static func seconds(_ nanoseconds: Int64) -> Double { Double(nanoseconds) / 1e9 }

    @Test("where another run holds all cores, the workflow waits until that has ended what it runs")
    func cores() throws {
        let other = try Self.openRun([Self.task("long", cores: 4)], started: ["long"])
        #expect(other.runningTasks == 1 && other.waitingTasks == 0 && other.held.milliCPU == 4000)
        let effect = try Self.effect(try Self.short(), beside: [other])
        #expect(Self.seconds(effect.alone.p50) == 10 && Self.seconds(effect.beside.p50) == 70)
        #expect(Self.seconds(effect.delay.p90) == 60)
        let wait = try #require(effect.waits.first)
        #expect(effect.waits.count == 1 && wait.cause == .cores && wait.runs == [other.id] && wait.tasks == ["a"])
        #expect(Self.seconds(wait.nanoseconds) == 60 && Self.seconds(wait.until.p50) == 60 && wait.share == 1)
    }

    @Test("what the workflow itself holds is no fault of other runs")
    func ownContention() throws {
        let other = try Self.openRun([Self.task("small")], started: ["small"])
        let subject = try Fixture.subject(["a", "b", "c"].map { Self.task($0, cores: 3) }) { _ in
            TaskKnowledge(nanoseconds: 10_000_000_000)
        }
        let effect = try Self.effect(subject, beside: [other])
        #expect(effect.waits.isEmpty && effect.delay.p50 == 0)
    }

    @Test("a limit of one name is one limit for all runs")
    func limit() throws {
        let limits = [Workflow.Limit(name: "db", capacity: 1)]
        let other = try Self.openRun([Self.task("t", limit: "db")], limits: limits, started: ["t"])
        let effect = try Self.effect(try Self.short(limit: "db", limits: limits), beside: [other])
        #expect(Self.seconds(effect.alone.p50) == 10)
        #expect(Self.seconds(effect.beside.p50) == 70)
        #expect(effect.waits.map(\.cause) == [.limit("db")])
    }

    @Test("tasks that may run on one kind of worker wait for that kind, while others are idle")
    func kinds() throws {
        let machines = [
            Machine(capacity: Self.machine.capacity, kind: "plain"),
            Machine(capacity: Self.machine.capacity, kind: "gpu"),
        ]
        let other = try Self.openRun(
            [Self.task("t", cores: 4, kinds: ["gpu"])], started: ["t"], machines: machines)
        let workflow = Workflow(name: "w", tasks: [Self.task("a", kinds: ["gpu"]), Self.task("b")])
        let subject = Subject(
            workflow, expansion: try workflow.expand(parameters: []),
            knowledge: Array(repeating: TaskKnowledge(nanoseconds: 10_000_000_000), count: 2), machines: machines)
        let effect = try Self.effect(subject, beside: [other])
        #expect(effect.waits.map(\.cause) == [.kinds(["gpu"])] && effect.waits.map(\.tasks) == [["a"]])
    }

    @Test("a run that calls its machine by another kind holds it all the same")
    func otherNames() throws {
        let named = Machine(capacity: Self.machine.capacity, kind: "gpu")
        let other = try Self.openRun(
            [Self.task("t", cores: 4, kinds: ["gpu"])], started: ["t"], machines: [named], shared: [Self.machine])
        #expect(Self.seconds(try Self.effect(try Self.short(), beside: [other]).beside.p50) == 70)
    }

    @Test("a cure that pays alone is not worth it where others hold what it would need")
    func prices() throws {
        let subject = try Fixture.subject(
            (1...4).map { Self.task("t\($0)", limit: "slow") }, limits: [.init(name: "slow", capacity: 1)]
        ) { _ in TaskKnowledge(nanoseconds: 10_000_000_000) }
        func priced(beside load: [OpenRun]) -> PricedAnalysis {
            PricedAnalysis(Analysis(subject), beside: load, permissions: [], workforce: OneByOne()) {
                CriticalPathFirst()
            }
        }
        func verdict(beside load: [OpenRun]) throws -> PricedFinding.Verdict {
            try #require(priced(beside: load).proposals.first { $0.finding.kind == .tightLimit }).verdict
        }
        #expect(try verdict(beside: []) == .worthIt)
        let other = try Self.openRun([Self.task("long", cores: 3)], started: ["long"], lasting: 10_000)
        #expect(try verdict(beside: [other]) == .neutral)
        // What goes on record is what runs are compared with that have the machine to themselves.
        let edits = [WorkflowEdit.setLimit(name: "slow", capacity: 4)]
        let promises = [[], [other]].map { load in
            priced(beside: load).promise(of: edits, workforce: OneByOne()) { CriticalPathFirst() }
        }
        #expect(promises[0] == promises[1] && promises[0]?.completionTime.mean == 0.75)
    }

    @Test("a run holds no more cores than it may, and leaves the rest of the machine to others")
    func allowances() throws {
        let wide = Machine(capacity: Resources(milliCPU: 8000, memoryBytes: 32_000_000_000))
        // The other run may hold four cores of eight, and would use more.
        let tasks = (0..<8).map { Self.task("t\($0)") }
        let other = try Self.openRun(tasks, started: ["t0", "t1", "t2", "t3"], shared: [wide])
        let subject = try Fixture.subject((0..<8).map { Self.task("a\($0)") }) { _ in
            TaskKnowledge(nanoseconds: 10_000_000_000)
        }
        let effect = try Self.effect(subject, beside: [other])
        #expect(Self.seconds(effect.alone.p50) == 20, "it may hold four cores itself")
        #expect(Self.seconds(effect.beside.p50) == 20 && effect.waits.isEmpty)
    }

    @Test("what waits for a person, and what a paused run has not started, is left out")
    func unknowable() throws {
        var asking = Self.task("ask")
        asking.approval = Template(literal: "go on?")
        let tasks = [Self.task("t"), asking, Self.task("behind", needs: ["ask"]), Self.task("free", needs: ["t"])]
        let open = try Self.openRun(tasks, started: ["t"])
        #expect(open.runningTasks == 1 && open.waitingTasks == 3 && open.omittedTasks == 2)
        let paused = try Self.openRun(tasks, started: ["t"]) { engine, run in
            _ = engine.handle(.runPaused(run), at: .zero)
        }
        #expect(paused.omittedTasks == 3)
        let idle = try Self.openRun(tasks, started: []) { engine, run in
            _ = engine.handle(.runPaused(run), at: .zero)
        }
        #expect(idle.omittedTasks == 4)
        #expect(try Self.effect(try Self.short(), beside: [idle]).delay.p90 == 0)
    }

    @Test("a fan-out of which nobody knows yet what it holds takes no time, and what is behind it goes on")
    func openFanOut() throws {
        var many = Self.task("many", needs: ["t"])
        many.fanOut = .init(
            axes: [.init(name: "i", values: .expression(try Expression(parsing: "tasks.t.lines")))])
        let tasks = [Self.task("t", cores: 4), many, Self.task("last", cores: 4, needs: ["many"])]
        let other = try Self.openRun(tasks, started: ["t"])
        #expect(other.waitingTasks == 1)
        let subject = try Fixture.subject([Self.task("a", cores: 4), Self.task("b", cores: 4, needs: ["a"])]) { _ in
            TaskKnowledge(nanoseconds: 10_000_000_000)
        }
        // The longer one goes first: 60 s of the first, 100 s of the last, then both.
        #expect(Self.seconds(try Self.effect(subject, beside: [other]).beside.p50) == 180)
    }

    @Test("of a run that is too large for the simulation what can start first is kept")
    func cropped() throws {
        let tasks = (0..<10).map { Self.task("t\($0)", needs: $0 > 0 ? ["t\($0 - 1)"] : []) }
        let open = try Self.openRun(tasks, started: ["t0"], mostTasks: 3)
        #expect(open.omittedTasks == 7)
        #expect(open.rest.expansion.instances.map(\.name) == ["t0", "t1", "t2"])
        #expect(open.rest.graph.dependencies(of: 2).map { $0 } == [1])
    }

    @Test("a task that has lasted long is given what such tasks have left, and never nothing")
    func residual() throws {
        func left(_ elapsed: Double, _ share: Double) -> Double {
            Self.seconds(
                Residual.nanoseconds(
                    logarithm: PortableMath.log(100e9), deviation: 0.5, elapsed: Int64(elapsed * 1e9), share: share))
        }
        #expect(abs(left(0, 0.5) - 100) < 0.1 && abs(left(0, 0.9) - 100 * 1.898) < 0.5)
        // Of those that have lasted as long as half of all do, half end within three quarters of the distribution.
        #expect(abs(left(100, 0.5) - 40.1) < 0.5)
        let late = [200.0, 400, 1_000, 10_000, 1_000_000].map { left($0, 0.5) }
        #expect(late == late.sorted() && late[0] > 20, "the longer it has lasted, the longer it will")
        let other = try Self.openRun([Self.task("long", cores: 4)], started: ["long"], after: 150, spread: 0.5)
        let worlds = (0..<40).map { other.remaining(inWorld: $0)[0] }
        #expect(worlds.allSatisfy { $0 > 0 } && Set(worlds).count > 30)
        #expect(worlds == (0..<40).map { other.remaining(inWorld: $0)[0] }, "a world is the same each time")
    }
}
