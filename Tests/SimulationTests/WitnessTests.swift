import BatonPolicies
import BatonTesting
import Testing

@testable import BatonCore
@testable import BatonSimulator

/// The checks themselves: each must be able to fail.
@Suite struct WitnessTests {
    private let behaviour = Workload.Behaviour(duration: .seconds(3))

    /// Breaks the rule that it is made for.
    private struct Rogue: Policy {
        let name = "rogue"
        var place: @Sendable (Observation) -> [Placement]

        mutating func decide(_ observation: Observation) -> Decision {
            Decision(policy: name, placements: place(observation))
        }
    }

    private static func placement(_ observation: Observation, _ number: Int) -> Placement? {
        observation.ready(number).map { task in
            Placement(
                task: task.reference, worker: Worker.ID(0), grant: observation.grant(for: task, on: Worker.ID(0)),
                reason: "no reason"
            )
        }
    }

    @Test("a policy that over-commits is rejected and harms nobody")
    func overCommitment() {
        var world = World(workflow("a, b, c"), behaviour, cores: 2)
        world.makePolicy = {
            Rogue { observation in (0..<3).compactMap { WitnessTests.placement(observation, $0) } }
        }
        let (report, simulation) = world.run()
        #expect(simulation.rejection?.reason == .noRoom)
        #expect(report.violations == [])
        let (isComplete, attempts) = (report.isComplete, report.counts.attempts)
        #expect(!isComplete)
        #expect(attempts == 0)
    }

    @Test("a policy that starts nothing is caught by liveness")
    func idleness() {
        var world = World(workflow("a"), behaviour)
        world.makePolicy = { Rogue { _ in [] } }
        let isComplete = world.run().report.isComplete
        #expect(!isComplete)
    }

    @Test("a start that nobody was entitled to is noticed")
    func illegalStarts() {
        var (_, simulation) = World(workflow("a -> b"), behaviour).run()
        let run = Run.ID(rawValue: 1)
        func order(_ task: Int, _ number: Int32) -> Effect.Order {
            let attempt = Attempt.ID(run: run, task: TaskInstance.ID(task), number: number)
            return Effect.Order(attempt: attempt, worker: Worker.ID(0), grant: Resources(milliCPU: 9000))
        }
        var witness = Witness()
        witness.checkStart(order(1, 1), simulation.engine, simulation.world)
        #expect(witness.violations.count == 1)  // what it needs was never seen to succeed
        witness.checkStart(order(1, 1), simulation.engine, simulation.world)
        #expect(witness.violations.last?.contains("start number 2") == false)
        #expect(witness.violations.contains { $0.contains("start number 2") })
        simulation.witness.checkStart(order(0, 2), simulation.engine, simulation.world)
        #expect(simulation.witness.violations.count == 2)  // it had succeeded, in the log and in the world

        let isStarted = simulation.world.start(order(0, 1), behaviour, transferNanoseconds: 0, at: simulation.now)
        #expect(!isStarted)
        #expect(simulation.world.violations.count == 1)
        _ = simulation.world.start(order(0, 7), behaviour, transferNanoseconds: 0, at: simulation.now)
        witness = Witness()
        witness.checkStart(order(0, 7), simulation.engine, simulation.world)
        #expect(witness.violations.contains { $0.contains("made worker 0 run") })
        witness.check(simulation.engine, after: .runPaused(run), simulation.world)
        #expect(witness.violations.contains { $0.contains("lives on after its run has ended") })
    }

    @Test("an arbitrary jumble of stale facts leaves the engine as it was")
    func staleFacts() {
        let (_, simulation) = World(seed: 11).run()
        var engine = simulation.engine
        let before = simulation.states(in: engine)
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<3 {
            for record in simulation.log.shuffled(using: &generator) {
                switch record.event {
                case .attemptEnded, .attemptGrew, .alarmRang, .runSubmitted, .runPaused, .runUnpaused:
                    _ = engine.handle(record.event, at: simulation.now)
                    #expect(engine.brokenInvariants() == [])
                case .estimated, .tasksAdded, .workerJoined, .workerResized, .workerLost, .limitsShared, .decided,
                    .runCancelled,
                    .runRetried, .prioritized, .reviewed, .recalled:
                    continue
                }
            }
        }
        #expect(simulation.states(in: engine) == before)
    }
}
