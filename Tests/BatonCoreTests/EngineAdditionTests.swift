import BatonTesting
import Testing

@testable import BatonCore

@Suite("Engine: tasks that join, and runs that are forgotten")
struct EngineAdditionTests {
    private func added(_ name: String, needs: [Int] = [], seconds: Int64? = nil) -> Run.AddedTask {
        let task = Workflow.Task(name: name, action: .arguments([Template(literal: "true")]))
        let estimate = seconds.map { seconds in
            Estimate(
                durationP50Nanoseconds: seconds * 1_000_000_000, durationP90Nanoseconds: seconds * 1_000_000_000,
                peakMemoryP50Bytes: 0, peakMemoryP99Bytes: 0, largestSeenMemoryBytes: 0, sampleCount: 1, model: "told")
        }
        return Run.AddedTask(task: task, needs: needs.map(TaskInstance.ID.init), estimate: estimate)
    }

    private func rank(_ name: String, _ stage: Stage) -> Int64 {
        stage.engine.runs[0].ranks[Int(stage.reference(name).task.index)] / 1_000_000_000
    }

    @Test("a task that joins starts once what it waits for has succeeded, and by then counts with its estimate")
    func join() throws {
        var stage = Stage(workflow("a"))
        try stage.wish(.add([added("b", needs: [0], seconds: 30), added("c", seconds: 7)], to: stage.run))
        #expect([stage.label("b"), stage.label("c")] == [.blocked, .ready])
        #expect(rank("b", stage) == 30)
        #expect(rank("a", stage) >= 30)
        #expect(rank("c", stage) == 7)
        stage.run("a")
        #expect(stage.label("b") == .ready)
        stage.run("c")
        stage.run("b")
        #expect(stage.status == .succeeded)
    }

    @Test("policies have to look anew only at what they know and what has changed")
    func generation() throws {
        var stage = Stage(workflow("a"))
        let before = stage.engine.generation
        try stage.wish(.add([added("b", seconds: 1)], to: stage.run))
        #expect(stage.engine.generation == before)
        try stage.wish(.add([added("c", needs: [0], seconds: 60)], to: stage.run))
        #expect(stage.engine.generation > before)
    }

    @Test("joining tasks stand in the graph as if they had been there from the start")
    func graph() throws {
        var stage = Stage(workflow("a -> b"))
        try stage.wish(.add([added("c"), added("d")], to: stage.run))
        try stage.wish(.add([added("e", needs: [1, 3]), added("f")], to: stage.run))
        #expect(stage.engine.graph(of: stage.run) == Graph(dependencies: [[], [0], [], [], [1, 3], []]))
    }

    @Test("runs that have ended are forgotten, and the others go on as if they had been alone")
    func forget() throws {
        var stage = Stage(workflow("a, b"))
        let other = Run.ID(rawValue: 2)
        stage.handle(.runSubmitted(Run.Submission(run: other, workflow: workflow("x, y, z, z2 -> w"), parameters: [])))
        stage.run("a")
        stage.run("b")
        #expect(stage.status == .succeeded)
        try start(0, of: other, &stage)
        #expect(stage.engine.endedTasks == 2)

        stage.engine.forgetEndedRuns()

        #expect(stage.engine.brokenInvariants() == [])
        #expect(stage.status == nil)
        #expect(stage.engine.endedTasks == 0)
        // Stale news of it changes nothing.
        end(0, of: stage.run, &stage)
        #expect(stage.effects.isEmpty)
        #expect(ready(stage).map(\.reference.task.index) == [1, 2, 3])
        end(0, of: other, &stage)
        for task in 1...4 {
            try start(task, of: other, &stage)
            end(task, of: other, &stage)
        }
        #expect(stage.engine.status(of: other) == .succeeded)
        #expect(stage.engine.used(on: Worker.ID(0)) == .zero)
    }

    private func ready(_ stage: Stage) -> [ReadyTask] {
        let observation = stage.engine.observe(at: stage.now)
        return (0..<observation.readiedCount).compactMap { observation.ready($0) }
    }

    private func start(_ task: Int, of run: Run.ID, _ stage: inout Stage) throws {
        let worker = Worker.ID(0)
        let task = try #require(
            ready(stage).first { $0.reference == TaskReference(run: run, task: TaskInstance.ID(task)) })
        let grant = stage.engine.observe(at: stage.now).grant(for: task, on: worker)
        let placement = Placement(task: task.reference, worker: worker, grant: grant, reason: "told to")
        stage.handle(try stage.engine.admit(Decision(policy: "by hand", placements: [placement])))
    }

    private func end(_ task: Int, of run: Run.ID, _ stage: inout Stage) {
        stage.handle(.attemptEnded(Attempt.ID(run: run, task: TaskInstance.ID(task), number: 1), .succeeded(nil), nil))
    }
}
