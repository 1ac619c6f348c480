import BatonCore
import BatonPolicies
import BatonSimulator
import BatonTesting
import Synchronization
import Testing

@testable import BatonPlanner

@Suite("The intelligent policy")
struct IntelligentTests {
    private static let worker = Resources(milliCPU: 4000, memoryBytes: 8 << 30)

    @Test("room is kept for a task that is worth waiting for, which no rule does that starts whatever fits")
    func patience() throws {
        let machine = Machine(capacity: Resources(milliCPU: 3000, memoryBytes: 8 << 30))
        func makespan(_ policy: any Policy) throws -> Duration {
            var scenario = Scenario(workers: [machine], workload: try Problems.patience())
            scenario.expectations = Expectations()
            var simulation = Simulation(scenario)
            return simulation.run { policy }.makespan
        }
        #expect(try makespan(CriticalPathFirst(patience: nil)) == .seconds(23))
        #expect(try makespan(Intelligent(patience: nil)) == .seconds(16))
    }

    @Test("the first decision by a plan says why it was preferred, and those after it that they follow the same")
    func rationale() throws {
        let machine = Machine(capacity: Resources(milliCPU: 3000, memoryBytes: 8 << 30))
        var scenario = Scenario(workers: [machine], workload: try Problems.patience())
        scenario.expectations = Expectations()
        scenario.isChecked = true
        var simulation = Simulation(scenario)
        _ = simulation.run { Intelligent(patience: nil) }
        let plans = simulation.log.compactMap { record -> FollowedPlan? in
            if case .decided(let decision) = record.event { decision.plan } else { nil }
        }
        guard case .new(let rationale) = plans.first else { throw Missing() }
        // The longest path first finds the best itself, and the search nothing better.
        #expect(rationale.chosen == Proposal(by: "longest path first", makespan: .seconds(16)))
        #expect(rationale.alternatives == [Proposal(by: "search", makespan: .seconds(16))])
        #expect(plans.dropFirst().allSatisfy { $0 == .same })
    }

    private struct Missing: Error {}

    @Test("a run alone takes as long as its plan promised", arguments: 0..<8)
    func promise(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let workload = Problems.workload(mostTasks: 30, using: &generator)
        let machines = Problems.machines(using: &generator)
        var search = MakespanSearch(StaticProblem(workload, on: machines), seed: 1)
        search.run(isOver: PlanBudget.standard.limit(replacing: nil))
        var scenario = Scenario(workers: machines, workload: workload)
        scenario.expectations = Expectations()
        var simulation = Simulation(scenario)
        let report = simulation.run { Intelligent(patience: nil) }
        #expect(report.makespan.nanoseconds == search.best.makespanNanoseconds, "seed \(seed)")
    }

    private static func anySearch() -> MakespanSearch {
        var generator = SeededGenerator(seed: 1)
        let workload = Problems.workload(mostTasks: 30, using: &generator)
        return MakespanSearch(StaticProblem(workload, on: Problems.machines(using: &generator)), seed: 1)
    }

    @Test("a plan that replaces another takes three tenths of the time")
    func laterBudget() {
        let search = Self.anySearch()
        let now = Mutex<Int64>(0)
        let budget = PlanBudget.time(nanoseconds: 100) { now.withLock { $0 } }
        let (first, later) = (budget.limit(replacing: nil), budget.limit(replacing: 1_000))
        now.withLock { $0 = 40 }
        #expect(!first(search))
        #expect(later(search))
        now.withLock { $0 = 100 }
        #expect(first(search))
    }

    @Test("a search ends while there is time for another step and for what comes after")
    func wholeInTime() {
        let search = Self.anySearch()
        let now = Mutex<Int64>(0)
        let isOver = PlanBudget.time(nanoseconds: 100, clock: { now.withLock { $0 } }).limit(replacing: nil)
        for (time, expected) in [(60, false), (70, false), (85, true)] {
            now.withLock { $0 = Int64(time) }
            #expect(isOver(search) == expected, "at \(time)")
        }
    }

    @Test(
        "where nothing is known of what tasks take, the longest path decides",
        arguments: 0..<10)
    func uncertain(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let workload = Problems.workload(mostTasks: 30, using: &generator)
        let machines = Problems.machines(using: &generator)
        func spans(_ policy: any Policy) -> [Report.Span]? {
            var scenario = Scenario(
                workers: machines, workload: workload,
                durations: DurationModel(seed: seed, spread: .logNormal(coefficientOfVariation: 1.5)))
            scenario.recordsSpans = true
            var simulation = Simulation(scenario)
            return simulation.run { policy }.spans
        }
        #expect(spans(Intelligent(patience: nil)) == spans(CriticalPathFirst(patience: nil)), "seed \(seed)")
    }

