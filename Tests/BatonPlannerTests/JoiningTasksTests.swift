import BatonCore
import BatonPlanner
import BatonPolicies
import BatonTesting
import Testing

@Suite("Tasks that join a run that goes on")
struct JoiningTasksTests {
    private static let names = PolicyCatalog.names + ["intelligent"]

    @Test("every policy starts them, whatever it had planned", arguments: names, [1000, 700])
    func all(name: String, speed: Int64) throws {
        var policy: any Policy = PolicyCatalog.policy(named: name) ?? Intelligent()
        var engine = Engine()
        var now = Instant.zero
        for (place, permille) in [1000, speed].enumerated() {
            let capacity = Resources(milliCPU: 2000, memoryBytes: 8 << 30)
            let worker = Worker(id: Worker.ID(place), name: "w\(place)", capacity: capacity, speedPermille: permille)
            _ = engine.handle(.workerJoined(worker), at: now)
        }
        let runs = [Run.ID(rawValue: 1), Run.ID(rawValue: 2)]
        for run in runs {
            let submission = Run.Submission(run: run, workflow: workflow("a -> b, c"), parameters: [])
            _ = engine.handle(.runSubmitted(submission), at: now)
        }
        var joined = 0
        while engine.hasOpenRuns {
            let decision = policy.decide(engine.observe(at: now))
            _ = engine.handle(try engine.admit(decision), at: now)
            let attempt = try #require(engine.runningAttempts.first, "\(name) starts nothing though all is idle")
            now = now.advanced(by: .seconds(1))
            _ = engine.handle(.attemptEnded(attempt, .succeeded(nil), nil), at: now)
            guard joined < 12, engine.status(of: runs[0]) == .running else { continue }
            // Every third waits for the one before.
            let needs = joined % 3 == 2 ? [TaskInstance.ID(engine.instances(of: runs[0]).count - 1)] : []
            let task = Workflow.Task(name: "j\(joined)", action: .shell(Template(literal: "true")))
            _ = engine.handle(
                try engine.validate(.add([Run.AddedTask(task: task, needs: needs)], to: runs[0])), at: now)
            joined += 1
        }
        #expect(joined == 12)
        #expect(runs.allSatisfy { engine.status(of: $0) == .succeeded })
        #expect(engine.brokenInvariants() == [])
    }
}
