import BatonTesting
import Testing

@testable import BatonCore

@Suite("Engine: memory, limits and admission")
struct EngineMemoryTests {
    private static let gibibyte = Stage.gibibyte

    @Test("an out-of-memory kill is tried again with more, until the worker has no more to give")
    func ladder() {
        var stage = Stage(
            workflow("a", ["a": { $0.request.memoryBytes = .exactly(3 * Self.gibibyte) }]), memory: 8 * Self.gibibyte
        )
        for granted in [3, 6, 8] {
            stage.start("a")
            #expect(stage.grant("a").memoryBytes == Int64(granted) * Self.gibibyte)
            stage.end("a", .failed(.outOfMemory))
        }
        #expect(stage.state("a") == .failed(.outOfMemory))
    }

    @Test("a task that was granted no memory at all still climbs the ladder")
    func ladderFromNothing() {
        #expect(MemoryLadder.next(afterKillAt: 0, estimate: nil, declared: nil) == 64 << 20)
        #expect(MemoryLadder.next(afterKillAt: 0, estimate: nil, declared: 0) == 64 << 20)
    }

    @Test("memory is raised to what a living worker can give, not to what a lost one had")
    func ladderAfterLostWorker() {
        var stage = Stage(workflow("a", ["a": { $0.request.memoryBytes = .exactly(2 * Self.gibibyte) }]))
        stage.handle(.workerJoined(Worker(id: Worker.ID(1), name: "big", capacity: Stage.size(4, 64 << 30))))
        stage.handle(.workerLost(Worker.ID(1)))
        for granted in [2, 4, 8] {
            stage.start("a")
            #expect(stage.grant("a").memoryBytes == Int64(granted) * Self.gibibyte)
            stage.end("a", .failed(.outOfMemory))
        }
        #expect(stage.state("a") == .failed(.outOfMemory))
    }

    @Test("an out-of-memory kill spends no retry, but a rule that does not name it ends the task")
    func outOfMemoryAndTriggers() {
        var stage = Stage(workflow("a, b", ["b": { $0.retry = RetryRule(limit: 3, triggers: [.timeout]) }]))
        stage.run("a", .failed(.outOfMemory))
        stage.run("b", .failed(.outOfMemory))
        #expect([stage.label("a"), stage.label("b")] == [.ready, .failed])
    }

    private func estimate(requestBytes: Int64?, p99: Int64, seen: Int64, milliCPU: Int64? = nil) -> Estimate {
        Estimate(
            durationP50Nanoseconds: 1, durationP90Nanoseconds: 2, peakMemoryP50Bytes: p99 / 2, peakMemoryP99Bytes: p99,
            largestSeenMemoryBytes: seen, sampleCount: 9, model: "test", requestBytes: requestBytes,
            requestMilliCPU: milliCPU)
    }

    private func stage(
        isAutomatic: Bool?, memory: Int64? = 6 * gibibyte, cores: Int64? = 2, expecting estimate: Estimate?
    ) -> Stage {
        let flow = workflow(
            "a",
            [
                "a": { task in
                    task.request = .init(
                        milliCPU: cores.map { .exactly($0 * 1000) }, memoryBytes: memory.map { .exactly($0) },
                        isAutomatic: isAutomatic)
                }
            ])
        var stage = Stage(flow, cores: 4, memory: 16 * Self.gibibyte)
        if let estimate {
            stage.handle(.estimated(stage.run, [TaskEstimate(task: TaskInstance.ID(0), estimate: estimate)]))
        }
        return stage
    }

    @Test("what is declared is kept, and with auto it is a bound of what is learned")
    func automatic() {
        let small = estimate(requestBytes: Self.gibibyte, p99: 1, seen: 1, milliCPU: 1000)
        let large = estimate(requestBytes: 9 * Self.gibibyte, p99: 1, seen: 1, milliCPU: 4000)
        let unmeasured = estimate(requestBytes: nil, p99: 0, seen: 0)
        for (isAutomatic, estimate, cores, memory) in [
            (nil, small, 2, 6), (false, small, 2, 6), (true, small, 1, 1), (true, large, 2, 6), (true, nil, 2, 6),
            (true, unmeasured, 2, 6),
        ] as [(Bool?, Estimate?, Int64, Int64)] {
            var stage = stage(isAutomatic: isAutomatic, expecting: estimate)
            stage.start("a")
            #expect(stage.grant("a") == Stage.size(cores, memory * Self.gibibyte))
        }
        var open = stage(isAutomatic: true, memory: nil, cores: nil, expecting: large)
        open.start("a")
        #expect(open.grant("a") == Stage.size(4, 9 * Self.gibibyte))
    }