    @Test("expectations are trusted while ends are as expected, and not when some tasks take longer and others don't")
    func accuracy() throws {
        func isPoor(error: Double) throws -> Bool {
            let tasks = (0..<30).map { index in
                Job.Task(
                    name: "t\(index)", kind: "t", dependencies: index > 0 ? [Int32(index) - 1] : [],
                    behaviour: .init(duration: .seconds(10)))
            }
            let job = try Job(name: "row", tasks: tasks)
            let scenario = Scenario(
                workers: [Machine(capacity: Self.worker)], workload: Workload([job.arrival(run: Run.ID(rawValue: 1))]),
                expectations: Expectations(seed: 1, durationError: error))
            var simulation = Simulation(scenario)
            var rule = CriticalPathFirst()
            var accuracy = ForecastAccuracy()
            while case .decision(let observation) = simulation.advance() {
                accuracy.read(observation)
                let decision = rule.decide(observation)
                accuracy.note(decision.placements, observation)
                simulation.apply(decision)
            }
            return accuracy.isPoor
        }
        #expect(try !isPoor(error: 1))
        #expect(try !isPoor(error: 1.5))
        #expect(try isPoor(error: 8))
    }

    @Test("of tasks that vary a lot, the first end says nothing of how far ends lie apart", arguments: 0..<10)
    func firstEnd(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let scenario = Scenario(
            workers: Problems.machines(using: &generator),
            workload: Problems.workload(mostTasks: 30, using: &generator),
            durations: DurationModel(seed: seed, spread: .logNormal(coefficientOfVariation: 1)),
            expectations: Expectations())
        Self.follow(scenario) { accuracy, observation in
            let ended = observation.graph(ofRun: 0).count - observation.run(at: 0).unfinishedTasks
            if ended <= 1 { #expect(accuracy.isPoor, "seed \(seed), \(ended) ended") }
        }
    }

    /// Looks at the accuracy in each decision of a run by the longest path.
    ///
    /// - Returns: when it ended.
    @discardableResult
    private static func follow(_ scenario: Scenario, _ look: (ForecastAccuracy, Observation) -> Void) -> Instant {
        var simulation = Simulation(scenario)
        var rule = CriticalPathFirst()
        var accuracy = ForecastAccuracy()
        while case .decision(let observation) = simulation.advance() {
            accuracy.read(observation)
            look(accuracy, observation)
            let decision = rule.decide(observation)
            accuracy.note(decision.placements, observation)
            simulation.apply(decision)
        }
        return simulation.now
    }

    @Test("an end at which there was nothing to start is as expected all the same")
    func quietEnd() throws {
        // Nobody is asked when `short` ends, since `last` waits for `long`, too.
        let job = try Job(
            name: "pair",
            tasks: [
                .init(name: "long", kind: "long", behaviour: .init(duration: .seconds(1000))),
                .init(name: "short", kind: "short", behaviour: .init(duration: .seconds(1))),
                .init(name: "last", kind: "last", dependencies: [0, 1], behaviour: .init(duration: .seconds(1))),
            ])
        let scenario = Scenario(
            workers: [Machine(capacity: Self.worker)], workload: Workload([job.arrival(run: Run.ID(rawValue: 1))]),
            expectations: Expectations())
        let end = Self.follow(scenario) { accuracy, _ in #expect(!accuracy.isPoor) }
        #expect(end == Instant(nanoseconds: 1_001_000_000_000))
    }

    @Test("what failed is tried again at its place in the plan, not after all that has not started")
    func retried() throws {
        let names = ["first", "long"] + (0..<8).map { "filler\($0)" }
        let seconds: [Int64] = [10, 60] + Array(repeating: 10, count: 8)
        var definition = workflow(
            "first -> long, " + names[2...].joined(separator: ", "),
            ["first": { $0.retry = RetryRule(limit: 1, backoff: .zero) }])
        definition.name = "retried"
        var behaviours = seconds.map { Workload.Behaviour(duration: .seconds($0)) }
        behaviours[0].failures = [1]
        let job = try Job(definition, behaviours: behaviours)
        let scenario = Scenario(
            workers: [Machine(capacity: Resources(milliCPU: 2000, memoryBytes: 8 << 30))],
            workload: Workload([job.arrival(run: Run.ID(rawValue: 1))]), expectations: Expectations())
        var simulation = Simulation(scenario)
        #expect(simulation.run { Intelligent(patience: nil) }.makespan == .seconds(80))
    }

    @Test(
        "a worker of many that is lost and comes back leaves the order of a plan as it was, one of two does not",
        arguments: [(20, 1), (2, 3)])
    func lostWorker(workers: Int, plans: Int) throws {
        let tasks = (0..<60).map { index in
            Job.Task(
                name: "t\(index)", kind: "t", request: .init(milliCPU: 4000),
                behaviour: .init(duration: .seconds(10 + index % 7)))
        }
        let job = try Job(name: "wide", tasks: tasks)
        let machine = Machine(capacity: Self.worker)
        var scenario = Scenario(
            workers: Array(repeating: machine, count: workers),
            workload: Workload([job.arrival(run: Run.ID(rawValue: 1))]), expectations: Expectations())
        scenario.faults.incidents = [
            .init(at: Instant(nanoseconds: 5_000_000_000), .workerLost(Worker.ID(0))),
            .init(at: Instant(nanoseconds: 25_000_000_000), .workerJoins(machine)),
        ]
        var simulation = Simulation(scenario)
        let report = simulation.run { Intelligent(patience: nil) }
        #expect(report.runs.map(\.status) == [.succeeded])
        let searched = simulation.log.count { record in
            if case .decided(let decision) = record.event, case .new = decision.plan { true } else { false }
        }
        #expect(searched == plans)
    }

    @Test("a plan that is made while tasks run counts what is left of them")
    func planUnderWay() throws {
        let tasks = (0..<13).map { index in
            Job.Task(
                name: "t\(index)", kind: "t", request: .init(milliCPU: 4000),
                behaviour: .init(duration: .seconds(index == 0 ? 100 : 10)))
        }
        let job = try Job(name: "long", tasks: tasks)
        let machine = Machine(capacity: Self.worker)
        var scenario = Scenario(
            workers: [machine, machine], workload: Workload([job.arrival(run: Run.ID(rawValue: 1))]),
            expectations: Expectations())
        // Then 50 s are left of the long one, and seven others of 10 s.
        scenario.faults.incidents = [.init(at: Instant(nanoseconds: 50_000_000_000), .workerJoins(machine))]
        var simulation = Simulation(scenario)
        _ = simulation.run { Intelligent(patience: nil) }
        let promised = simulation.log.compactMap { record in
            if case .decided(let decision) = record.event, case .new(let rationale) = decision.plan {
                rationale.chosen.makespan
            } else {
                nil
            }
        }
        #expect(promised == [.seconds(110), .seconds(50)])
    }

    @Test("whatever goes wrong, all runs end", arguments: Seed.range(0..<20))
    func faults(seed: UInt64) {
        let workers = Array(repeating: Machine(capacity: Self.worker), count: Int(seed % 3) + 1)
        let workload = RandomWorkload().workload(for: Self.worker, seed: seed)
        let scenario = Scenario(
            workers: workers, workload: workload,
            durations: DurationModel(seed: seed, spread: .heavyTail(exponent: 1.5)),
            faults: Swarm().plan(for: workload.arrivals.map(\.submission.run), on: workers, seed: seed))
        for patience in [nil, PolicyCatalog.patience] {
            PolicyConformance.check(
                scenario, isWorkConserving: false, replay: Seed.replay(seed, "IntelligentTests")
            ) { Intelligent(patience: patience) }
        }
    }

    @Test("what waits for a person holds up nothing else")
    func approval() {
        PolicyConformance.checkApproval { Intelligent(patience: nil) }
    }

    @Test("tasks go to workers of a kind that they may run on, and wait for no other")
    func kinds() throws {
        try PolicyConformance.checkKinds { Intelligent(patience: nil) }
        for seed in Seed.range(0..<10) {
            let workers = ["old", "new", "old"].map { Machine(capacity: Self.worker, kind: $0) }
            let workload = RandomWorkload(isTroubled: seed % 2 == 1, kinds: ["old", "new"])
                .workload(for: Self.worker, seed: seed)
            PolicyConformance.check(
                Scenario(workers: workers, workload: workload), isWorkConserving: false,
                replay: Seed.replay(seed, "IntelligentTests")
            ) { Intelligent(patience: nil) }
        }
    }

    @Test("a single run under faults and with wrong expectations ends too", arguments: Seed.range(0..<12))
    func alone(seed: UInt64) {
        let workers = Array(repeating: Machine(capacity: Self.worker), count: Int(seed % 3) + 1)
        var workload = RandomWorkload().workload(for: Self.worker, seed: seed)
        workload.arrivals.removeLast(workload.arrivals.count - 1)
        var scenario = Scenario(
            workers: workers, workload: workload,
            durations: DurationModel(seed: seed, spread: .heavyTail(exponent: 1.5)),
            faults: Swarm().plan(for: workload.arrivals.map(\.submission.run), on: workers, seed: seed))
        scenario.expectations = Expectations()
        PolicyConformance.check(
            scenario, isWorkConserving: false, replay: Seed.replay(seed, "IntelligentTests")
        ) { Intelligent(patience: nil) }
    }

    @Test("what was proposed and not started is proposed again, by a plan and between runs", arguments: [1, 2, 4])
    func returns(runs: Int) throws {
        try PolicyConformance.checkReturns(Intelligent(), runs: runs, replay: "intelligent")
    }
}
