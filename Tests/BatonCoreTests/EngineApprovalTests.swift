import BatonCore
import BatonTesting
import Testing

@Suite("Tasks that ask for approval")
struct EngineApprovalTests {
    private let yes = Review(isApproved: true, reviewer: "anna")
    private let no = Review(isApproved: false, reviewer: "bert", comment: "too late")

    private func asking(
        _ question: String = "go?", _ more: @escaping (inout Workflow.Task) -> Void = { _ in }
    )
        -> (inout Workflow.Task) -> Void
    {
        { task in
            task.approval = try! Template(parsing: question)
            more(&task)
        }
    }

    private func ready(_ stage: Stage) -> Int {
        let observation = stage.engine.observe(at: stage.now)
        return (0..<observation.readiedCount).count { observation.ready($0) != nil }
    }

    @Test("it asks when it could start, with what is known then, and starts once somebody says yes")
    func approved() throws {
        var stage = Stage(workflow("a -> b -> c", ["b": asking("deploy ${{ tasks.a.stdout }}?")]))
        #expect(stage.label("b") == .blocked)
        stage.pass(.seconds(3))
        stage.run("a", .succeeded(TaskValues(stdout: "v1")))
        #expect(stage.state("b") == .awaitingApproval(question: "deploy v1?", since: stage.now))
        #expect(ready(stage) == 0)
        #expect(
            stage.engine.explain(stage.reference("b"), at: stage.now)?.reasons
                == [.waitsForApproval(question: "deploy v1?", since: stage.now)])
        stage.pass(.seconds(5))
        try stage.wish(.review(stage.reference("b"), yes))
        #expect(stage.state("b") == .ready(since: stage.now))
        #expect(stage.effects.contains(.decide))
        #expect(stage.engine.explain(stage.reference("b"), at: stage.now)?.reasons.last == .approved(yes))
        stage.run("b")
        stage.run("c")
        #expect(stage.status == .succeeded)
    }

    @Test("only a task that asks can be answered, and only once")
    func refused() throws {
        var stage = Stage(workflow("a -> b, c", ["b": asking(), "c": asking()]))
        let (a, b, c) = (stage.reference("a"), stage.reference("b"), stage.reference("c"))
        #expect(throws: CommandError.notAsking(a, .ready)) { try stage.engine.validate(.review(a, yes)) }
        #expect(throws: CommandError.notAsking(b, .blocked)) { try stage.engine.validate(.review(b, yes)) }
        let unknown = TaskReference(run: stage.run, task: TaskInstance.ID(9))
        #expect(throws: CommandError.unknownTask(unknown)) { try stage.engine.validate(.review(unknown, yes)) }
        try stage.wish(.review(c, yes))
        #expect(throws: CommandError.notAsking(c, .ready)) { try stage.engine.validate(.review(c, no)) }
        stage.handle(.reviewed(c, no))  // two answers on their way at once
        #expect(stage.effects.isEmpty)
        #expect(stage.label("c") == .ready)
    }

    @Test("a rejected task fails without retries, what needs it is skipped, and a retry of the run asks again")
    func rejected() throws {
        var stage = Stage(
            workflow(
                "a -> b, d", ["a": asking("go?") { $0.retry = RetryRule(limit: 5) }, "d": { $0.isFinally = true }]))
        try stage.wish(.review(stage.reference("a"), no))
        #expect(stage.state("a") == .failed(.rejected(no)))
        #expect(stage.label("b") == .skipped)
        stage.run("d")
        #expect(stage.status == .failed)
        stage.pass(.seconds(60))
        try stage.wish(.retry(stage.run))
        #expect(stage.state("a") == .awaitingApproval(question: "go?", since: stage.now))
        #expect(stage.engine.review(of: stage.reference("a")) == nil)
        try stage.wish(.review(stage.reference("a"), yes))
        for name in ["a", "b", "d"] { stage.run(name) }
        #expect(stage.status == .succeeded)
    }

    @Test("what 'when' leaves out asks nobody, and each instance of a fan-out asks for itself")
    func fanOut() throws {
        let values = Workflow.FanOut(axes: [.init(name: "x", values: .list([.number(1), .number(2)]))])
        var stage = Stage(
            workflow(
                "a -> b, c",
                [
                    "a": asking("wipe ${{ x }}?") { $0.fanOut = values },
                    "c": asking { $0.condition = expression("false") },
                ]))
        #expect(stage.label("c") == .skipped)
        #expect(stage.state("a[1]") == .awaitingApproval(question: "wipe 1?", since: stage.now))
        #expect(stage.state("a[2]") == .awaitingApproval(question: "wipe 2?", since: stage.now))
        try stage.wish(.review(stage.reference("a[2]"), yes))
        #expect([stage.label("a[1]"), stage.label("a[2]")] == [.awaitingApproval, .ready])
        try stage.wish(.review(stage.reference("a[1]"), no))
        stage.run("a[2]")
        #expect(stage.label("b") == .skipped)
        #expect(stage.status == .failed)
    }

    @Test("a cancelled run asks no more; a paused one may be answered and starts nothing")
    func cancelled() throws {
        var stage = Stage(workflow("a, b", ["a": asking(), "b": asking()]))
        try stage.wish(.pause(stage.run))
        try stage.wish(.review(stage.reference("a"), yes))
        #expect(stage.label("a") == .ready)
        #expect(ready(stage) == 0)
        try stage.wish(.cancel(stage.run, force: false))
        #expect([stage.label("a"), stage.label("b")] == [.cancelled, .cancelled])
        #expect(stage.status == .cancelled)
        #expect(throws: CommandError.wrongStatus(stage.run, .cancelled)) {
            try stage.engine.validate(.review(stage.reference("b"), yes))
        }
    }

    @Test("a question without a value is a failure that says so")
    func invalid() {
        var stage = Stage(workflow("a -> b", ["b": asking("${{ tasks.a.outputs.site }}")]))
        stage.run("a")
        guard case .failed(.invalid(let message)) = stage.state("b") else {
            Issue.record("\(stage.state("b"))")
            return
        }
        #expect(message.hasPrefix("approval: "))
        #expect(stage.status == .failed)
    }

    @Test("a task that was let go asks no second time for a further attempt")
    func furtherAttempts() throws {
        var stage = Stage(workflow("a", ["a": asking("go?") { $0.retry = RetryRule(limit: 1) }]))
        try stage.wish(.review(stage.reference("a"), yes))
        stage.run("a", .lost)
        #expect(stage.label("a") == .ready)
        stage.run("a", .failed(.exitCode(1)))
        stage.handle(.alarmRang(.retry(stage.attempt("a", 2))))
        #expect(stage.label("a") == .ready)
    }

    @Test("for a cached task an earlier result is looked for, also after a restart, and spares the question")
    func recalled() throws {
        var stage = Stage(workflow("a -> b", ["a": asking("go?") { $0.isCached = true }]))
        let a = stage.reference("a")
        let outstanding = stage.engine.outstandingEffects { _ in .alive }
        #expect(outstanding == [.recall(a), .decide])
        stage.handle(.recalled(a, TaskValues(stdout: "old"), from: Run.ID(rawValue: 9)))
        #expect(stage.state("a") == .succeeded(attempt: 0))
        #expect(stage.engine.values(of: a) == TaskValues(stdout: "old"))
        #expect(stage.label("b") == .ready)
        stage.handle(.recalled(a, nil, from: Run.ID(rawValue: 9)))
        #expect(stage.effects.isEmpty)

        var other = Stage(workflow("a", ["a": asking("go?") { $0.isCached = true }]))
        #expect(other.orders == [.recall(a)])
        try other.wish(.review(a, yes))
        other.handle(.recalled(a, nil, from: Run.ID(rawValue: 9)))  // somebody was quicker
        #expect(other.label("a") == .ready)
    }

    @Test("the question is no part of what a task does, but decides what it waits for")
    func fingerprint() throws {
        var plain = workflow("a, b")
        var asks = plain
        asks.tasks[1].approval = try Template(parsing: "go on with ${{ params.x }} after ${{ tasks.a.stdout }}?")
        let parameters = [Workflow.Binding(name: "x", value: .string("1"))]
        let definition = Workflow.Parameter(name: "x", kind: .string, defaultValue: .string("1"))
        plain.parameters = [definition]
        asks.parameters = [definition]
        #expect(asks.validate().isEmpty)
        let expansion = try asks.expand(parameters: parameters)
        let asked = asks.fingerprint(of: expansion.instances[1], parameters: parameters)
        #expect(asked == plain.fingerprint(of: expansion.instances[1], parameters: parameters))
        #expect(Array(expansion.graph.dependencies(of: 1)) == [0])
        asks.tasks[1].approval = Template(literal: " ")
        #expect(asks.validate().map(\.path) == [["tasks", "b", "approval"]])
    }

    @Test("a task that asks is fused, merged and shared with no other")
    func edits() throws {
        let both = workflow("a -> b", ["b": asking()])
        #expect(throws: WorkflowEditProblem("'b' asks for an approval, which is meant for it alone")) {
            try both.applying([.fuse(tasks: ["a", "b"])], parameters: [])
        }
    }

    @Test("a plan takes every approval as given, says so, and keeps what the question waits for")
    func planned() throws {
        let asks = workflow("a, b", ["b": asking("after ${{ tasks.a.stdout }}?")])
        let planned = PlannedWorkflow(asks)
        #expect(planned.workflow.tasks[1].approval == nil)
        #expect(planned.workflow.tasks[1].needs.map(\.source) == ["a"])
        #expect(planned.assumptions == ["b asks for an approval; it counts as given at once."])
    }
}
