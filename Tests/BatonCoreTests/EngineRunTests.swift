import BatonTesting
import Testing

@testable import BatonCore

@Suite("Engine: runs as a whole")
struct EngineRunTests {
    @Test("cancelling stops what runs and gives up what waits")
    func cancel() throws {
        var stage = Stage(workflow("a -> b, c"))
        stage.start("a")
        try stage.wish(.cancel(stage.run, force: false))
        #expect(stage.orders == [.stop(stage.attempt("a"), .cancelled)])
        #expect([stage.label("b"), stage.label("c")] == [.cancelled, .cancelled])
        #expect(stage.status == .cancelling)
        stage.end("a", .stopped)
        #expect(stage.label("a") == .cancelled)
        #expect(stage.status == .cancelled)
    }

    @Test("cancelling a second time kills without grace, and a third is refused when it is over")
    func cancelTwice() throws {
        var stage = Stage(workflow("a"))
        stage.start("a")
        try stage.wish(.cancel(stage.run, force: false))
        #expect(throws: CommandError.wrongStatus(stage.run, .cancelling)) {
            try stage.engine.validate(.cancel(stage.run, force: false))
        }
        try stage.wish(.cancel(stage.run, force: true))
        #expect(stage.orders == [.stop(stage.attempt("a"), .killed)])
        stage.end("a", .stopped)
        #expect(throws: CommandError.wrongStatus(stage.run, .cancelled)) {
            try stage.engine.validate(.cancel(stage.run, force: true))
        }
    }

    @Test("finally tasks run after all others, also after a failure")
    func finallyAfterFailure() {
        var stage = Stage(workflow("a -> b, clean", ["clean": { $0.isFinally = true }]))
        #expect(stage.label("clean") == .blocked)
        stage.run("a", .failed(.exitCode(1)))
        #expect(stage.label("clean") == .ready)
        stage.run("clean")
        #expect(stage.status == .failed)
    }

    @Test("finally tasks run after a cancellation, but not after a forced one")
    func finallyAfterCancel() throws {
        for force in [false, true] {
            var stage = Stage(workflow("a, clean", ["clean": { $0.isFinally = true }]))
            stage.start("a")
            try stage.wish(.cancel(stage.run, force: force))
            stage.end("a", .stopped)
            #expect(stage.label("clean") == (force ? .cancelled : .ready))
            if !force { stage.run("clean") }
            #expect(stage.status == .cancelled)
        }
    }

    @Test("a finally task whose worker is lost during a cancellation is run again")
    func finallySurvivesLostWorker() throws {
        var stage = Stage(workflow("a, clean", ["clean": { $0.isFinally = true }]))
        try stage.wish(.cancel(stage.run, force: false))
        stage.start("clean")
        stage.end("clean", .lost)
        #expect(stage.label("clean") == .ready)
        stage.run("clean")
        #expect(stage.status == .cancelled)
    }

    @Test("a task whose `when` is false is left out, with all behind it, and the run succeeds")
    func conditionFalse() {
        var stage = Stage(workflow("a -> b -> c", ["b": { $0.condition = expression("1 > 2") }]))
        stage.run("a")
        #expect(stage.state("b") == .skipped(because: .condition))
        #expect(stage.label("c") == .skipped)
        #expect(stage.status == .succeeded)
    }

    @Test("a `when` that has no value fails its task")
    func conditionWithoutValue() {
        var stage = Stage(workflow("a -> b", ["b": { $0.condition = expression("tasks.a.outputs.level > 2") }]))
        stage.run("a")
        guard case .failed(.invalid(let message)) = stage.state("b") else {
            Issue.record("b is \(stage.state("b"))")
            return
        }
        #expect(message.hasPrefix("when: "))
        #expect(stage.status == .failed)
    }

    @Test("a paused run starts nothing, lets what runs go on, and continues where it was")
    func pause() throws {
        var stage = Stage(workflow("a -> c, b"))
        stage.start("a")
        try stage.wish(.pause(stage.run))
        stage.end("a")
        #expect([stage.label("b"), stage.label("c")] == [.ready, .ready])
        #expect(!stage.engine.hasReadyTasks)
        let placement = Placement(
            task: stage.reference("b"), worker: Worker.ID(0), grant: Stage.size(1, 0), reason: ""
        )
        #expect(throws: Rejection(placement: placement, reason: .runNotStartable)) {
            try stage.engine.admit(Decision(policy: "hasty", placements: [placement]))
        }
        try stage.wish(.unpause(stage.run))
        #expect(stage.effects.contains(.decide))
        stage.start("b", "c")
    }

    @Test("retrying a run runs what did not succeed, with a fresh budget, and nothing else again")
    func retry() throws {
        let rule = RetryRule(limit: 1)
        var stage = Stage(
            workflow("a -> b -> c, clean", ["b": { $0.retry = rule }, "clean": { $0.isFinally = true }])
        )
        stage.run("a")
        stage.run("b", .failed(.exitCode(1)))
        stage.handle(.alarmRang(.retry(stage.attempt("b", 1))))
        stage.run("b", .failed(.exitCode(1)))
        stage.run("clean")
        #expect(stage.status == .failed)
        try stage.wish(.retry(stage.run))
        #expect(stage.state("a") == .succeeded(attempt: 1))
        #expect([stage.label("b"), stage.label("c"), stage.label("clean")] == [.ready, .blocked, .blocked])
        stage.run("b", .failed(.exitCode(1)))
        #expect(stage.label("b") == .backingOff)
        stage.handle(.alarmRang(.retry(stage.attempt("b", 3))))
        stage.run("b")
        stage.run("c")
        stage.run("clean")
        #expect(stage.status == .succeeded)
    }

    @Test("retrying is for runs that have ended badly")
    func retryIsRefused() {
        var stage = Stage(workflow("a"))
        #expect(throws: CommandError.wrongStatus(stage.run, .running)) {
            try stage.engine.validate(.retry(stage.run))
        }
        stage.run("a")
        #expect(throws: CommandError.wrongStatus(stage.run, .succeeded)) {
            try stage.engine.validate(.retry(stage.run))
        }
    }

    @Test("a task that can never fit is refused before anything starts, and so is an unknown or repeated run")
    func refusals() {
        let stage = Stage(workflow("a"))
        let other = Run.ID(rawValue: 2)
        let large = workflow("a, big", ["big": { $0.request.milliCPU = .exactly(5000) }])
        let misfit = CommandError.Misfit(
            task: "big", request: Resources(milliCPU: 5000), largestWorker: Stage.size(4, 8 << 30)
        )
        #expect(throws: CommandError.neverFits([misfit])) {
            try stage.engine.validate(.submit(Run.Submission(run: other, workflow: large, parameters: [])))
        }
        let elsewhere = workflow("a, far", ["far": { $0.request.workerKinds = ["gpu", "big"] }])
        #expect {
            try stage.engine.validate(.submit(Run.Submission(run: other, workflow: elsewhere, parameters: [])))
        } throws: { error in
            guard case CommandError.neverFits(let misfits) = error else { return false }
            return misfits.map(\.task) == ["far"]
                && misfits[0].missingKind?.predicate
                    == "may run on 'gpu' or 'big' only, and no worker says of what kind it is"
        }
        #expect(throws: CommandError.duplicateRun(stage.run)) {
            try stage.engine.validate(.submit(stage.engine.submission(of: stage.run)!))
        }
        #expect(throws: CommandError.unknownRun(other)) { try stage.engine.validate(.pause(other)) }
    }

    @Test("a new priority counts for what waits, of one task or of all, and a wrong one is refused")
    func prioritize() throws {
        var stage = Stage(workflow("a, b, c"))
        try stage.wish(.prioritize(stage.run, stage.reference("b").task, priority: 90))
        func priorities() -> [Int32] {
            let observation = stage.engine.observe(at: stage.now)
            return (0..<observation.readiedCount).compactMap { observation.ready($0)?.priority }
        }
        let usual = priorities()[0]
        #expect(priorities() == [usual, 90, usual])
        #expect(stage.effects == [.decide])
        try stage.wish(.prioritize(stage.run, nil, priority: 0))
        #expect(priorities() == [0, 0, 0])
        #expect(throws: CommandError.invalidPriority(101)) {
            try stage.wish(.prioritize(stage.run, nil, priority: 101))
        }
        #expect(throws: CommandError.self) { try stage.wish(.prioritize(stage.run, TaskInstance.ID(9), priority: 1)) }
    }
}
