import BatonCore
import BatonPolicies
import BatonSimulator
import BatonTesting
import Testing

@testable import BatonPlanner

@Suite("Sharing a cluster between runs of different sizes")
struct SharingTests {
    private static let machine = Machine(capacity: Resources(milliCPU: 4000, memoryBytes: 8 << 30))

    /// Jobs of up to 25 tasks that arrive one after the other; urgent ones have priorities and deadlines, some of their tasks
    /// deadlines of their own.
    private static func workload(areUrgent: Bool = false, using generator: inout SeededGenerator) -> Workload {
        var at = Instant.zero
        return Workload(
            (0..<6).map { job in
                let tasks = (0..<Int.random(in: 1...25, using: &generator)).map { index in
                    Job.Task(
                        name: "t\(index)", kind: areUrgent && index % 3 == 1 ? "due" : "t",
                        dependencies: (0..<Int32(index)).filter { _ in Int.random(in: 0...5, using: &generator) == 0 },
                        request: .init(
                            milliCPU: Int64(Int.random(in: 1...4, using: &generator)) * 500,
                            memoryBytes: Int64(Int.random(in: 1...4, using: &generator)) << 30),
                        behaviour: .init(duration: .milliseconds(Int.random(in: 0...9_000, using: &generator))))
                }
                at = at.advanced(by: .milliseconds(Int.random(in: 0...9_000, using: &generator)))
                guard areUrgent else {
                    return try! Job(name: "job", tasks: tasks).arrival(run: Run.ID(rawValue: UInt64(job) + 1), at: at)
                }
                var urgent = try! Job(name: "job", tasks: tasks).urged(
                    deadlineSlack: Int.random(in: 0...1, using: &generator) == 0
                        ? nil : Double.random(in: 0.5...4, using: &generator),
                    priority: Int32(Int.random(in: 2...4, using: &generator) * 20))
                for place in urgent.workflow.tasks.indices where urgent.workflow.tasks[place].name == "due" {
                    urgent.workflow.tasks[place].deadline = .seconds(Int.random(in: 1...30, using: &generator))
                }
                return urgent.arrival(run: Run.ID(rawValue: UInt64(job) + 1), at: at)
            })
    }

    /// In the order of arrival.
    private static func completions(
        _ workload: Workload, on machines: [Machine], _ policy: any Policy
    ) -> [Duration?] {
        var scenario = Scenario(workers: machines, workload: workload)
        scenario.expectations = Expectations()
        var simulation = Simulation(scenario)
        return simulation.run { policy }.runs.map(\.completion)
    }

    @Test("what is tried on arrays is what the whole engine does", arguments: Seed.range(0..<60))
    func agreement(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let workload = Self.workload(using: &generator)
        let machines = Array(repeating: Self.machine, count: Int.random(in: 1...3, using: &generator))
        let problem = StaticProblem(workload, on: machines)
        let parameters = SizeAwareSharing.Parameters(
            reserve: [0, 0.3, 0.6][Int(seed % 3)], longNanoseconds: 4_000_000_000, cap: seed % 2 == 0 ? nil : 1.2,
            order: SizeAwareSharing.Order.allCases[Int(seed % 5) % 3])
        let patience: Duration? = seed % 7 < 4 ? .milliseconds(Int.random(in: 0...9_000, using: &generator)) : nil
        let spy = Spy(policy: SizeAwareSharing(parameters, patience: patience))
        let real = Self.completions(workload, on: machines, spy)
        let places = workload.arrivals.indices.flatMap { spy.seen.places[$0] ?? [] }
        var rollout = SharingRollout(problem, places: places)
        let rule = SharingRollout.Rule(parameters, patience: patience)
        rollout.begin(rule)
        while !rollout.advance(steps: 50) {}
        let first = rollout.completions
        rollout.begin(rule)
        _ = rollout.advance(steps: .max)
        #expect(rollout.completions == first, "a second run knows of the first, \(Seed.replay(seed, "SharingTests"))")
        #expect(first == real.map { $0?.nanoseconds ?? -1 }, "\(Seed.replay(seed, "SharingTests"))")
    }

