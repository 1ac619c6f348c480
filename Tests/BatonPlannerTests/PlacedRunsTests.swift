import BatonCore
import BatonPolicies
import BatonSimulator
import BatonTesting
import Synchronization
import Testing

@testable import BatonPlanner

@Suite("Workers that differ and data that moves")
struct PlacedRunsTests {
    /// Plans by the first proposal, without a search.
    private static let noBudget = PlanBudget.time(nanoseconds: 0, clock: { 0 })

    @Test(
        "a run without surprises goes start for start and end for end as it was laid out", arguments: Seed.range(0..<60)
    )
    func asLaidOut(seed: UInt64) throws {
        let scenario = Self.scenario(seed: seed)
        var simulation = Simulation(scenario)
        guard case .decision(let observation) = simulation.advance() else { throw Missing() }
        let (planned, layout) = Self.planned(observation, isOver: Self.noBudget.limit(share: 1))
        let report = simulation.run { Intelligent(budget: Self.noBudget, patience: nil) }
        #expect(report.spans.count == scenario.workload.arrivals[0].instanceBehaviours.count)
        for span in report.spans {
            let task = Int(span.attempt.task.index)
            #expect(span.start.nanoseconds == layout.starts[task], "\(Seed.replay(seed, "asLaidOut"))")
            #expect(span.end.nanoseconds == layout.ends[task], "\(Seed.replay(seed, "asLaidOut"))")
            #expect(span.worker.index == layout.places[task], "\(Seed.replay(seed, "asLaidOut"))")
        }
        #expect(report.makespan.nanoseconds == planned.way.end, "\(Seed.replay(seed, "asLaidOut"))")
    }

    @Test("what is searched is never worse than what was proposed, and is what it is said to be", arguments: 0..<20)
    func search(seed: UInt64) throws {
        var simulation = Simulation(Self.scenario(seed: seed))
        guard case .decision(let observation) = simulation.advance() else { throw Missing() }
        let (planned, layout) = Self.planned(observation) { $1 >= 300 }
        #expect(planned.rationale.considered == 300)
        #expect(planned.rationale.alternatives.allSatisfy { $0.makespan >= planned.rationale.chosen.makespan })
        #expect(layout.ends.max() == planned.way.end, "seed \(seed)")
    }

    @Test("a task goes where what waits for it will find its data, which HEFT does not see")
    func lookahead() throws {
        func task(_ name: String, _ seconds: Int64, _ cores: Int64, _ needs: [Int32], _ bytes: [Int64]) -> Job.Task {
            Job.Task(
                name: name, kind: name, dependencies: needs, request: .init(milliCPU: cores * 1000, memoryBytes: 0),
                behaviour: .init(duration: .seconds(seconds), inputBytes: bytes))
        }
        // `wide` does not fit on the fast worker, and needs ten seconds to bring there what `first` wrote on it.
        let job = try Job(
            name: "lookahead", tasks: [task("first", 4, 1, [], []), task("wide", 10, 2, [0], [1_000_000_000])])
        let machines = [
            Machine(capacity: Resources(milliCPU: 1000), speedPermille: 2000, networkBytesPerSecond: 100_000_000),
            Machine(capacity: Resources(milliCPU: 2000), networkBytesPerSecond: 100_000_000),
        ]
        func makespan(_ policy: any Policy) -> Duration {
            var scenario = Scenario(workers: machines, workload: Workload([job.arrival(run: Run.ID(rawValue: 1))]))
            scenario.expectations = Expectations()
            var simulation = Simulation(scenario)
            return simulation.run { policy }.makespan
        }
        #expect(makespan(HEFT()) == .seconds(22))
        #expect(makespan(Intelligent(patience: nil)) == .seconds(14))
    }

    @Test("whatever goes wrong, lost workers included, all runs end", arguments: Seed.range(0..<25))
    func faults(seed: UInt64) {
        let workers = Self.machines(seed: seed, capacity: Resources(milliCPU: 4000, memoryBytes: 8 << 30))
        let workload = RandomWorkload().workload(for: workers[0].capacity, seed: seed)
        var scenario = Scenario(
            workers: workers, workload: workload,
            durations: DurationModel(seed: seed, spread: .heavyTail(exponent: 1.5)),
            faults: Swarm().plan(for: workload.arrivals.map(\.submission.run), on: workers, seed: seed))
        scenario.expectations = seed % 2 == 0 ? Expectations(seed: seed, durationError: 2) : nil
        PolicyConformance.check(scenario, isWorkConserving: false, replay: Seed.replay(seed, "PlacedRunsTests")) {
            Intelligent(budget: Self.noBudget, patience: nil)
        }
    }

