import BatonCore
import BatonTesting
import Testing

@Suite("Engine: order, failure and retries")
struct EngineTests {
    @Test("a task is ready when all it needs has succeeded, and not before")
    func dependencyOrder() {
        var stage = Stage(workflow("a -> c, b -> c"))
        #expect([stage.label("a"), stage.label("b"), stage.label("c")] == [.ready, .ready, .blocked])
        stage.run("a")
        #expect(stage.state("c") == .blocked(waitingFor: 1))
        stage.run("b")
        #expect(stage.label("c") == .ready)
        stage.run("c")
        #expect(stage.status == .succeeded)
    }

    @Test("a failure skips everything behind it and nothing else")
    func failureSkipsDependents() {
        var stage = Stage(workflow("a -> b -> c, d"))
        stage.run("a", .failed(.exitCode(3)))
        #expect(stage.state("a") == .failed(.exitCode(3)))
        #expect(stage.state("b") == .skipped(because: .dependency(stage.reference("a").task)))
        #expect(stage.state("c") == .skipped(because: .dependency(stage.reference("b").task)))
        #expect(stage.status == .running)
        stage.run("d")
        #expect(stage.status == .failed)
    }

    @Test("a failed attempt is tried again after a wait that doubles, as often as the rule says")
    func retriesWithBackoff() {
        var stage = Stage(
            workflow("a", ["a": { $0.retry = RetryRule(limit: 2, backoff: .seconds(4)) }])
        )
        for failures in 1...2 {
            stage.run("a", .failed(.exitCode(1)))
            guard case .backingOff(let until) = stage.state("a") else {
                Issue.record("not backing off but \(stage.state("a"))")
                return
            }
            let wait = stage.now.duration(to: until)
            let base = Duration.seconds(4 * failures)
            #expect(wait >= base && wait <= base * 1.25)
            let alarm = Alarm.retry(stage.attempt("a", Int32(failures)))
            #expect(stage.orders == [.wake(at: until, alarm)])
            stage.now = until
            stage.handle(.alarmRang(alarm))
            #expect(stage.label("a") == .ready)
        }
        stage.run("a", .failed(.exitCode(1)))
        #expect(stage.status == .failed)
    }

    @Test("only failures that the rule names are tried again")
    func triggers() {
        let rule = RetryRule(limit: 5, triggers: [.exitCode(75), .timeout])
        var stage = Stage(workflow("a, b, c", ["a": { $0.retry = rule }, "b": { $0.retry = rule }]))
        stage.run("a", .failed(.exitCode(75)))
        stage.run("b", .failed(.exitCode(1)))
        #expect([stage.label("a"), stage.label("b")] == [.backingOff, .failed])
    }

    @Test("jitter is the same for the same attempt and differs between tasks")
    func jitterReplays() {
        func waits() -> [TaskState] {
            let rule = RetryRule(limit: 1, backoff: .seconds(100))
            var stage = Stage(workflow("a, b", ["a": { $0.retry = rule }, "b": { $0.retry = rule }]))
            stage.run("a", .failed(.exitCode(1)))
            stage.run("b", .failed(.exitCode(1)))
            return [stage.state("a"), stage.state("b")]
        }
        #expect(waits() == waits())
        #expect(waits()[0] != waits()[1])
    }

    @Test("an attempt that has had its time is stopped and counts as timed out")
    func timeout() {
        var stage = Stage(workflow("a", ["a": { $0.timeout = .seconds(30) }]))
        stage.start("a")
        let attempt = stage.attempt("a")
        let end = stage.now.advanced(by: .seconds(30))
        #expect(stage.orders.contains(.wake(at: end, .timeout(attempt))))
        stage.now = end
        stage.handle(.alarmRang(.timeout(attempt)))
        #expect(stage.orders == [.stop(attempt, .timeout)])
        stage.end("a", .stopped)
        #expect(stage.state("a") == .failed(.timedOut))
    }

    @Test("an attempt that succeeds while it is being stopped has succeeded")
    func successBeatsTimeout() {
        var stage = Stage(workflow("a", ["a": { $0.timeout = .seconds(30) }]))
        stage.start("a")
        stage.handle(.alarmRang(.timeout(stage.attempt("a"))))
        stage.end("a")
        #expect(stage.status == .succeeded)
    }

    @Test("a lost worker returns its tasks without spending an attempt")
    func lostWorker() {
        var stage = Stage(workflow("a"))
        stage.start("a")
        stage.handle(.workerLost(Worker.ID(0)))
        #expect(stage.label("a") == .ready)
        stage.handle(.workerJoined(Worker(id: Worker.ID(1), name: "new", capacity: Stage.size(4, 1 << 30))))
        stage.start("a", on: 1)
        #expect(stage.attempt("a").number == 2)
        stage.end("a")
        #expect(stage.status == .succeeded)
    }

    @Test("a report that is late or comes twice changes nothing")
    func staleReports() {
        var stage = Stage(workflow("a, b"))
        stage.start("a")
        let first = stage.attempt("a")
        stage.handle(.attemptEnded(first, .lost, nil))
        stage.start("a")
        stage.handle(.attemptEnded(first, .succeeded(nil), nil))
        #expect(stage.label("a") == .running)
        #expect(stage.effects.isEmpty)
        stage.end("a")
        stage.handle(.attemptEnded(stage.attempt("a", 2), .failed(.exitCode(1)), nil))
        stage.handle(.alarmRang(.timeout(stage.attempt("a", 2))))
        stage.handle(.alarmRang(.retry(stage.attempt("a", 2))))
        stage.handle(.alarmRang(.retry(Attempt.ID(run: stage.run, task: TaskInstance.ID(99), number: 1))))
        stage.handle(.attemptGrew(stage.attempt("a", 2), memoryBytes: 1 << 40))
        #expect(stage.label("a") == .succeeded)
        #expect(stage.effects.isEmpty)
    }

    @Test("a result carried over from an earlier run counts as success and lets its dependents go")
    func carriedOver() {
        let earlier = Run.CarriedOver(
            instance: "a", from: Run.ID(rawValue: 9), values: TaskValues(stdout: "old\n")
        )
        let stage = Stage(workflow("a -> b"), carriedOver: [earlier])
        #expect(stage.state("a") == .succeeded(attempt: 0))
        #expect(stage.label("b") == .ready)
    }

    @Test("a repeated submission changes nothing")
    func repeatedSubmission() {
        var stage = Stage(workflow("a"))
        stage.start("a")
        stage.handle(.runSubmitted(stage.engine.submission(of: stage.run)!))
        #expect(stage.effects.isEmpty)
        #expect(stage.label("a") == .running)
    }
}