    @Test("runs that bid are tried on arrays as the whole engine serves them", arguments: Seed.range(0..<30))
    func bids(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let workload = Self.workload(using: &generator)
        let machines = Array(repeating: Self.machine, count: Int.random(in: 1...3, using: &generator))
        let problem = StaticProblem(workload, on: machines)
        let bids = problem.jobs.map { job in
            SizeAwareSharing.Bid(
                places: (0..<Int32(job.tasks.count)).shuffled(using: &generator),
                weight: Double.random(in: 0.2...5, using: &generator))
        }
        var sharing = SizeAwareSharing(patience: nil)
        for (run, bid) in bids.enumerated() { sharing.take(bid, ofRun: run) }
        let real = Self.completions(workload, on: machines, sharing)
        let places = bids.flatMap(\.places)
        var rollout = SharingRollout(
            problem, places: places, bids: .init(places: places, weights: bids.map(\.weight)))
        rollout.begin(SharingRollout.Rule(sharing.parameters, byBids: true))
        _ = rollout.advance(steps: .max)
        #expect(rollout.completions == real.map { $0?.nanoseconds ?? -1 }, "\(Seed.replay(seed, "SharingTests"))")
    }

    @Test(
        "so it is with deadlines, priorities and a bound on waiting, also where the least slack goes first",
        arguments: Seed.range(0..<60))
    func urgentAgreement(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let workload = Self.workload(areUrgent: true, using: &generator)
        let machines = Array(repeating: Self.machine, count: Int.random(in: 1...2, using: &generator))
        let cost = WaitingCost(
            completion: seed % 2 == 0 ? 1 : 0.001, lateness: 10, foresight: 5e9, hasClasses: seed % 2 == 0,
            mostWait: seed % 3 == 0 ? 6_000_000_000 : WaitingCost.usualMostWait, isBySlack: seed % 4 > 1)
        let parameters = SizeAwareSharing.Parameters(
            reserve: seed % 4 == 0 ? 0.3 : 0, longNanoseconds: 4_000_000_000, cap: seed % 5 == 0 ? 1.2 : nil, cost: cost
        )
        let spy = Spy(policy: SizeAwareSharing(parameters, patience: nil))
        let real = Self.completions(workload, on: machines, spy)
        let places = workload.arrivals.indices.flatMap { spy.seen.places[$0] ?? [] }
        var rollout = SharingRollout(StaticProblem(workload, on: machines), places: places)
        rollout.begin(SharingRollout.Rule(parameters))
        while !rollout.advance(steps: 50) {}
        #expect(rollout.completions == real.map { $0?.nanoseconds ?? -1 }, "\(Seed.replay(seed, "SharingTests"))")
    }

    @Test("how long a run can wait is told by its tasks that have not started, also by one that starts once more")
    func latestStarts() {
        var starts = LatestStarts(latestEnds: [70, 100, .max, 40], durations: [30, 5, 1, 20])
        #expect(starts.next == 20)
        starts.pass { $0 == 0 }
        #expect(starts.next == 20)
        starts.pass { $0 == 0 || $0 == 3 }
        #expect(starts.next == 95)
        starts.goBack(to: 0)
        starts.goBack(to: 7)
        #expect(starts.next == 40)
        starts.pass { $0 != 2 }
        #expect(starts.next == .max)
    }

    @Test("a task that failed and starts once more makes its run urgent again")
    func retriedTask() {
        func job(_ seconds: [Int], deadline: Int) -> Job {
            try! Job(
                name: "job",
                tasks: seconds.enumerated().map { index, seconds in
                    Job.Task(
                        name: "t\(index)", kind: "t", dependencies: index > 0 ? [Int32(index) - 1] : [],
                        request: .init(milliCPU: 4000), behaviour: .init(duration: .seconds(seconds)))
                }, deadline: .seconds(deadline))
        }
        // It fails after 20 s; what comes then must start at 65 s.
        var retried = job([30, 5], deadline: 100)
        retried.workflow.tasks[0].retry = RetryRule(limit: 1)
        retried.behaviours[0].failures = [1]
        retried.behaviours[0].firstDurations = [.seconds(20)]
        let workload = Workload([
            retried.arrival(run: Run.ID(rawValue: 1)),
            // Must start at 75 s, which is sooner than the second task of the first run.
            job([40], deadline: 105).arrival(run: Run.ID(rawValue: 2), at: Instant(nanoseconds: 10_000_000_000)),
            // Fills the time until the failed task is ready again.
            job([10], deadline: 20).arrival(run: Run.ID(rawValue: 3), at: Instant(nanoseconds: 15_000_000_000)),
        ])
        let cost = WaitingCost(completion: 0.001, lateness: 1, hasClasses: false, isBySlack: true)
        let completions = Self.completions(
            workload, on: [Self.machine], SizeAwareSharing(.init(cost: cost), patience: nil))
        #expect(completions == [.seconds(105), .seconds(90), .seconds(15)])
    }

