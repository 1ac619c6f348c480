import BatonCore
import BatonPolicies
import BatonSimulator
import BatonTesting
import Testing

/// What makes each policy the one that it is called.
@Suite struct CharacterTests {
    private static let gibibyte: Int64 = 1 << 30

    private func size(_ cores: Int64, _ gibibytes: Int64) -> Resources {
        Resources(milliCPU: cores * 1000, memoryBytes: gibibytes * Self.gibibyte)
    }

    private func task(
        _ name: String, _ cores: Int64, _ gibibytes: Int64, _ seconds: Int64, after: [Int32] = [], priority: Int32 = 50,
        bytes: [Int64] = []
    ) -> Job.Task {
        Job.Task(
            name: name, kind: name, dependencies: after,
            request: .init(milliCPU: cores * 1000, memoryBytes: gibibytes * Self.gibibyte), priority: priority,
            behaviour: Workload.Behaviour(duration: .seconds(seconds), inputBytes: bytes)
        )
    }

    private func scenario(
        _ machines: [Machine], _ jobs: [(at: Int64, tasks: [Job.Task], deadline: Int64?)]
    ) throws -> Scenario {
        let arrivals = try jobs.enumerated().map { index, job in
            try Job(name: "job", tasks: job.tasks, deadline: job.deadline.map { .seconds($0) }).arrival(
                run: Run.ID(rawValue: UInt64(index) + 1), at: Instant.zero.advanced(by: .seconds(job.at)))
        }
        return Scenario(
            workers: machines, workload: Workload(arrivals), expectations: Expectations(), recordsSpans: true,
            isChecked: true)
    }

    private func run(_ scenario: Scenario, _ policy: String, patience: Duration? = nil) -> Report {
        var simulation = Simulation(scenario)
        let report = simulation.run { PolicyCatalog.policy(named: policy, patience: patience)! }
        #expect(report.isComplete && report.violations == [])
        return report
    }

    /// Tasks by the second of their start.
    private func starts(_ report: Report, run: UInt64 = 1) -> [Int: Int] {
        var starts: [Int: Int] = [:]
        for span in report.spans where span.attempt.run.rawValue == run {
            starts[Int(span.attempt.task.index)] = Int(span.start.nanoseconds / 1_000_000_000)
        }
        return starts
    }

    @Test("fair share gives the paper's example its paper's allocation: 9 CPUs and 18 GB as 3 x (1, 4) and 2 x (3, 1)")
    func dominantResourceFairness() throws {
        let first = (0..<9).map { task("a\($0)", 1, 4, 100) }
        let second = (0..<9).map { task("b\($0)", 3, 1, 100) }
        let report = run(try scenario([Machine(capacity: size(9, 18))], [(0, first, nil), (0, second, nil)]), "fair")
        let atOnce = report.spans.filter { $0.start == .zero }
        #expect(atOnce.count { $0.attempt.run.rawValue == 1 } == 3)
        #expect(atOnce.count { $0.attempt.run.rawValue == 2 } == 2)
    }

    @Test("weighted fair share gives a run with three times the priority three times as much")
    func weights() throws {
        let low = (0..<20).map { task("a\($0)", 1, 1, 100, priority: 20) }
        let high = (0..<20).map { task("b\($0)", 1, 1, 100, priority: 60) }
        let scenario = try scenario([Machine(capacity: size(16, 64))], [(0, low, nil), (0, high, nil)])
        let atOnce = run(scenario, "weighted-fair").spans.filter { $0.start == .zero }
        #expect(atOnce.count { $0.attempt.run.rawValue == 1 } == 4)
        #expect(atOnce.count { $0.attempt.run.rawValue == 2 } == 12)
        let equally = run(scenario, "fair").spans.filter { $0.start == .zero }
        #expect(equally.count { $0.attempt.run.rawValue == 1 } == 8)
    }

    @Test("a short run that comes late ends before a long one, and neither takes more than 1.2 times its part")
    func shortestRemainingRun() throws {
        let long = (0..<100).map { task("a\($0)", 1, 1, 10) }
        let short = (0..<10).map { task("b\($0)", 1, 1, 10) }
        let scenario = try scenario([Machine(capacity: size(10, 100))], [(0, long, nil), (10, short, nil)])
        let report = run(scenario, "srpt-critical-path")
        let early = report.spans.filter { $0.start == Instant.zero.advanced(by: .seconds(10)) }
        #expect(early.count { $0.attempt.run.rawValue == 2 } == 6)  // 1.2 x 10 cores / 2 runs
        #expect(early.count { $0.attempt.run.rawValue == 1 } == 4)
        #expect(report.runs[1].completion == .seconds(20))
        #expect(run(scenario, "fifo").runs[1].completion == .seconds(100))
    }

