import BatonCore
import BatonSimulator
import BatonTesting
import Testing

/// Lower bounds and exact search against each other and against schedules.
@Suite struct ExactTests {
    @Test("no bound exceeds the shortest schedule, and no order of tasks beats it", arguments: Seed.range(0..<60))
    func sandwich(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let problem = Self.problem(using: &generator)
        let begin = problem.jobs[0].arrival
        let shortest = BranchAndBound(problem).endNanoseconds - begin
        let bounds = LowerBounds(problem)
        let replay = Seed.replay(seed, "ExactTests")
        #expect(bounds.makespanNanoseconds <= shortest, "\(replay)")
        var rollout = Rollout(problem)
        var best = Int64.max
        var bestMean = Double.infinity
        for _ in 0..<300 {
            let order = (0..<Int32(problem.count)).shuffled(using: &generator)
            let outcome = rollout.run(order: order)
            best = min(best, outcome.endNanoseconds - begin)
            bestMean = min(bestMean, Double(outcome.totalCompletionNanoseconds) / 1e9 / Double(problem.jobs.count))
        }
        #expect(shortest <= best, "\(replay)")
        #expect(bounds.meanCompletionSeconds <= bestMean * (1 + 1e-9), "\(replay)")
        // On one machine some order of list scheduling is nearly always among the shortest; far off would be a mistake.
        if problem.machines.count == 1 { #expect(Double(best) < Double(shortest) * 1.25, "\(replay)") }
    }

    @Test("exact search waits when that is shorter than starting what is ready")
    func delay() throws {
        // List scheduling starts b beside a; then c, which needs all of the machine, must wait for b's end.
        let problem = try Self.problem(
            [("a", 1, 1, []), ("b", 10, 1, []), ("c", 2, 2, ["a"]), ("d", 10, 1, ["c"])], cores: 2)
        var rollout = Rollout(problem)
        let greedy = Self.orders(4).map { rollout.run(order: $0).endNanoseconds }.min()
        #expect(greedy == 22_000_000_000)
        #expect(BranchAndBound(problem).endNanoseconds == 13_000_000_000)
    }

    @Test("bounds know the longest path, the work and what must come before and after it")
    func bounds() throws {
        func seconds(_ tasks: [(String, Int64, Int64, [String])], cores: Int64) throws -> Int64 {
            LowerBounds(try Self.problem(tasks, cores: cores)).makespanNanoseconds / 1_000_000_000
        }
        #expect(try seconds([("a", 3, 1, []), ("b", 4, 1, ["a"])], cores: 9) == 7)
        #expect(try seconds([("a", 4, 1, []), ("b", 4, 1, []), ("c", 4, 1, [])], cores: 2) == 6)
        // Five seconds before, eight seconds of work on two cores, five seconds after.
        let middle = (0..<4).map { ("m\($0)", Int64(2), Int64(1), ["a"]) }
        let sandwich = [("a", 5, 1, [])] + middle + [("z", 5, 1, middle.map(\.0))]
        #expect(try seconds(sandwich, cores: 2) == 14)
    }

    @Test("the mean completion bound serves short jobs first")
    func meanCompletion() throws {
        let jobs = try [6, 2, 4].map { (seconds: Int64) in
            try Job(
                name: "job",
                tasks: [
                    Job.Task(
                        name: "t", kind: "t", request: .init(milliCPU: 1000, memoryBytes: 0),
                        behaviour: .init(duration: .seconds(seconds)))
                ])
        }
        let workload = Workload(
            jobs.enumerated().map { $1.arrival(run: Run.ID(rawValue: UInt64($0 + 1))) })
        let machine = Machine(capacity: Resources(milliCPU: 1000, memoryBytes: 1 << 30))
        let bounds = LowerBounds(StaticProblem(workload, on: [machine]))
        #expect(abs(bounds.meanCompletionSeconds - (2 + 6 + 12) / 3.0) < 1e-9)
    }

    /// Up to eight tasks in one or two jobs on one to three machines.
    static func problem(using generator: inout SeededGenerator) -> StaticProblem {
        let jobs = Int(generator.next() % 2) + 1
        let workload = Workload(
            (0..<jobs).map { job in
                let tasks = (0..<Int(generator.next() % 4) + 1).map { index in
                    Job.Task(
                        name: "t\(index)", kind: "t",
                        dependencies: (0..<Int32(index)).filter { _ in generator.next() % 3 == 0 },
                        request: .init(
                            milliCPU: Int64(generator.next() % 4 + 1) * 500,
                            memoryBytes: Int64(generator.next() % 4 + 1) << 30),
                        behaviour: .init(duration: .seconds(Int64(generator.next() % 9 + 1))))
                }
                let at = Instant(nanoseconds: Int64(job) * Int64(generator.next() % 5) * 1_000_000_000)
                return try! Job(name: "job", tasks: tasks).arrival(run: Run.ID(rawValue: UInt64(job) + 1), at: at)
            })
        let machines = (0..<Int(generator.next() % 3) + 1).map { _ in
            Machine(
                capacity: Resources(milliCPU: 2000, memoryBytes: 4 << 30),
                speedPermille: Int64(generator.next() % 2 + 1) * 1000)
        }
        return StaticProblem(workload, on: machines)
    }

    private static func problem(
        _ tasks: [(name: String, seconds: Int64, cores: Int64, needs: [String])], cores: Int64
    ) throws -> StaticProblem {
        let names = tasks.map(\.name)
        let job = try Job(
            name: "job",
            tasks: tasks.map { task in
                Job.Task(
                    name: task.name, kind: "t", dependencies: task.needs.map { Int32(names.firstIndex(of: $0)!) },
                    request: .init(milliCPU: task.cores * 1000, memoryBytes: 0),
                    behaviour: .init(duration: .seconds(task.seconds)))
            })
        let machine = Machine(capacity: Resources(milliCPU: cores * 1000, memoryBytes: 1 << 30))
        return StaticProblem(Workload([job.arrival(run: Run.ID(rawValue: 1))]), on: [machine])
    }

    private static func orders(_ count: Int32) -> [[Int32]] {
        guard count > 0 else { return [[]] }
        return orders(count - 1).flatMap { (order: [Int32]) -> [[Int32]] in
            (0...order.count).map { (place: Int) -> [Int32] in
                var longer = order
                longer.insert(count - 1, at: place)
                return longer
            }
        }
    }
}
