import BatonCore
import BatonTesting
import Testing

@Suite("Engine: recovery and explanation")
struct EngineRecoveryTests {
    @Test("what the log lacks is learned from the world: ends, losses, starts that never happened")
    func reconciliation() {
        var stage = Stage(workflow("a, b, c, d"))
        stage.start("a", "b", "c", "d")
        let facts: [Attempt.ID: AttemptFact] = [
            stage.attempt("a"): .alive, stage.attempt("b"): .ended(.succeeded(nil), nil),
            stage.attempt("c"): .lost, stage.attempt("d"): .neverStarted,
        ]
        #expect(
            stage.engine.missedEvents { facts[$0]! } == [
                .attemptEnded(stage.attempt("b"), .succeeded(nil), nil), .attemptEnded(stage.attempt("c"), .lost, nil),
            ]
        )
        let starts = stage.engine.outstandingEffects { facts[$0]! }.compactMap { effect -> Attempt.ID? in
            if case .start(let order) = effect { order.attempt } else { nil }
        }
        #expect(starts == [stage.attempt("d")])
    }

    @Test("alarms and stops that died with the old process are set again")
    func alarmsAreSetAgain() throws {
        let rule = RetryRule(limit: 1)
        var stage = Stage(workflow("a, b", ["a": { $0.timeout = .seconds(9) }, "b": { $0.retry = rule }]))
        stage.start("a")
        stage.run("b", .failed(.exitCode(1)))
        guard case .backingOff(let until) = stage.state("b") else {
            Issue.record("b is \(stage.state("b"))")
            return
        }
        let end = stage.now.advanced(by: .seconds(9))
        let alarms: [Effect] = [
            .wake(at: end, .timeout(stage.attempt("a"))), .wake(at: until, .retry(stage.attempt("b", 1))),
        ]
        #expect(stage.engine.outstandingEffects { _ in .alive } == alarms + [.decide])
        try stage.wish(.cancel(stage.run, force: false))
        #expect(stage.engine.outstandingEffects { _ in .alive }.contains(.stop(stage.attempt("a"), .cancelled)))
    }

    @Test("explain names what a task waits for")
    func explainBlocked() {
        var stage = Stage(workflow("a -> c, b -> c, clean", ["clean": { $0.isFinally = true }]))
        stage.start("a")
        #expect(stage.reasons("c") == [.waitsFor("a", .running), .waitsFor("b", .ready)])
        #expect(stage.reasons("clean") == [.waitsForTheRest(unfinished: 3)])
        stage.end("a", .failed(.exitCode(1)))
        #expect(stage.reasons("c") == [.dependencyEnded("a", .failed)])
    }

    @Test("explain names why a ready task does not start")
    func explainReady() throws {
        let slot = { (task: inout Workflow.Task) in task.request.slots = [.init(limit: "one")] }
        var stage = Stage(
            workflow("a, b, c", limits: [.init(name: "one", capacity: 1)], ["a": slot, "b": slot]), cores: 2
        )
        stage.start("a")
        #expect(stage.reasons("b") == [.limitReached("one", needed: 1, inUse: 1, byOthers: 0, capacity: 1)])
        #expect(stage.reasons("c") == [.queued(ready: 2)])
        stage.end("a")
        stage.handle(.limitsShared(stage.run, heldByOthers: [1]))
        #expect(stage.reasons("b") == [.limitReached("one", needed: 1, inUse: 0, byOthers: 1, capacity: 1)])
        let observation = stage.engine.observe(at: stage.now)
        let ready = (0..<observation.readiedCount).compactMap { observation.ready($0) }
        let placements = ready.filter { $0.reference == stage.reference("b") }.map {
            Placement(
                task: $0.reference, worker: Worker.ID(0), grant: observation.grant(for: $0, on: Worker.ID(0)),
                reason: "told to")
        }
        let refused = #expect(throws: Rejection.self) {
            try stage.engine.admit(Decision(policy: "by hand", placements: placements))
        }
        #expect(refused?.reason == .limitReached)
        stage.handle(.limitsShared(stage.run, heldByOthers: [0]))
        stage.start("b")
        stage.handle(.workerResized(Worker.ID(0), capacity: Stage.size(1, 8 << 30)))
        let share = Stage.size(1, 4 << 30)
        #expect(stage.reasons("c") == [.noRoom(needed: share, free: Resources(memoryBytes: 4 << 30))])
        try stage.wish(.pause(stage.run))
        #expect(stage.reasons("c") == [.paused])
    }

    @Test("explain names back-off, raised memory and a false condition")
    func explainHistory() {
        let rule = RetryRule(limit: 3)
        var stage = Stage(
            workflow("a, b, c", ["a": { $0.retry = rule }, "c": { $0.condition = expression("1 > 2") }])
        )
        stage.run("a", .failed(.exitCode(1)))
        guard case .backingOff(let until) = stage.state("a") else {
            Issue.record("a is \(stage.state("a"))")
            return
        }
        #expect(stage.reasons("a") == [.backsOff(until: until, failures: 1, limit: 3)])
        stage.run("b", .failed(.outOfMemory))
        #expect(stage.reasons("b").contains(.raisedMemory(4 << 30)))
        #expect(stage.reasons("c") == [.conditionFalse("1 > 2")])
        #expect(stage.engine.explain(TaskReference(run: stage.run, task: TaskInstance.ID(9)), at: stage.now) == nil)
    }
}

extension Stage {
    fileprivate func reasons(_ name: String) -> [Explanation.Reason] {
        engine.explain(reference(name), at: now)?.reasons ?? []
    }
}