    @Test("EDF and least laxity meet deadlines that FIFO misses")
    func deadlines() throws {
        let scenario = try scenario(
            [Machine(capacity: size(1, 4))],
            [(0, [task("a", 1, 1, 10)], 100), (0, [task("b", 1, 1, 10)], 30), (0, [task("c", 1, 1, 10)], 20)]
        )
        func ends(_ policy: String) -> [Duration?] { run(scenario, policy).runs.map(\.completion) }
        #expect(ends("edf") == [.seconds(30), .seconds(20), .seconds(10)])
        #expect(ends("least-laxity") == [.seconds(30), .seconds(20), .seconds(10)])
        #expect(ends("fifo") == [.seconds(10), .seconds(20), .seconds(30)])
    }

    @Test("least laxity starts a long task before a short one that is due a little earlier; EDF does not")
    func laxity() throws {
        let scenario = try scenario(
            [Machine(capacity: size(1, 4))], [(0, [task("short", 1, 1, 1)], 50), (0, [task("long", 1, 1, 40)], 60)])
        #expect(run(scenario, "least-laxity").runs[1].completion == .seconds(40))
        #expect(run(scenario, "edf").runs[1].completion == .seconds(41))
    }

    @Test("a deadline behind a task makes the task urgent by what stands in between")
    func inheritedDeadlines() throws {
        let chain = [task("first", 1, 1, 10), task("second", 1, 1, 30, after: [0])]
        let scenario = try scenario(
            [Machine(capacity: size(1, 4))], [(0, [task("other", 1, 1, 10)], 20), (0, chain, 45)])
        #expect(starts(run(scenario, "edf"), run: 2)[0] == 0)  // due at 15 for the second to end at 45
    }

    @Test("Tetris puts tasks with complementary demands together where FIFO lets equals collide")
    func packing() throws {
        let tasks =
            (0..<4).map { task("cpu\($0)", 7, 1, 10) } + (0..<4).map { task("memory\($0)", 1, 7, 10) }
        let two = [Machine(capacity: size(8, 8)), Machine(capacity: size(8, 8))]
        #expect(run(try scenario(two, [(0, tasks, nil)]), "tetris").makespan == .seconds(20))
    }

    @Test("Tetris favours the run with less left among tasks that pack as well")
    func packingRemaining() throws {
        let long = (0..<8).map { task("a\($0)", 4, 4, 10) }
        let short = (0..<2).map { task("b\($0)", 4, 4, 10) }
        let scenario = try scenario([Machine(capacity: size(8, 8))], [(0, long, nil), (0, short, nil)])
        #expect(run(scenario, "tetris").runs[1].completion == .seconds(10))
    }

    @Test("best fit keeps the large worker free for the large task")
    func tightest() throws {
        let machines = [Machine(capacity: size(16, 16)), Machine(capacity: size(4, 4))]
        let tasks = [task("small", 3, 3, 100), task("large", 16, 16, 10)]
        let scenario = try scenario(machines, [(0, tasks, nil)])
        #expect(starts(run(scenario, "best-fit")) == [0: 0, 1: 0])
        #expect(starts(run(scenario, "fifo")) == [0: 0, 1: 100])
    }

    @Test("min-min starts short tasks first and max-min long ones, and both wait for a worker worth waiting for")
    func completionTimes() throws {
        let tasks = [task("long", 1, 1, 30), task("short", 1, 1, 10), task("middle", 1, 1, 20)]
        let one = try scenario([Machine(capacity: size(1, 4))], [(0, tasks, nil)])
        #expect(starts(run(one, "min-min")) == [1: 0, 2: 10, 0: 30])
        #expect(starts(run(one, "max-min")) == [0: 0, 2: 30, 1: 50])
        let fast = Machine(capacity: size(1, 4))
        let slow = Machine(capacity: size(1, 4), speedPermille: 100)
        let mixed = try scenario([slow, fast], [(0, tasks, nil)])
        #expect(run(mixed, "min-min").spans.allSatisfy { $0.worker == Worker.ID(1) })
        #expect(run(mixed, "fifo").spans.contains { $0.worker == Worker.ID(0) })
    }

