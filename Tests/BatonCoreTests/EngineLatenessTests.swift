import BatonCore
import BatonTesting
import Testing

@Suite("Runs that miss their deadline")
struct EngineLatenessTests {
    /// Of two tasks of ten seconds, one after the other.
    private func stage(deadline: Duration?) -> Stage {
        var workflow = workflow(
            "a -> b", ["a": { $0.expectedDuration = .seconds(10) }, "b": { $0.expectedDuration = .seconds(10) }])
        workflow.deadline = deadline
        return Stage(workflow)
    }

    private func late(_ stage: Stage, by end: Int, of deadline: Int) -> [LateRun] {
        func time(_ seconds: Int) -> Instant { Instant.zero.advanced(by: .seconds(seconds)) }
        return [LateRun(run: stage.run, deadline: time(deadline), expectedEnd: time(end))]
    }

    @Test("a run is late as soon as what is left of its longest path ends after its deadline, and until it has ended")
    func foreseen() {
        var stage = stage(deadline: .seconds(25))
        stage.pass(.seconds(5))
        #expect(stage.engine.lateRuns(at: stage.now) == [], "it ends at 25")
        stage.start("a")
        stage.pass(.seconds(10))
        #expect(stage.engine.lateRuns(at: stage.now) == [], "what has run is not counted again")
        stage.pass(.seconds(1))
        #expect(stage.engine.lateRuns(at: stage.now) == late(stage, by: 26, of: 25), "a takes longer than expected")
        stage.end("a")
        stage.run("b")
        #expect(stage.engine.lateRuns(at: stage.now.advanced(by: .seconds(60))) == [], "it has ended")
    }

    @Test("a back-off counts, and a run without a deadline is never late")
    func backOff() {
        let retry = RetryRule(limit: 1, backoff: .seconds(30))
        var workflow = workflow("a", ["a": { ($0.expectedDuration, $0.retry) = (.seconds(1), retry) }])
        workflow.deadline = .seconds(20)
        var backing = Stage(workflow)
        backing.run("a", .failed(.exitCode(1)))
        guard case .backingOff(let until) = backing.state("a") else {
            Issue.record("\(backing.state("a"))")
            return
        }
        #expect(backing.engine.lateRuns(at: backing.now).first?.expectedEnd == until.advanced(by: .seconds(1)))
        var free = stage(deadline: nil)
        free.pass(.seconds(1_000_000))
        #expect(free.engine.lateRuns(at: free.now) == [])
    }
}