    @Test("a run of a low class gets its turn after the longest wait, and not before while urgent ones come")
    func starvationBound() {
        func job(_ tasks: Int, _ seconds: Int, priority: Int32) -> Job {
            try! Job(
                name: "job",
                tasks: (0..<tasks).map { index in
                    Job.Task(
                        name: "t\(index)", kind: "t", request: .init(milliCPU: 4000), priority: priority,
                        behaviour: .init(duration: .seconds(seconds)))
                })
        }
        // An hour of urgent runs, one a minute, each of which takes the machine for as long.
        var arrivals = (0..<60).map { place in
            job(1, 60, priority: 80).arrival(
                run: Run.ID(rawValue: UInt64(place) + 2), at: Instant(nanoseconds: Int64(place) * 60_000_000_000))
        }
        arrivals.insert(job(3, 10, priority: 20).arrival(run: Run.ID(rawValue: 1), at: .zero), at: 1)
        func end(mostWait: Int64) -> Duration? {
            let sharing = SizeAwareSharing(.init(cost: WaitingCost(mostWait: mostWait)), patience: nil)
            return Self.completions(Workload(arrivals), on: [Self.machine], sharing)[1]
        }
        #expect(end(mostWait: .max) == .seconds(3_630))
        // Each of its three tasks starts when ten minutes have passed and the task that runs then has ended.
        let bound = Duration.seconds(3 * (600 + 60) + 10)
        #expect(end(mostWait: 600_000_000_000)! <= bound)
        #expect(end(mostWait: 600_000_000_000)! > .seconds(1_800))
    }

    @Test("a run with a deadline can wait in proportion to itself, where no class is above another")
    func proportionateWait() throws {
        let cost = WaitingCost(completion: 0.001, lateness: 1, hasClasses: false)
        func isTooLong(hours: Int64, path: Int64, isByClass: Bool = false) -> Bool {
            let hour: Int64 = 3_600_000_000_000
            let deadline = RunDeadline(latestEnds: [100 * hour], durations: [path], path: path, priority: 50)
            return cost.isTooLong(hours * hour, deadline, isByClass: isByClass)
        }
        let minute: Int64 = 60_000_000_000
        #expect(isTooLong(hours: 1, path: minute))
        #expect(!isTooLong(hours: 1, path: 20 * minute))
        #expect(isTooLong(hours: 4, path: 20 * minute))
        #expect(isTooLong(hours: 1, path: 20 * minute, isByClass: true))
        #expect(cost.isTooLong(WaitingCost.usualMostWait, nil, isByClass: false))
    }

    @Test("of ways to share under which nothing is late, the one that leaves more time before deadlines is better")
    func narrowness() {
        let cost = WaitingCost(completion: 0.001, lateness: 1, hasClasses: false)
        func lateness(_ late: Int64) -> Double { cost.cost(completion: 1_000_000, late: late, weight: 1) - 1_000 }
        #expect(lateness(-100_000) > 1.2 * lateness(-200_000))
        #expect(lateness(-2_000_000) < 1)
        // Far behind a deadline every second is one.
        #expect(abs(lateness(3_000_000) - 3_000_000) < 1)
        #expect(cost.cost(completion: 1_000_000, late: 5, weight: 0) == 1_000)
    }

    @Test("deadlines that leave much slack are kept as by the least laxity first, though estimates are wrong")
    func looseDeadlines() {
        var parameters = Family.Parameters()
        parameters.deadlineSlack = 2...8
        parameters.priorities = 20...80
        let machines = Array(
            repeating: Machine(capacity: Resources(milliCPU: 8_000, memoryBytes: 64_000_000_000)), count: 5)
        let conditions = Conditions(
            machines: machines, spread: .logNormal(coefficientOfVariation: 1), durationError: 2)
        func late(_ policy: () -> any Policy) -> Double {
            (201...206 as ClosedRange<UInt64>).reduce(0.0) { sum, seed in
                let jobs = (0..<UInt64(60)).map { place in
                    Family.forkJoin.job(tasks: 50, parameters: parameters, seed: SeededGenerator.mix(seed) &+ place)
                }
                let workload = Arrivals.stream(
                    jobs: jobs, count: jobs.count, load: 1, on: machines, pattern: .poisson, seed: seed)
                let trial = Trial(name: "loose", workload, conditions, seed: seed)
                var simulation = Simulation(trial.scenario)
                let report = simulation.run { policy() }
                return zip(report.runs, workload.arrivals).reduce(sum) { sum, pair in
                    let (run, arrival) = pair
                    return sum + max((run.completion! - arrival.submission.workflow.deadline!).seconds, 0)
                }
            }
        }
        let ours = late { Intelligent(objective: Objective(.tardiness), patience: nil) }
        #expect(ours < 1.25 * late { LeastLaxityFirst(patience: nil) })
    }