    @Test(
        "HEFT puts a task into a gap of the plan that is long enough, and keeps the gap free of one for which it is not"
    )
    func insertion() throws {
        // One core is idle until the wide task starts at 10.
        let tasks = [
            task("first", 1, 1, 10), task("wide", 2, 1, 30, after: [0]), task("too-long", 1, 1, 15),
            task("short", 1, 1, 10),
        ]
        let scenario = try scenario([Machine(capacity: size(2, 8))], [(0, tasks, nil)])
        #expect(starts(run(scenario, "heft")) == [0: 0, 1: 10, 2: 40, 3: 0])
        #expect(starts(run(scenario, "critical-path")) == [0: 0, 1: 20, 2: 0, 3: 10])
    }

    @Test("HEFT keeps a chain with much data on one worker, and spreads one without")
    func data() throws {
        func tasks(_ bytes: Int64) -> [Job.Task] {
            [
                task("a", 1, 1, 10), task("b", 1, 1, 10, after: [0], bytes: [bytes]),
                task("c", 1, 1, 10, after: [0], bytes: [bytes]),
            ]
        }
        let machine = Machine(capacity: size(1, 4), networkBytesPerSecond: 1_000_000)
        for policy in ["heft", "peft"] {
            let heavy = run(try scenario([machine, machine], [(0, tasks(60_000_000), nil)]), policy)
            #expect(Set(heavy.spans.map(\.worker)).count == 1, "\(policy)")
            #expect(heavy.makespan == .seconds(30), "\(policy)")
            let light = run(try scenario([machine, machine], [(0, tasks(1_000_000), nil)]), policy)
            #expect(light.makespan == .seconds(21), "\(policy)")
        }
    }

    @Test("a planned run goes on after the worker of its plan is lost, on a slower one")
    func lostWorker() throws {
        let tasks = [task("a", 1, 1, 10), task("b", 1, 1, 10, after: [0]), task("c", 1, 1, 10, after: [1])]
        let slow = Machine(capacity: size(1, 4), speedPermille: 500)
        var scenario = try scenario([Machine(capacity: size(1, 4)), slow], [(0, tasks, nil)])
        scenario.faults = FaultPlan(
            incidents: [.init(at: Instant.zero.advanced(by: .seconds(15)), .workerLost(Worker.ID(0)))])
        for policy in ["heft", "peft", "cpop"] {
            #expect(run(scenario, policy).makespan == .seconds(15 + 40), "\(policy)")
        }
    }

    @Test("Graphene starts what is long and in the way first, and so overlaps it with the rest")
    func troublesome() throws {
        // The critical path is the chain of short tasks; the wide task blocks everything and must not come last.
        let tasks = [
            task("s1", 1, 1, 10), task("s2", 1, 1, 10, after: [0]), task("s3", 1, 1, 10, after: [1]),
            task("s4", 1, 1, 10, after: [2]), task("wide", 3, 3, 35),
        ]
        let report = run(try scenario([Machine(capacity: size(4, 4))], [(0, tasks, nil)]), "graphene")
        #expect(report.makespan == .seconds(40))
    }

    @Test("random order is the same for a seed, and another for another")
    func seeds() throws {
        let scenario = try scenario(
            [Machine(capacity: size(1, 4))], [(0, (0..<12).map { task("t\($0)", 1, 1, 1) }, nil)])
        func order(_ seed: UInt64) -> [Int: Int] {
            var simulation = Simulation(scenario)
            return starts(simulation.run { RandomOrder(seed: seed, patience: nil) })
        }
        #expect(order(1) == order(1))
        #expect(order(1) != order(2))
    }

    @Test(
        "with patience a large task starts soon although small ones keep coming; without it waits for the last of them",
        arguments: [
            "critical-path", "fifo", "fair", "weighted-fair", "max-min", "best-fit", "edf", "least-laxity",
            "tetris",
        ]
    )
    func starvation(policy: String) throws {
        let large = [task("large", 4, 4, 200)]
        let stream = (0..<150).map { (at: Int64($0) * 4, tasks: [task("small", 2, 1, 10)], deadline: Int64?.none) }
        let scenario = try scenario(
            [Machine(capacity: size(4, 16))], stream.prefix(2) + [(5, large, nil)] + stream.dropFirst(2))
        let patient = run(scenario, policy, patience: .seconds(60)).runs[2].completion
        #expect(
            patient.map { $0 < .seconds(60 + 20 + 200) } == true, "\(policy): \(patient.map { "\($0)" } ?? "never")")
        let never = run(scenario, policy).runs[2].completion
        #expect(never.map { $0 > .seconds(500) } == true, "\(policy): \(never.map { "\($0)" } ?? "never")")
    }
}
