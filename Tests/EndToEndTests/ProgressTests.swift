import BatonCore
import BatonRuntime
import Testing

@testable import baton

@Suite("Progress") struct ProgressTests {
    /// A success, a retry, a kill for memory, a failure and what it takes with it.
    static func eventful() throws -> Stage {
        let stage = try Stage([
            task("index"), task("align", needs: ["index"], retry: RetryRule(limit: 1), over: ["a", "b"]),
            task("report", needs: ["align"]), task("clean", isFinally: true),
        ])
        try stage.decide(at: 0)
        stage.end("index", .succeeded(nil), at: 1.5)
        try stage.decide(at: 1.5)
        stage.end("align[a]", .failed(.outOfMemory), at: 4, memoryBytes: 3_200_000_000)
        stage.end("align[b]", .failed(.exitCode(75)), at: 5)
        try stage.decide(at: 5)
        stage.end("align[a]", .succeeded(nil), at: 9, memoryBytes: 5_100_000_000)
        guard case .backingOff = stage.engine.state(of: TaskReference(run: stage.run, task: TaskInstance.ID(2))) else {
            preconditionFailure("align[b] is not waiting for its retry")
        }
        stage.send(.alarmRang(.retry(Attempt.ID(run: stage.run, task: TaskInstance.ID(2), number: 1))), at: 9)
        try stage.decide(at: 9)
        try stage.write("reading b.fq\nbad record at line 12\n", toStandardErrorOf: stage.attempt(of: "align[b]"))
        stage.end("align[b]", .failed(.exitCode(3)), at: 11)
        try stage.decide(at: 11)
        stage.end("clean", .succeeded(nil), at: 11.2)
        return stage
    }

    @Test("off a terminal each end is a line, a failure shows the end of its log, and the last lines say what to do")
    func plain() throws {
        let stage = try Self.eventful()
        var text = ""
        let progress = PlainProgress(run: stage.run, logs: stage.folder) { text += $0 }
        progress.durable(stage.log)
        progress.finish(at: Stage.time(11.2))
        try GoldenText.expect(stage.anonymous(text), equals: "progress-plain.txt")
    }

    @Test("with --json each change is an object on a line of its own")
    func json() throws {
        let stage = try Self.eventful()
        var text = ""
        let progress = JSONProgress(run: stage.run) { text += $0 }
        progress.durable(stage.log)
        progress.finish(at: Stage.time(11.2))
        try GoldenText.expect(text, equals: "progress-json.txt")
    }

    @Test("what happened before the watching began is known but not told again")
    func catchUp() throws {
        let stage = try Self.eventful()
        var text = ""
        let progress = PlainProgress(run: stage.run, logs: stage.folder) { text += $0 }
        progress.catchUp(stage.log)
        #expect(text.isEmpty)
        progress.finish(at: Stage.time(11.2))
        #expect(text.hasPrefix("demo failed after 11.2s: 3 succeeded, 1 failed and 1 skipped."))
    }

    /// Two running tasks with samples, and more behind them.
    private static func running(_ values: [String] = ["a", "b", "c", "d"], cores: Int64 = 2) throws -> RunProgress {
        let stage = try Stage(
            [task("align", over: values, seconds: 60), task("report", needs: ["align"])], cores: cores)
        try stage.decide(at: 0)
        var progress = RunProgress(run: stage.run)
        for recorded in stage.log { progress.apply(recorded) }
        for name in values.prefix(Int(cores)) {
            let attempt = stage.attempt(of: "align[\(name)]")
            progress.observe(attempt, memoryBytes: 1_000_000_000, cpu: .seconds(9), at: Stage.time(10))
        }
        return progress
    }

    private static func text(_ view: ProgressView) -> String {
        view.lines().map { $0.rendered(hasColor: false, columns: view.terminal.width) + "\n" }.joined()
    }

    @Test("the live view tells what runs, since when, with what, and for how long the run will go on")
    func live() throws {
        let terminal = Terminal(isInteractive: true, hasColor: false, hasUnicode: true, width: 80, height: 24)
        let view = ProgressView(progress: try Self.running(), terminal: terminal, now: Stage.time(12))
        try GoldenText.expect(Self.text(view), equals: "progress-live.txt")
    }

    /// Two tasks that usually take a minute, one of them for five already.
    static func late() throws -> Stage {
        let stage = try Stage([task("align", over: ["a", "b", "c"])])
        let estimates = (0..<3).map { index in
            TaskEstimate(
                task: TaskInstance.ID(index),
                estimate: Estimate(
                    durationP50Nanoseconds: 60_000_000_000, durationP90Nanoseconds: 75_000_000_000,
                    peakMemoryP50Bytes: 400_000_000, peakMemoryP99Bytes: 500_000_000,
                    largestSeenMemoryBytes: 450_000_000, sampleCount: 12, model: "test",
                    requestBytes: 480_000_000, durationP99Nanoseconds: 90_000_000_000))
        }
        stage.send(.estimated(stage.run, estimates), at: 0)
        try stage.decide(at: 0)
        stage.end("align[a]", .succeeded(nil), at: 200)
        try stage.decide(at: 200)
        return stage
    }

