import BatonCore
import BatonPolicies
import BatonStore
import Testing

@testable import baton

@Suite("Views of second attempts")
struct CopyViewTests {
    /// A task of ten seconds that has run for thirty, whose copy has run for two.
    private func stage() throws -> Stage {
        var late = task("late", seconds: 10)
        late.speculation = .seconds(30)
        let stage = try Stage([late, task("after", needs: ["late"], seconds: 5)])
        try stage.decide(at: 0)
        stage.send(.alarmRang(.speculate(attempt(1, stage))), at: 30)
        return stage
    }

    private func attempt(_ number: Int32, _ stage: Stage) -> Attempt.ID {
        Attempt.ID(run: stage.run, task: TaskInstance.ID(0), number: number)
    }

    private func end(_ number: Int32, _ outcome: Outcome, _ stage: Stage, at seconds: Double) {
        let began: Double = number == 1 ? 0 : 30
        let usage = Usage(wall: .nanoseconds(Int64((seconds - began) * 1e9)), userCPU: .seconds(1), meter: .cgroup2)
        stage.send(.attemptEnded(attempt(number, stage), outcome, usage), at: seconds)
    }

    @Test(
        "progress tells that a copy starts and of the attempt that was first", arguments: [(1, "34.0s"), (2, "4.0s")])
    func progress(winner: Int, time: String) throws {
        let stage = try stage()
        end(Int32(winner), .succeeded(nil), stage, at: 34)
        end(Int32(3 - winner), .stopped, stage, at: 35)
        var text = ""
        let plain = PlainProgress(run: stage.run, logs: stage.folder) { text += $0 }
        plain.durable(stage.log)
        #expect(text.contains("late takes long; starting attempt 2 beside it."))
        #expect(text.contains("late succeeded in \(time)"))
        var progress = RunProgress(run: stage.run)
        for recorded in stage.log { progress.apply(recorded) }
        #expect(progress.retries == 0, "nothing was tried again")
        #expect(progress.attemptID(0)?.number == Int32(winner), "its log is that of the task")
        #expect(progress.running == [])
        #expect(progress.counts[.succeeded] == 1)
    }

    @Test("the record holds both attempts, and the first to succeed speaks for the task", arguments: [1, 2] as [Int32])
    func record(winner: Int32) throws {
        let stage = try stage()
        end(winner, .succeeded(nil), stage, at: 34)
        end(3 - winner, .stopped, stage, at: 35)
        let attempts = try stage.store().attempts(of: stage.run, task: TaskInstance.ID(0))
        #expect(attempts.map(\.status) == (winner == 1 ? [.succeeded, .stopped] : [.stopped, .succeeded]))
        #expect(attempts.decisive?.id.number == winner)
        #expect(attempts[Int(winner) - 1].hasOutrun(attempts[Int(2 - winner)]))
        #expect(attempts[1].isBeside(attempts[0]))
        #expect(try stage.store().tasks(of: stage.run, in: nil)[0].attempt == 2)
    }

    @Test("a failure of one, and then of the other, is no race that somebody won")
    func failures() throws {
        let stage = try stage()
        end(1, .failed(.exitCode(1)), stage, at: 34)
        end(2, .failed(.exitCode(2)), stage, at: 35)
        let attempts = try stage.store().attempts(of: stage.run, task: TaskInstance.ID(0))
        #expect(attempts.map(\.status) == [.failed, .failed])
        #expect(attempts.decisive?.id.number == 2)
    }

    @Test("what a second attempt that is due waits for is said")
    func waiting() throws {
        var late = task("late", seconds: 10)
        late.speculation = .seconds(30)
        let stage = try Stage([late], cores: 1)
        try stage.decide(at: 0)
        stage.send(.alarmRang(.speculate(attempt(1, stage))), at: 30)
        func lines(_ seconds: Double) throws -> [String] {
            let story = try RunStory(
                run: stage.run, store: try stage.store(), data: DataDirectory(option: stage.data),
                now: Stage.time(seconds))
            return TaskExplanation(story: story, task: 0).lines.map(\.text)
                + RunExplanation(story: story).lines.map(\.text)
        }
        let due =
            "It has been due for a second attempt for 12.0s, which needs 1 core and 8 GB, and nothing of that is free."
        let now = try lines(42)
        #expect(now.contains(due), "\(now)")
        #expect(now.contains { $0.contains("late has been running for 42.0s; it has been due for a second attempt") })
        #expect(try lines(29).allSatisfy { !$0.contains("second attempt") })
    }

    @Test("a forecast expects what waits when one of two is expected to end")
    func forecast() throws {
        let stage = try stage()
        let forecast = Forecast(
            from: stage.engine, run: stage.run, at: Stage.time(32), policy: CriticalPathFirst(), typical: .seconds(1))
        #expect(forecast.entries.map(\.task) == [0, 1])
        #expect(forecast.entries[1].start == Stage.time(32), "the first is overdue")
        #expect(forecast.end == Stage.time(37))
    }
}