    @Test("a deadline that can be met is met, though its run has more left than others")
    func deadline() {
        func job(_ seconds: Int, deadline: Duration?) -> Job {
            try! Job(
                name: "job",
                tasks: (0..<4).map { index in
                    Job.Task(
                        name: "t\(index)", kind: "t", request: .init(milliCPU: 4000),
                        behaviour: .init(duration: .seconds(seconds)))
                }, deadline: deadline)
        }
        // Short runs keep coming; the long one would wait for all of them.
        func late(_ deadline: Duration?) -> Duration {
            var arrivals = [job(30, deadline: deadline).arrival(run: Run.ID(rawValue: 1))]
            for place in 0..<40 {
                arrivals.append(
                    job(5, deadline: nil).arrival(
                        run: Run.ID(rawValue: UInt64(place) + 2),
                        at: Instant(nanoseconds: Int64(place) * 20_000_000_000)))
            }
            return Self.completions(Workload(arrivals), on: [Self.machine], Intelligent(patience: nil))[0]!
        }
        #expect(late(nil) > .seconds(600))
        #expect(late(.seconds(300)) <= .seconds(300))
    }

    @Test("short runs do not wait for the long tasks of a large one, once it was seen that this happens")
    func shortRuns() {
        func job(_ tasks: Int, _ seconds: Int) -> Job {
            try! Job(
                name: "job",
                tasks: (0..<tasks).map { index in
                    Job.Task(
                        name: "t\(index)", kind: "t", dependencies: [],
                        request: .init(milliCPU: 1000, memoryBytes: 0),
                        behaviour: .init(duration: .seconds(seconds)))
                })
        }
        // Every ten minutes a run that fills all eight cores for as long, and every 50 s one of a second.
        var arrivals: [Workload.Arrival] = []
        for place in 0..<240 {
            let job = place % 12 == 0 ? job(16, 300) : job(2, 1)
            arrivals.append(
                job.arrival(
                    run: Run.ID(rawValue: UInt64(place) + 1), at: Instant(nanoseconds: Int64(place) * 50_000_000_000)))
        }
        let workload = Workload(arrivals)
        func mean(_ policy: any Policy) -> Double {
            let times = Self.completions(workload, on: [Self.machine, Self.machine], policy).compactMap { $0?.seconds }
            #expect(times.count == 240)
            return Sample.mean(times)
        }
        let best = [
            mean(Graphene(patience: nil)), mean(ShortestRemainingRunFirst(patience: nil)), mean(FIFO(patience: nil)),
        ].min()!
        let spy = Spy(policy: Intelligent(patience: nil))
        #expect(mean(spy) < 0.8 * best)
        #expect(spy.seen.reasons.contains { $0.contains("ways to share were tried on the last") })
    }

    @Test("runs whose tasks leave holes are packed before anything was tried, unless some are much larger than others")
    func packedAtFirst() throws {
        func job(_ tasks: Int, milliCPU: Int64) throws -> Job {
            try Job(
                name: "job",
                tasks: (0..<tasks).map { index in
                    Job.Task(
                        name: "t\(index)", kind: "t", dependencies: [],
                        request: .init(milliCPU: milliCPU, memoryBytes: 0), behaviour: .init(duration: .seconds(10)))
                })
        }
        func mean(_ jobs: [Job], _ policy: any Policy) -> Double {
            let arrivals = (0..<12).map { place in
                jobs[place % 2].arrival(
                    run: Run.ID(rawValue: UInt64(place) + 1), at: Instant(nanoseconds: Int64(place) * 1_000_000_000))
            }
            let times = Self.completions(Workload(arrivals), on: [Self.machine], policy)
            return Sample.mean(times.compactMap { $0?.seconds })
        }
        let packing = "fills what is free there"
        // Runs of small tasks have a little less left, but two of these leave a hole, and one of each do not.
        let alike = try [job(20, milliCPU: 1500), job(13, milliCPU: 2500)]
        let spy = Spy(policy: Intelligent(patience: nil))
        #expect(mean(alike, spy) < 0.85 * mean(alike, SizeAwareSharing(patience: nil)))
        #expect(spy.seen.reasons.contains { $0.hasPrefix(packing) })

        let unlike = try [job(2, milliCPU: 1500), job(130, milliCPU: 2500)]
        let other = Spy(policy: Intelligent(patience: nil))
        #expect(mean(unlike, other) == mean(unlike, SizeAwareSharing()))
        #expect(!other.seen.reasons.contains { $0.hasPrefix(packing) })
    }

