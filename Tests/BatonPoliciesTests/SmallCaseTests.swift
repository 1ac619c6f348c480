import BatonCore
import BatonPolicies
import BatonSimulator
import BatonTesting
import Testing

/// Schedules of up to seven tasks against the best of all schedules.
@Suite struct SmallCaseTests {
    /// The worst makespan over 100 cases as a multiple of the best possible, as found; a greedy rule can be as bad as 2 plus
    /// what its resources add (Graham 1969, doi:10.1137/0117039).
    private static let worst: [(policy: String, gap: Double)] = [
        ("critical-path", 1.308), ("fifo", 1.308), ("fair", 1.308), ("weighted-fair", 1.308), ("shortest-first", 1.286),
        ("srpt-critical-path", 1.308), ("heft", 1.308), ("peft", 1.324), ("cpop", 1.515), ("min-min", 1.286),
        ("max-min", 1.556),
        ("tetris", 1.308), ("graphene", 1.157), ("best-fit", 1.308), ("edf", 1.308), ("least-laxity", 1.308),
        ("random", 1.308),
    ]

    private static let capacity = Resources(milliCPU: 4000, memoryBytes: 4 << 30)

    private static let cases: [(job: Job, optimum: Duration)] = (UInt64(1)...100).map { seed in
        var jobs = Jobs(seed: seed)
        let job = jobs.job(tasks: jobs.number(3...7), most: 4)
        return (job, Optimum(job, capacity).makespan)
    }

    @Test("no schedule is better than the best, and none worse than documented", arguments: worst)
    func gaps(policy: String, documented: Double) {
        var worst = 1.0
        for (job, optimum) in Self.cases {
            let scenario = Scenario(
                workers: [Machine(capacity: Self.capacity)],
                workload: Workload([job.arrival(run: Run.ID(rawValue: 1))]), expectations: Expectations()
            )
            var simulation = Simulation(scenario)
            let report = simulation.run { PolicyCatalog.policy(named: policy, patience: nil)! }
            #expect(report.isComplete)
            #expect(
                report.makespan >= optimum,
                "\(policy) beats the best possible schedule of \(job.behaviours.count) tasks")
            worst = max(worst, report.makespan.seconds / optimum.seconds)
        }
        #expect(worst <= documented + 0.005, "\(policy): \(worst) of the optimum")
        #expect(worst >= documented - 0.005, "\(policy) has become better: document \(worst)")
    }

    @Test("every policy of the catalogue is compared")
    func complete() {
        #expect(Self.worst.map(\.policy).sorted() == PolicyCatalog.names.sorted())
    }
}

/// The least makespan of a job on one worker, by trying every order: the serial scheme reaches an optimum for some order
/// (Kolisch 1996, doi:10.1016/0377-2217(95)00357-6).
struct Optimum {
    private let job: Job
    private let capacity: Resources
    private let seconds: [Int]
    private let demands: [Resources]
    private var best = Int.max

    init(_ job: Job, _ capacity: Resources) {
        self.job = job
        self.capacity = capacity
        seconds = job.behaviours.map { Int($0.duration.seconds) }
        demands = job.expansion.instances.map {
            Resources(milliCPU: $0.request.milliCPU ?? 0, memoryBytes: $0.request.memoryBytes ?? 0)
        }
        let free = Array(repeating: capacity, count: seconds.reduce(1, +))
        search(Array(repeating: -1, count: seconds.count), free, 0)
    }

    var makespan: Duration { .seconds(best) }

    /// - Parameters:
    ///   - ends: of each task; -1 while it has no place.
    ///   - free: in each second.
    private mutating func search(_ ends: [Int], _ free: [Resources], _ last: Int) {
        if last >= best { return }
        guard ends.contains(-1) else {
            best = last
            return
        }
        for task in ends.indices where ends[task] < 0 {
            let before = job.expansion.graph.dependencies(of: task).map { ends[Int($0)] }
            if before.contains(-1) { continue }
            var start = before.max() ?? 0
            while !(start..<start + seconds[task]).allSatisfy({ demands[task].fits(in: free[$0]) }) { start += 1 }
            var (ends, free) = (ends, free)
            ends[task] = start + seconds[task]
            for second in start..<ends[task] { free[second] -= demands[task] }
            search(ends, free, max(last, ends[task]))
        }
    }
}
