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