    @Test("room is kept for short tasks however long the long ones have waited")
    func keptForLong() throws {
        func job(_ count: Int, _ duration: Duration) throws -> Job {
            let tasks = (0..<count).map { number in
                Job.Task(
                    name: "t\(number)", kind: "t", dependencies: [], request: .init(milliCPU: 1000, memoryBytes: 0),
                    behaviour: .init(duration: duration))
            }
            return try Job(name: "job", tasks: tasks)
        }
        let workload = Workload([
            try job(12, .seconds(600)).arrival(run: Run.ID(rawValue: 1)),
            try job(1, .seconds(5)).arrival(run: Run.ID(rawValue: 2), at: Instant(nanoseconds: 700_000_000_000)),
        ])
        let parameters = SizeAwareSharing.Parameters(reserve: 0.25, longNanoseconds: 60_000_000_000)
        let sharing = SizeAwareSharing(parameters, patience: .seconds(60))
        #expect(Self.completions(workload, on: [Self.machine], sharing) == [.seconds(2400), .seconds(5)])
    }

    @Test("a run that came before a worker joined is not taken for a larger one")
    func sizesOnOtherCluster() throws {
        func job(_ run: UInt64, tasks: Int, at: Int64) throws -> Workload.Arrival {
            let tasks = (0..<tasks).map { number in
                Job.Task(
                    name: "t\(number)", kind: "t", dependencies: [], request: .init(milliCPU: 4000, memoryBytes: 0),
                    behaviour: .init(duration: .seconds(10)))
            }
            return try Job(name: "job", tasks: tasks).arrival(
                run: Run.ID(rawValue: run), at: Instant(nanoseconds: at * 1_000_000_000))
        }
        var scenario = Scenario(
            workers: [Self.machine],
            workload: Workload([
                try job(1, tasks: 1, at: 0), try job(2, tasks: 4, at: 1), try job(3, tasks: 5, at: 3),
            ]))
        scenario.expectations = Expectations()
        scenario.faults = FaultPlan(
            incidents: [FaultPlan.Incident(at: Instant(nanoseconds: 2_000_000_000), .workerJoins(Self.machine))])
        var simulation = Simulation(scenario)
        let runs = simulation.run { SizeAwareSharing(patience: nil) }.runs
        #expect(runs[1].completion == .seconds(29))
    }

    @Test("a task that is long and needs a whole worker starts all the same")
    func largeAndLong() throws {
        let job = try Job(
            name: "job",
            tasks: [
                Job.Task(
                    name: "t", kind: "t", dependencies: [], request: .init(milliCPU: 4000, memoryBytes: 0),
                    behaviour: .init(duration: .seconds(9)))
            ])
        let workload = Workload([job.arrival(run: Run.ID(rawValue: 1))])
        let sharing = SizeAwareSharing(.init(reserve: 0.9, longNanoseconds: 1), patience: nil)
        #expect(Self.completions(workload, on: [Self.machine], sharing) == [.seconds(9)])
    }
}

/// Notes what a policy does.
private struct Spy<Watched: Policy>: Policy {
    let name = "spy"
    var policy: Watched
    let seen = Seen()

    final class Seen: @unchecked Sendable {
        /// The order of its tasks, by run.
        var places: [Int: [Int32]] = [:]
        var reasons: Set<String> = []
    }

    mutating func decide(_ observation: Observation) -> Decision {
        let decision = policy.decide(observation)
        for placement in decision.placements { seen.reasons.insert(placement.reason) }
        guard let sharing = policy as? SizeAwareSharing else { return decision }
        for run in observation.openRuns.map(Int.init) { seen.places[run] = sharing.places(ofRun: run) }
        return decision
    }
}