    @Test(
        "with auto the limit is what is asked for, and kills climb q99, a tenth above the most seen, declared, double")
    func automaticLadder() {
        let tenth = Self.gibibyte / 10
        let known = estimate(requestBytes: 10 * tenth, p99: 15 * tenth, seen: 20 * tenth)
        var stage = stage(isAutomatic: true, memory: 40 * tenth, expecting: known)
        for granted in [10 * tenth, 15 * tenth, 22 * tenth, 40 * tenth, 80 * tenth] {
            stage.start("a")
            #expect(abs(stage.grant("a").memoryBytes - granted) < 16)
            guard case .start(let order)? = stage.orders.first else {
                Issue.record("not started")
                return
            }
            #expect(order.memoryLimitBytes == order.grant.memoryBytes)
            stage.end("a", .failed(.outOfMemory))
        }
        #expect(stage.label("a") == .ready)
    }

    @Test("a bound above what any worker has is no reason to refuse a run, a request is")
    func boundAboveMachine() {
        var automatic = stage(isAutomatic: true, memory: 64 * Self.gibibyte, expecting: nil)
        automatic.start("a")
        #expect(automatic.grant("a").memoryBytes == 16 * Self.gibibyte)
        let kept = stage(isAutomatic: nil, expecting: nil)
        let flow = workflow("a", ["a": { $0.request.memoryBytes = .exactly(64 * Self.gibibyte) }])
        #expect(throws: CommandError.self) {
            try kept.engine.validate(.submit(.init(run: Run.ID(rawValue: 2), workflow: flow, parameters: [])))
        }
    }

    @Test("what a task asks for nothing of is its share of the worker")
    func fairShare() {
        var stage = Stage(workflow("a"), cores: 4, memory: 8 * Self.gibibyte)
        stage.start("a")
        #expect(stage.grant("a") == Stage.size(1, 2 * Self.gibibyte))
    }

    @Test("memory that an attempt is seen to hold is reserved for it")
    func growth() {
        var stage = Stage(workflow("a"), cores: 4, memory: 8 * Self.gibibyte)
        stage.start("a")
        stage.handle(.attemptGrew(stage.attempt("a"), memoryBytes: 5 * Self.gibibyte))
        #expect(stage.engine.used(on: Worker.ID(0)) == Stage.size(1, 5 * Self.gibibyte))
        stage.handle(.attemptGrew(stage.attempt("a"), memoryBytes: Self.gibibyte))
        #expect(stage.engine.used(on: Worker.ID(0)) == Stage.size(1, 5 * Self.gibibyte))
        stage.end("a")
        #expect(stage.engine.used(on: Worker.ID(0)) == .zero)
    }

    @Test("no more units of a limit are held at once than there are")
    func limits() {
        let slot = { (task: inout Workflow.Task) in task.request.slots = [.init(limit: "license")] }
        var stage = Stage(
            workflow("a, b, c", limits: [.init(name: "license", capacity: 2)], ["a": slot, "b": slot, "c": slot])
        )
        stage.start("a", "b")
        let third = Placement(
            task: stage.reference("c"), worker: Worker.ID(0), grant: Stage.size(1, 0), reason: "greedy"
        )
        #expect(throws: Rejection(placement: third, reason: .limitReached)) {
            try stage.engine.admit(Decision(policy: "greedy", placements: [third]))
        }
        stage.end("a", .failed(.exitCode(1)))
        stage.start("c")
    }

    @Test("a decision is admitted as a whole or not at all")
    func admission() {
        let stage = Stage(
            workflow("a -> d, b, c", ["a": { $0.request.memoryBytes = .exactly(Self.gibibyte) }]), cores: 2
        )
        func reason(_ placements: (String, Int, Resources)...) -> Rejection.Reason? {
            let placements = placements.map { name, worker, grant in
                Placement(task: stage.reference(name), worker: Worker.ID(worker), grant: grant, reason: "")
            }
            do {
                _ = try stage.engine.admit(Decision(policy: "wild", placements: placements))
                return nil
            } catch {
                return error.reason
            }
        }
        let core = Stage.size(1, Self.gibibyte)
        #expect(reason(("a", 0, core), ("b", 0, core)) == nil)
        #expect(reason(("a", 0, core), ("b", 0, core), ("c", 0, core)) == .noRoom)
        #expect(reason(("a", 0, core), ("a", 0, core)) == .placedTwice)
        #expect(reason(("d", 0, core)) == .notReady)
        #expect(reason(("b", 1, core)) == .unknownWorker)
        #expect(reason(("a", 0, Stage.size(1, 0))) == .belowRequest)
        #expect(reason(("b", 0, Stage.size(-1, 0))) == .belowRequest)
    }

    @Test("a task is placed and started on workers only of a kind that it may run on")
    func kinds() throws {
        var stage = Stage(workflow("a"))
        let core = Stage.size(1, Self.gibibyte)
        for (index, kind) in [(1, "small"), (2, "large")] {
            let worker = Worker(id: Worker.ID(index), name: kind, kind: kind, capacity: Stage.size(4, 8 << 30))
            stage.handle(.workerJoined(worker))
        }
        stage.handle(
            .runSubmitted(
                Run.Submission(
                    run: Run.ID(rawValue: 2),
                    workflow: workflow("b", ["b": { $0.request.workerKinds = ["large", "huge"] }]), parameters: [])))
        let task = TaskReference(run: Run.ID(rawValue: 2), task: TaskInstance.ID(0))
        func reason(_ worker: Int) -> Rejection.Reason? {
            let placement = Placement(task: task, worker: Worker.ID(worker), grant: core, reason: "")
            do {
                _ = try stage.engine.admit(Decision(policy: "wild", placements: [placement]))
                return nil
            } catch {
                return error.reason
            }
        }
        #expect([0, 1, 2].map(reason) == [.wrongKind, .wrongKind, nil])
        let observation = stage.engine.observe(at: stage.now)
        let ready = try #require(observation.ready(1))
        var builder = PlacementBuilder(observation)
        #expect(builder.place(ready, on: Worker.ID(1), reason: "") == .noRoom)
        _ = builder.place(ready, reason: "")
        #expect(builder.placements.map(\.worker) == [Worker.ID(2)])
        stage.handle(.workerLost(Worker.ID(2)))
        let explanation = try #require(stage.engine.explain(task, at: stage.now))
        guard case .noWorkerOfKind(let gap) = explanation.reasons.first else {
            return #expect(Bool(false), "\(explanation.reasons)")
        }
        #expect(gap.predicate == "may run on 'large' or 'huge' only, and the workers are of kind 'small'")
    }

    @Test("nothing is placed on a lost worker, not even a task that asks for nothing")
    func lostWorkerTakesNothing() {
        var stage = Stage(
            workflow("a", ["a": { $0.request.milliCPU = .exactly(0) }])
        )
        stage.handle(.workerLost(Worker.ID(0)))
        stage.handle(.workerJoined(Worker(id: Worker.ID(1), name: "new", capacity: Stage.size(4, 1 << 30))))
        let observation = stage.engine.observe(at: stage.now)
        var builder = PlacementBuilder(observation)
        _ = builder.place(observation.ready(0)!, reason: "only one")
        #expect(builder.placements.map(\.worker) == [Worker.ID(1)])
    }

    @Test("a worker that others use has room only for the rest")
    func sharedWorker() {
        var stage = Stage(workflow("a, b"), cores: 2)
        stage.start("a")
        stage.handle(.workerResized(Worker.ID(0), capacity: Stage.size(1, 4 * Self.gibibyte)))
        #expect(stage.engine.observe(at: stage.now).free == [Resources()])
        stage.handle(.workerResized(Worker.ID(0), capacity: Stage.size(2, 8 * Self.gibibyte)))
        stage.start("b")
    }
}