    @Test("a plan is explained by what proposed it and what the others promised")
    func rationale() {
        var scenario = Self.scenario(seed: 3)
        scenario.isChecked = true
        var simulation = Simulation(scenario)
        _ = simulation.run { Intelligent(budget: Self.noBudget, patience: nil) }
        let plans = simulation.log.compactMap { record -> FollowedPlan? in
            if case .decided(let decision) = record.event { decision.plan } else { nil }
        }
        guard case .new(let rationale) = plans.first else { return #expect(Bool(false), "no plan was recorded") }
        #expect(rationale.chosen.proposer == "heft")
        #expect(rationale.considered == 1)
        #expect(plans.dropFirst().allSatisfy { $0 == .same })
    }

    @Test("of several runs that are planned at once each has its part of the time")
    func sharedBudget() {
        let first = Self.scenario(seed: 3)
        let arrivals = (1...5).map { number in
            var arrival = first.workload.arrivals[0]
            arrival.submission.run = Run.ID(rawValue: UInt64(number))
            return arrival
        }
        var scenario = Scenario(workers: first.workers, workload: Workload(arrivals))
        scenario.expectations = Expectations()
        scenario.isChecked = true
        let ticks = Mutex<Int64>(0)
        let budget = PlanBudget.time(nanoseconds: 250) {
            ticks.withLock { ticks in
                ticks += 1
                return ticks
            }
        }
        var simulation = Simulation(scenario)
        _ = simulation.run { Intelligent(budget: budget, patience: nil) }
        let rationales = simulation.log.compactMap { record -> Rationale? in
            guard case .decided(let decision) = record.event, case .new(let rationale) = decision.plan else {
                return nil
            }
            return rationale
        }
        // The first decision plans all of them, and tells of the last.
        #expect(rationales.first?.considered == PlaceProposals.Proposer.allCases.count)
    }

    @Test("what has taken long is expected to take longer than what has just begun to be late")
    func residual() {
        let hour = 3600e9
        func left(_ elapsed: Double, _ spread: Double) -> Double {
            ResidualTime.nanoseconds(median: hour, spread: spread, elapsed: elapsed)
        }
        #expect(left(0, 2) == hour)
        #expect(left(hour / 4, 1) == hour * 3 / 4)
        #expect(left(2 * hour, 1) == 0)
        #expect(left(hour, 2) > 0)
        #expect(left(2 * hour, 2) > left(hour, 2))
        #expect(left(200 * hour, 2) > left(100 * hour, 2))
    }

    private struct Missing: Error {}

    /// A run of some tasks that read of each other, on three workers that differ in all.
    private static func scenario(seed: UInt64) -> Scenario {
        var generator = SeededGenerator(seed: seed)
        var workload = Problems.workload(mostTasks: 20, using: &generator)
        let graph = try! workload.arrivals[0].submission.expand().graph
        for task in 0..<graph.count {
            var behaviour = workload.arrivals[0].instanceBehaviours[task]
            behaviour.duration = max(behaviour.duration, .milliseconds(1))
            behaviour.inputBytes = graph.dependencies(of: task).map { _ in
                Int64.random(in: 0...400_000_000, using: &generator)
            }
            workload.arrivals[0].instanceBehaviours[task] = behaviour
        }
        var scenario = Scenario(
            workers: machines(seed: seed, capacity: Resources(milliCPU: 2000, memoryBytes: 4 << 30)), workload: workload
        )
        scenario.expectations = Expectations()
        scenario.recordsSpans = true
        return scenario
    }

    private static func machines(seed: UInt64, capacity: Resources) -> [Machine] {
        [
            Machine(capacity: capacity, speedPermille: 1000, networkBytesPerSecond: 100_000_000),
            Machine(capacity: capacity + capacity, speedPermille: 700, networkBytesPerSecond: 1_000_000_000),
            Machine(capacity: capacity, speedPermille: 1900, networkBytesPerSecond: seed % 3 == 0 ? 0 : 30_000_000),
        ]
    }

    private static func planned(
        _ observation: Observation, isOver: (Int, Int) -> Bool
    ) -> (PlannedRun, RunLayout) {
        let cluster = RunningTasks(observation)
        let planned = PlannedRun(0, observation, cluster, known: nil, isAlone: true, isOver: isOver)
        var run = RunLayout(count: planned.shape.count, now: 0)
        var layout = PlaceLayout(timelines: cluster.timelines, now: 0, rateCount: planned.shape.rateCount)
        for task in planned.way.list.map(Int.init) {
            layout.place(task, of: planned.shape, in: &run, handicaps: planned.way.handicaps, notBefore: 0)
        }
        return (planned, run)
    }
}
