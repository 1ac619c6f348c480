import BatonCore
import BatonPolicies
import BatonSimulator
import BatonTesting
import Testing

/// Second attempts beside late ones, in whole runs.
@Suite struct CopyTests {
    private static let graph = workflow(
        "a -> b", ["a": { $0.speculation = .seconds(5) }, "b": { $0.speculation = .seconds(5) }])
    /// The first attempt of each task hangs.
    private static let hanging = Workload.Behaviour(duration: .seconds(3), firstDurations: [.seconds(5_000)])

    private static let points: [FaultPlan.Crash.Point] = [
        .beforeAppend, .afterOrders(0), .afterOrders(1), .afterOrders(2), .afterOrders(99),
    ]

    @Test("a copy is first where the first attempt hangs, and what waits starts when that has ended") func quicker() {
        var (scenario, policy) = { ($0.scenario, $0.makePolicy) }(World(Self.graph, Self.hanging))
        scenario.recordsSpans = true
        var simulation = Simulation(scenario)
        let report = simulation.run(under: policy)
        #expect(report.violations == [])
        #expect(report.runs.map(\.status) == [.succeeded])
        // Twice the wait, the copy and up to ten seconds in which the other ends.
        #expect(report.makespan >= .seconds(16) && report.makespan <= .seconds(36))
        let (a, b) = (
            report.spans.filter { $0.attempt.task.index == 0 }, report.spans.filter { $0.attempt.task.index == 1 }
        )
        #expect(a.count == 2 && b.count == 2)
        #expect(b.map(\.start).min() == a.map(\.end).max())
    }

    @Test("a crash at any point of any turn loses no copy and starts none twice", arguments: points)
    func crashes(point: FaultPlan.Crash.Point) {
        for turn in 1...14 {
            for downtime in [Duration.zero, .milliseconds(1500), .seconds(100)] {
                let crash = FaultPlan.Crash(turn: turn, point: point, downtime: downtime)
                let (report, simulation) = World(Self.graph, Self.hanging, faults: FaultPlan(crashes: [crash])).run()
                #expect(report.violations == [], "turn \(turn)")
                #expect(report.runs.map(\.status) == [.succeeded], "turn \(turn)")
                #expect(report.makespan < .seconds(200), "turn \(turn)")
                #expect(simulation.successes.count == 2)
                let attempts = report.counts.attempts
                #expect(attempts == 4, "turn \(turn)")
            }
        }
    }

    @Test("a log with copies leads to the same state") func replay() {
        let (_, simulation) = World(Self.graph, Self.hanging).run()
        var engine = Engine()
        for record in simulation.log { _ = engine.handle(record.event, at: record.at) }
        let run = Run.ID(rawValue: 1)
        #expect(engine.status(of: run) == .succeeded)
        for task in 0..<2 {
            let reference = TaskReference(run: run, task: TaskInstance.ID(task))
            #expect(engine.state(of: reference) == .succeeded(attempt: 2))
        }
    }

    @Test("stragglers are drawn for each attempt, so copies help against them") func stragglers() {
        func makespan(_ patience: Duration?, _ seed: UInt64) -> Duration {
            let names = (0..<24).map { "t\($0)" }
            var flow = workflow(names.joined(separator: ", "))
            for index in flow.tasks.indices { flow.tasks[index].speculation = patience }
            let plan = FaultPlan(
                seed: seed, rates: FaultPlan.Rates(straggler: 60), endsAt: Instant(nanoseconds: .max))
            return World(flow, Workload.Behaviour(duration: .seconds(60)), cores: 24, faults: plan).run().report
                .makespan
        }
        var (late, sums) = (0, (Duration.zero, Duration.zero))
        for seed in UInt64(0)..<20 {
            let (alone, copied) = (makespan(nil, seed), makespan(.seconds(90), seed))
            // An attempt that is outrun takes up to ten seconds to end.
            #expect(copied <= alone + .seconds(10), "\(Seed.replay(seed, "CopyTests"))")
            late += alone == .seconds(600) ? 1 : 0
            sums = (sums.0 + alone, sums.1 + copied)
        }
        #expect(late > 10, "most runs have a straggler")
        #expect(sums.1 * 2 < sums.0)
    }
}
