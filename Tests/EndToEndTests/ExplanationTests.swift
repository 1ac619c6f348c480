import BatonCore
import BatonPolicies
import BatonStore
import Testing

@testable import baton

@Suite("Explanations") struct ExplanationTests {
    private func story(_ stage: Stage, at seconds: Double) throws -> RunStory {
        let data = DataDirectory(option: stage.data)
        return try RunStory(run: stage.run, store: try stage.store(), data: data, now: Stage.time(seconds))
    }

    private func text(_ lines: [StyledLine]) -> String {
        lines.map { $0.text + "\n" }.joined()
    }

    @Test("a failed run says what failed, why, what went with it and what its time was spent on")
    func failedRun() throws {
        let stage = try ProgressTests.eventful()
        let story = try story(stage, at: 20)
        try GoldenText.expect(stage.anonymous(text(RunExplanation(story: story).lines)), equals: "explain-run.txt")
    }

    @Test("each task of a failed run has its own story")
    func failedTasks() throws {
        let stage = try ProgressTests.eventful()
        let story = try story(stage, at: 20)
        let all = story.instances.indices.map { text(TaskExplanation(story: story, task: $0).lines) }
        try GoldenText.expect(stage.anonymous(all.joined(separator: "\n")), equals: "explain-tasks.txt")
    }

    @Test("each waiting task says what it waits for")
    func waiting() throws {
        let stage = try Stage([
            task("big", memoryBytes: 6_000_000_000), task("bigger", memoryBytes: 7_000_000_000),
            task("after", needs: ["big", "bigger"]), task("clean", isFinally: true),
        ])
        try stage.decide(at: 0)
        stage.send(.runPaused(stage.run), at: 1)
        stage.send(.runUnpaused(stage.run), at: 2)
        let story = try story(stage, at: 3)
        try GoldenText.expect(text(RunExplanation(story: story).lines), equals: "explain-waiting.txt")
    }

    @Test("a task that is late says so, and what is usual")
    func straggler() throws {
        let story = try story(try ProgressTests.late(), at: 250)
        let tasks = story.instances.indices.map { text(TaskExplanation(story: story, task: $0).lines) }
        try GoldenText.expect(
            text(RunExplanation(story: story).lines) + "\n" + tasks.joined(separator: "\n"),
            equals: "explain-straggler.txt")
    }

    /// `long` is worth waiting for, and needs nearly all the memory.
    private func planned() throws -> Stage {
        let stage = try Stage(
            [
                task("first", seconds: 2, memoryBytes: 1_000_000_000),
                task("long", needs: ["first"], seconds: 12, memoryBytes: 7_000_000_000),
                task("filler", seconds: 9, memoryBytes: 2_000_000_000),
                task("tail", needs: ["filler"], seconds: 1, memoryBytes: 1_000_000_000),
            ], policy: Wiring.policy(.known("intelligent")))
        try stage.decide(at: 0)
        stage.end("first", .succeeded(nil), at: 2)
        try stage.decide(at: 2)
        return stage
    }

    @Test("a decision says what it started, who proposed the plan, what others promised and why it won")
    func decision() throws {
        let story = try story(try planned(), at: 3)
        var parts = try story.logged.map { text(try DecisionExplanation($0.decision.number, of: story).lines) }
        parts += story.instances.indices.map { text(TaskExplanation(story: story, task: $0).lines) }
        parts.append(try DecisionExplanation(1, of: story).json.json + "\n")
        try GoldenText.expect(parts.joined(separator: "\n"), equals: "explain-decision.txt")
    }

    @Test("a decision tells what the shadow would have started instead, or that it would have done the same")
    func secondOpinion() throws {
        let stage = try Stage(
            [task("short", seconds: 1), task("long", seconds: 9)], cores: 1,
            policy: Shadowed(CriticalPathFirst(), shadow: ShortestFirst()))
        try stage.decide(at: 0)
        stage.end("long", .succeeded(nil), at: 9)
        try stage.decide(at: 9)
        let story = try story(stage, at: 9)
        let last = try (1...2).map { try DecisionExplanation($0, of: story).lines.last?.text }
        #expect(
            last == [
                "shortest-first would have started short on local instead.",
                "shortest-first would have decided the same.",
            ])
        let json = try DecisionExplanation(1, of: story).json.json
        #expect(
            json.hasSuffix(
                #""second_opinion":{"policy":"shortest-first","same":false,"instead":[{"task":"short","worker":"local"}]}}"#
            ))
    }

    @Test("a plan that can't be beaten, one that was merely not beaten, and no plan at all are told apart")
    func verdicts() throws {
        let plan = Proposal(by: "longest path first", makespan: .seconds(60))
        let found = Proposal(by: "search", makespan: .seconds(60))
        var rationale = Rationale(chosen: plan, alternatives: [found], considered: 3, isOptimal: false)
        #expect(rationale.sentences[1] == "By search it would have been 1m 00s too.")
        #expect(
            rationale.sentences.last
                == "It was kept because nothing better was found: it is the best of 3 plans laid out.")
        rationale.isOptimal = true
        #expect(rationale.sentences.last == "It won because none can promise less: it meets the lower bound.")
        let story = try story(try ProgressTests.eventful(), at: 20)
        let lines = try DecisionExplanation(1, of: story).lines
        #expect(lines.last?.text == "It followed no plan that was made ahead.")
    }

    @Test("a decision that was never made is refused with the numbers there are")
    func unknownDecision() throws {
        let story = try story(try planned(), at: 3)
        #expect(throws: CommandFailure.self) { try DecisionExplanation(9, of: story) }
    }

    @Test("a task that is not cached ran because it always does")
    func alwaysRuns() throws {
        let stage = try ProgressTests.eventful()
        let why = try WhyRun(story: try story(stage, at: 20), store: try stage.store(), task: 0)
        #expect(why.sentences == ["It runs in every run, because it does not say 'cache: true'."])
    }

    @Test("tables of a run line up")
    func tables() throws {
        let stage = try ProgressTests.eventful()
        let store = try stage.store()
        let summary = try store.run(stage.run)
        let standing = RunStanding(summary.status, isDriven: true)
        let detail = RunDetail(
            run: summary, standing: standing, tasks: store.tasks(of: stage.run, in: nil),
            attempts: store.attempts(of: stage.run, task: nil)
        )
        let list = RunList(runs: [(summary: summary, standing: standing)])
        let text =
            list.table(now: Stage.time(71)).rendered(for: .file) + "\n\n" + detail.text(for: .file, now: Stage.time(71))
        try GoldenText.expect(text + "\n", equals: "tables.txt")
    }
}
