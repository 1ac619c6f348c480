import BatonCore
import BatonSimulator
import BatonTesting
import Testing

/// The flat-array rollout and the whole engine say the same.
@Suite struct RolloutTests {
    @Test("a rollout starts and ends every task when the simulation does", arguments: Seed.range(0..<60))
    func agreement(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let isUniform = seed % 2 == 0
        let workload = Self.workload(isUniform: isUniform, using: &generator)
        let machines = Self.machines(isUniform: isUniform, using: &generator)
        let durations = DurationModel(seed: seed, spread: .logNormal(coefficientOfVariation: 0.7))
        let problem = StaticProblem(workload, on: machines)
        let real = StaticProblem(workload, on: machines, durations).durations
        let order = (0..<Int32(problem.count)).shuffled(using: &generator)
        var rollout = Rollout(problem)
        _ = rollout.run(order: order.reversed())  // leaves nothing behind
        let outcome = rollout.run(order: order, durations: real)

        var scenario = Scenario(workers: machines, workload: workload, durations: durations)
        scenario.expectations = Expectations()
        scenario.recordsSpans = true
        var simulation = Simulation(scenario)
        let firsts = problem.jobs.map(\.tasks.lowerBound)
        let report = simulation.run { ListPolicy(order: order, firsts: firsts) }

        let replay = Seed.replay(seed, "RolloutTests")
        for (index, arrival) in workload.arrivals.enumerated() {
            for span in report.spans where span.attempt.run == arrival.submission.run {
                let task = firsts[index] + Int(span.attempt.task.index)
                #expect(rollout.starts[task] == span.start.nanoseconds, "task \(task), \(replay)")
                #expect(rollout.ends[task] == span.end.nanoseconds, "task \(task), \(replay)")
                #expect(rollout.places[task] == span.worker.index, "task \(task), \(replay)")
            }
        }
        #expect(report.spans.count == problem.isCommand.count { $0 }, "\(replay)")
        let total = report.runs.compactMap(\.completion).reduce(Duration.zero, +)
        #expect(outcome.totalCompletionNanoseconds == total.nanoseconds, "\(replay)")
        let begin = problem.jobs.map(\.arrival).min() ?? 0
        #expect(outcome.endNanoseconds - begin == report.makespan.nanoseconds, "\(replay)")
    }

    /// A few jobs of random graphs, with a fan-out's group in some, that arrive one after the other.
    static func workload(isUniform: Bool, using generator: inout SeededGenerator) -> Workload {
        var at = Instant.zero
        return Workload(
            (0..<3).map { job in
                let count = Int(generator.next() % 25) + 1
                var tasks: [Job.Task] = []
                for index in 0..<count {
                    var dependencies: [Int32] = []
                    for earlier in 0..<index where generator.next() % 5 == 0 { dependencies.append(Int32(earlier)) }
                    let bytes = dependencies.map { _ in Int64(generator.next() % 2_000_000_000) }
                    tasks.append(
                        Job.Task(
                            name: "t\(index)", kind: "t", dependencies: dependencies,
                            request: .init(
                                milliCPU: Int64(generator.next() % 4 + 1) * 500,
                                memoryBytes: Int64(generator.next() % 8 + 1) << 29
                            ),
                            behaviour: .init(
                                duration: .milliseconds(Int64(generator.next() % 9_000)),
                                inputBytes: isUniform ? [] : bytes)
                        ))
                }
                at = at.advanced(by: .milliseconds(Int64(generator.next() % 9_000)))
                return try! Job(name: "job", tasks: tasks).arrival(run: Run.ID(rawValue: UInt64(job) + 1), at: at)
            })
    }

    static func machines(isUniform: Bool, using generator: inout SeededGenerator) -> [Machine] {
        (0..<Int(generator.next() % 4) + 1).map { _ in
            Machine(
                capacity: Resources(
                    milliCPU: Int64(generator.next() % 4 + 2) * 1000, memoryBytes: Int64(generator.next() % 8 + 4) << 30
                ),
                speedPermille: isUniform ? 1000 : Int64(generator.next() % 4 + 1) * 500,
                networkBytesPerSecond: isUniform ? 0 : Int64(generator.next() % 3) * 100_000_000
            )
        }
    }
}

/// Starts ready tasks in a given order wherever they fit: the first machine with room where all are alike, else the one
/// where the task ends first.
struct ListPolicy: Policy {
    let name = "list"
    private var ranks: [Int]
    private let firsts: [Int]
    private var waiting: [(rank: Int, number: Int)] = []
    private var seen = 0

    /// - Parameters:
    ///   - order: all tasks of all runs, numbered through.
    ///   - firsts: the number of each run's first task.
    init(order: [Int32], firsts: [Int]) {
        ranks = Array(repeating: 0, count: order.count)
        self.firsts = firsts
        for (place, task) in order.enumerated() { ranks[Int(task)] = place }
    }

    mutating func decide(_ observation: Observation) -> Decision {
        while seen < observation.readiedCount {
            if let task = observation.ready(seen) {
                waiting.append((ranks[firsts[task.run] + Int(task.reference.task.index)], seen))
            }
            seen += 1
        }
        waiting.sort { $0.rank < $1.rank }
        var free = observation.free
        var placements: [Placement] = []
        waiting.removeAll { entry in
            guard let task = observation.ready(entry.number) else { return true }
            var best: (worker: Worker.ID, nanoseconds: Int64)?
            for worker in (0..<observation.workerCount).map(Worker.ID.init) {
                guard observation.grant(for: task, on: worker).fits(in: free[Int(worker.index)]) else { continue }
                let nanoseconds =
                    observation.executionNanoseconds(of: task, on: worker)
                    + observation.transferNanoseconds(of: task, to: worker)
                if best.map({ nanoseconds < $0.nanoseconds }) ?? true { best = (worker, nanoseconds) }
            }
            guard let worker = best?.worker else { return false }
            let grant = observation.grant(for: task, on: worker)
            free[Int(worker.index)] -= grant
            placements.append(Placement(task: task.reference, worker: worker, grant: grant, reason: "listed"))
            return true
        }
        return Decision(policy: name, placements: placements)
    }
}
