import BatonCore
import BatonPolicies
import BatonSimulator
import BatonTesting
import Testing

/// Whole runs under seeded faults: safety after every event, then liveness once the faults have stopped.
@Suite struct SwarmTests {
    @Test("whatever goes wrong, nothing breaks and every run ends", arguments: Seed.range(0..<400))
    func swarm(seed: UInt64) {
        let (report, simulation) = World(seed: seed).run()
        let (violations, counts, isComplete) = (report.violations, report.counts, report.isComplete)
        let replay = Seed.replay(seed, "SwarmTests")
        #expect(violations.first == nil, "\(replay)")
        #expect(isComplete, "\(replay)")
        #expect(simulation.rejection == nil, "\(replay)")
        #expect(counts.turns < 20_000, "\(replay)")
        #expect(counts.attempts < 5_000, "\(replay)")
    }
}

/// A seed made into workers, runs, faults and a policy.
struct World {
    var scenario: Scenario
    var makePolicy: @Sendable () -> any Policy

    init(seed: UInt64, hasFaults: Bool = true) {
        var generator = SeededGenerator(seed: seed &* 7919)
        let worker = Resources(milliCPU: 4000, memoryBytes: 8 << 30)
        let workers = Array(repeating: worker, count: Int(generator.next() % 3) + 1)
        let workload = RandomWorkload().workload(for: worker, seed: seed)
        let runs = workload.arrivals.map(\.submission.run)
        let spreads: [DurationModel.Spread] = [
            .exact, .logNormal(coefficientOfVariation: 0.5), .heavyTail(exponent: 1.5),
        ]
        scenario = Scenario(
            workers: workers, workload: workload,
            durations: DurationModel(seed: seed, spread: spreads[Int(generator.next() % 3)]),
            faults: hasFaults ? Swarm().plan(for: runs, on: workers, seed: seed) : FaultPlan(), isChecked: true
        )
        let isFIFO = generator.next() % 2 == 0
        makePolicy = { isFIFO ? FIFO() as any Policy : CriticalPathFirst() }
    }

    func run() -> (report: Report, simulation: Simulation) {
        var simulation = Simulation(scenario)
        let report = simulation.run(under: makePolicy)
        return (report, simulation)
    }
}
