import BatonCore
import BatonPlanner
import BatonSimulator
import Testing

@Suite("What is to be small")
struct ObjectiveTests {
    private static let machine = Machine(capacity: Resources(milliCPU: 1000, memoryBytes: 1 << 30))

    /// Jobs of a few independent tasks on one core, with deadlines that can't all be met.
    private static func problem(using generator: inout SeededGenerator) -> StaticProblem {
        let jobs = (0..<3).map { job in
            let tasks = (0..<2).map { index in
                Job.Task(
                    name: "t\(index)", kind: "t", request: .init(milliCPU: 1000),
                    behaviour: .init(duration: .seconds(Int.random(in: 1...9, using: &generator))))
            }
            let deadline = Duration.seconds(Int.random(in: 2...20, using: &generator))
            return try! Job(name: "job\(job)", tasks: tasks, deadline: deadline)
        }
        let arrivals = jobs.enumerated().map { $1.arrival(run: Run.ID(rawValue: UInt64($0) + 1)) }
        var problem = StaticProblem(Workload(arrivals), on: [machine])
        for place in problem.deadlines.indices {
            problem.deadlines[place].weight = Double.random(in: 0.5...2, using: &generator)
        }
        return problem
    }

    private static func permutations(_ items: [Int32]) -> [[Int32]] {
        guard items.count > 1 else { return [items] }
        return items.indices.flatMap { place in
            var rest = items
            let first = rest.remove(at: place)
            return permutations(rest).map { [first] + $0 }
        }
    }

    @Test(
        "on small problems no order is better than what is found, whatever is to be small",
        arguments: [
            Objective(.completion), Objective(.makespan), Objective(.tardiness), Objective(.cost),
            Objective(weights: [.completion: 3, .tardiness: 1]),
        ], [1, 2, 3, 4] as [UInt64])
    func exact(objective: Objective, seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let problem = Self.problem(using: &generator)
        var search = MakespanSearch(problem, objective, seed: 1)
        search.run { $0.decodedCount > 3_000 }
        var decoder = SerialDecoder(problem)
        func judged(_ list: [Int32], _ judge: ScheduleJudge) -> ScheduleJudge.Score {
            let last = decoder.decode(list)
            return judge.score(ends: decoder.ends, places: decoder.places, last: last)
        }
        var judge = ScheduleJudge(problem, objective)
        let first = decoder.decode(search.first.list)
        judge.setIncumbent(judge.figures(ends: decoder.ends, places: decoder.places, last: first))
        let best = Self.permutations((0..<Int32(problem.count)).map { $0 }).map { judged($0, judge) }.min()!
        #expect(search.best.score <= best, "seed \(seed)")
        #expect(judged(search.best.list, judge) == search.best.score)
        #expect(judge.bound(problem) <= best, "no schedule is below the bound")
    }

    @Test("a mixture weighs each figure by what it is of the incumbent's")
    func mixture() {
        let incumbent = Objective.Figures(completion: 100, makespan: 200, tardiness: 0, cost: 4)
        let figures = Objective.Figures(completion: 50, makespan: 200, tardiness: 10, cost: 6)
        let objective = Objective(weights: [.completion: 2, .cost: 1, .tardiness: 1])
        #expect(objective.value(of: incumbent, over: incumbent) == 0.75)
        // Never late, the incumbent's completion stands for its tardiness.
        #expect(objective.value(of: figures, over: incumbent) == 0.5 * 0.5 + 0.25 * 1.5 + 0.25 * 0.1)
        #expect(Objective(.cost).value(of: figures, over: incumbent) == 6)
        #expect(objective.description == "completion=0.5,tardiness=0.25,cost=0.25")
    }

    /// Names of the tasks by start, on one core.
    private static func order(_ job: Job, _ objective: Objective = Objective(.completion)) -> [String] {
        var scenario = Scenario(
            workers: [machine], workload: Workload([job.arrival(run: Run.ID(rawValue: 1))]), recordsSpans: true)
        scenario.expectations = Expectations()
        var simulation = Simulation(scenario)
        let spans = simulation.run { Intelligent(objective: objective, patience: nil) }.spans
        return spans.sorted { $0.start < $1.start }.map { job.expansion.instances[Int($0.attempt.task.index)].name }
    }

    private static func task(_ name: String, _ seconds: Int, _ needs: [Int32] = [], priority: Int32 = 50) -> Job.Task {
        Job.Task(
            name: name, kind: name, dependencies: needs, request: .init(milliCPU: 1000), priority: priority,
            behaviour: .init(duration: .seconds(seconds)))
    }

    @Test("the deadline of a task counts without being asked for")
    func deadline() throws {
        var job = try Job(
            name: "job", tasks: [Self.task("long", 10), Self.task("after", 10, [0]), Self.task("due", 2)])
        #expect(Self.order(job) == ["long", "after", "due"])
        job.workflow.tasks[2].deadline = .seconds(3)
        #expect(Self.order(job) == ["due", "long", "after"])
        job.workflow.tasks[2].deadline = .seconds(12)
        #expect(Self.order(job).last == "after")
    }

    @Test("in a plan urgent tasks go first, and what they wait for with them")
    func priorities() throws {
        let job = try Job(
            name: "job",
            tasks: [
                Self.task("long", 10), Self.task("after", 10, [0]), Self.task("before", 3),
                Self.task("urgent", 1, [2], priority: 90),
            ])
        #expect(Self.order(job) == ["before", "urgent", "long", "after"])
    }
}