    @Test("a task far beyond what 99 of 100 take is named, once for each attempt, in all forms of progress")
    func stragglers() throws {
        let stage = try Self.late()
        var (plain, json) = ("", "")
        let forms: [any ProgressReporter] = [
            PlainProgress(run: stage.run, logs: stage.folder) { plain += $0 },
            JSONProgress(run: stage.run) { json += $0 },
        ]
        for form in forms {
            form.durable(stage.log)
            #expect(form.refreshAt == Stage.time(180.001))
            for second in [179.0, 250, 251, 300] { form.refresh(at: Stage.time(second)) }
            // The one that began at 200 s may become late too.
            #expect(form.refreshAt == Stage.time(380.001))
        }
        let late = json.split(separator: "\n").filter { $0.contains("straggler") }
        try GoldenText.expect(plain + late.joined() + "\n", equals: "stragglers.txt")
    }

    @Test("the live view marks a task that is late")
    func liveStraggler() throws {
        let stage = try Self.late()
        var progress = RunProgress(run: stage.run)
        for recorded in stage.log { progress.apply(recorded) }
        let terminal = Terminal(isInteractive: true, hasColor: false, hasUnicode: true, width: 80, height: 24)
        let rows = Self.text(ProgressView(progress: progress, terminal: terminal, now: Stage.time(250)))
        #expect(rows.split(separator: "\n").filter { $0.hasSuffix("late") }.map { $0.contains("align[b]") } == [true])
    }

    @Test("the live view never outgrows its terminal", arguments: [5, 8, 24])
    func height(_ height: Int) throws {
        let values = (0..<40).map(String.init)
        let terminal = Terminal(isInteractive: true, hasColor: false, hasUnicode: true, width: 40, height: height)
        let view = ProgressView(
            progress: try Self.running(values, cores: 40), terminal: terminal, now: Stage.time(12))
        #expect(view.lines().count < height)
        #expect(view.lines().allSatisfy { DisplayWidth.of($0.rendered(hasColor: false, columns: 40)) <= 40 })
    }

    @Test("a locale without UTF-8 gets signs of ASCII")
    func ascii() throws {
        let terminal = Terminal(isInteractive: true, hasColor: false, hasUnicode: false, width: 80, height: 24)
        let view = ProgressView(progress: try Self.running(), terminal: terminal, now: Stage.time(12))
        #expect(Self.text(view).utf8.allSatisfy { $0 < 0x80 })
    }

    @Test("the time left counts a task of unknown length as the mean of those that have ended")
    func timeLeft() throws {
        let stage = try Stage([task("work", over: ["a", "b", "c", "d"])])
        try stage.decide(at: 0)
        var progress = RunProgress(run: stage.run)
        for recorded in stage.log { progress.apply(recorded) }
        #expect(progress.timeLeft(at: Stage.time(3)) == nil)
        let seen = stage.log.count
        stage.end("work[a]", .succeeded(nil), at: 4)
        try stage.decide(at: 4)
        for recorded in stage.log.dropFirst(seen) { progress.apply(recorded) }
        // b is over its 4 seconds, c has just begun, d waits: 8 seconds of work for two at a time.
        #expect(progress.timeLeft(at: Stage.time(4)) == .seconds(4))
    }

    @Test("a frame goes back to where the last one began, also when the window has become narrower")
    func redraw() {
        var frames: [String] = []
        let terminal = Terminal(isInteractive: true, hasColor: false, hasUnicode: true, width: 20, height: 24)
        var screen = TerminalScreen(terminal: terminal) { frames.append($0) }
        screen.draw(live: [StyledLine(String(repeating: "x", count: 30)), "y"])
        screen.draw(live: ["z"])
        screen.terminal.width = 10
        screen.draw(lasting: ["done"], live: [])
        let line = String(repeating: "x", count: 18) + "…"
        #expect(frames[0] == "\u{1B}[?2026h\r\(line)\u{1B}[K\ny\u{1B}[K\n\u{1B}[J\u{1B}[?2026l")
        #expect(frames[1].hasPrefix("\u{1B}[?2026h\r\u{1B}[2Az"))
        #expect(frames[2] == "\u{1B}[?2026h\r\u{1B}[1Adone\u{1B}[K\n\u{1B}[J\u{1B}[?2026l")
    }

    @Test("the live display draws at most ten frames a second and leaves only the outcome")
    func frames() throws {
        let stage = try Self.eventful()
        var frames: [String] = []
        let terminal = Terminal(isInteractive: true, hasColor: false, hasUnicode: true, width: 80, height: 24)
        let progress = LiveProgress(run: stage.run, logs: stage.folder, terminal: terminal) { frames.append($0) }
        let middle = stage.log.count / 2
        progress.durable(Array(stage.log[..<middle]))
        for millisecond in 0..<1000 { progress.refresh(at: Stage.time(5 + Double(millisecond) / 1000)) }
        #expect((4...10).contains(frames.count))
        progress.durable(Array(stage.log[middle...]))
        progress.finish(at: Stage.time(12))
        #expect(frames.last?.contains("of 5 done") == false)
        #expect(frames.last?.contains("To see why: baton explain") == true)
    }
}
