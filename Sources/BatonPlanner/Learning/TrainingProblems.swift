import BatonCore
public import BatonSimulator

/// Draws what is trained on: projects of scarce resources, batches and single workflows, each to be over soon; and streams of
/// runs that share a cluster. Both from jobs that are given and from invented ones, in sizes that differ a hundredfold.
public struct TrainingProblems: Sendable {
    /// Longer jobs are left out of streams and batches: one step of training would take seconds.
    private static let mostTasks = 400

    private let problems: [Job]
    private let jobs: [Job]
    private let inventsJobs: Bool

    /// - Parameters:
    ///   - jobs: to train on; those that bring machines are problems to be solved alone on them.
    ///   - inventsJobs: half of what is drawn is invented, or all where there are no jobs.
    public init(jobs: [Job], inventsJobs: Bool) {
        problems = jobs.filter { !$0.machines.isEmpty && $0.taskCount <= Self.mostTasks }
        self.jobs = jobs.filter { $0.machines.isEmpty && $0.taskCount <= Self.mostTasks && $0.taskCount > 0 }
        self.inventsJobs = inventsJobs
    }

    /// There is something to draw.
    public var isUsable: Bool { inventsJobs || !problems.isEmpty || !jobs.isEmpty }

    private func invents(using generator: inout SeededGenerator, beside given: [Job]) -> Bool {
        given.isEmpty ? inventsJobs : inventsJobs && generator.int(below: 2) == 0
    }

    // MARK: To be over soon

    /// - Parameter growth: 0 to 1; how far training has come: problems grow with it.
    /// - Returns: nil where no such problem can be drawn.
    func plan(growth: Double, using generator: inout SeededGenerator) -> StaticProblem? {
        if invents(using: &generator, beside: problems + jobs) {
            switch generator.int(below: 5) {
            case 0, 1: return InventedProblem.project(tasks: size(20, 40 + 60 * growth, &generator), using: &generator)
            case 2, 3:
                return InventedProblem.batch(jobs: size(4, 10 + 30 * growth, &generator), using: &generator)
            default:
                let job = invented(tasks: size(10, 40 + 110 * growth, &generator), isMixed: false, using: &generator)
                return alone([job], using: &generator)
            }
        }
        if !problems.isEmpty, jobs.isEmpty || generator.int(below: 2) == 0 {
            let job = problems[generator.int(below: problems.count)]
            return StaticProblem(Workload([job.arrival(run: Run.ID(rawValue: 1))]), on: job.machines)
        }
        guard !jobs.isEmpty else { return nil }
        var drawn: [Job] = []
        let most = Int(60 + 240 * growth)
        for _ in 0..<size(1, 2 + 38 * growth, &generator) {
            let job = jobs[generator.int(below: jobs.count)]
            if drawn.isEmpty || drawn.reduce(job.taskCount, { $0 + $1.taskCount }) <= most { drawn.append(job) }
        }
        return alone(drawn, using: &generator)
    }

    /// Log-uniform.
    private func size(_ least: Double, _ most: Double, _ generator: inout SeededGenerator) -> Int {
        Int(least * PortableMath.exp(generator.unit() * PortableMath.log(max(most / least, 1))))
    }

    /// Jobs all at once, on a cluster on which their order counts: it has some two to six times too little room for all.
    private func alone(_ jobs: [Job], using generator: inout SeededGenerator) -> StaticProblem? {
        let workload = Workload(
            jobs.enumerated().map { $1.arrival(run: Run.ID(rawValue: UInt64($0) + 1)) })
        let largest = Self.largest(jobs)
        let wide = StaticProblem(workload, on: [Machine(capacity: largest)])
        let area = wide.dominantAreas.reduce(0, +)
        let length = Double(wide.graph.upwardRanks(nanoseconds: wide.durations).max() ?? 1)
        // As many of the largest request as make the area last once to four times the critical path.
        let lasting = 0.7 + 2 * generator.unit()
        let count = min(max(Int((area / max(length, 1) / lasting).rounded(.up)), 1), 40)
        let machine = Machine(capacity: largest)
        return StaticProblem(workload, on: Array(repeating: machine, count: count))
    }

    private static func largest(_ jobs: [Job]) -> Resources {
        var largest = Resources(milliCPU: 1000, memoryBytes: 1_000_000_000)
        for job in jobs {
            for (instance, behaviour) in zip(job.expansion.instances, job.behaviours) {
                largest = largest.greater(
                    Resources(
                        milliCPU: instance.request.milliCPU ?? 1000,
                        memoryBytes: max(instance.request.memoryBytes ?? 0, behaviour.peakMemoryBytes),
                        gpus: instance.request.gpus ?? 0, diskBytes: instance.request.diskBytes ?? 0))
            }
        }
        return largest
    }

    // MARK: Streams

    /// Runs that come one after the other to one cluster.
    struct Stream: Sendable {
        var workload: Workload
        var machines: [Machine]
        var seed: UInt64

        static let spread = DurationModel.Spread.logNormal(coefficientOfVariation: 0.5)

        /// With durations as they will be.
        var problem: StaticProblem {
            StaticProblem(workload, on: machines, DurationModel(seed: seed, spread: Self.spread))
        }
    }

    /// 12 to 200 runs, load 0.5 to 1.2, on 5 to 100 machines.
    ///
    /// - Returns: nil where there are only problems that bring machines.
    func stream(growth: Double, using generator: inout SeededGenerator) -> Stream? {
        let workers = size(5, 100, &generator)
        let cores = [1, 4, 16][generator.int(below: 3)]
        var drawn: [Job]
        if invents(using: &generator, beside: jobs) {
            let most = 20 + 60 * growth
            drawn = (0..<24).map { _ in
                invented(tasks: size(3, most, &generator), isMixed: true, cores: cores, using: &generator)
            }
        } else {
            guard !jobs.isEmpty else { return nil }
            drawn = (0..<24).map { _ in jobs[generator.int(below: jobs.count)] }
        }
        let capacity = Self.largest(drawn).greater(
            Resources(milliCPU: Int64(cores) * 1000, memoryBytes: 64_000_000_000))
        let mean = max(drawn.reduce(0) { $0 + $1.taskCount } / drawn.count, 1)
        let count = min(max(2_000 / mean, 12), Int(20 + 180 * growth))
        let load = 0.5 + 0.3 * generator.unit() + 0.4 * growth * generator.unit()
        let machines = Array(repeating: Machine(capacity: capacity), count: workers)
        let pattern = generator.int(below: 4) == 0 ? Arrivals.Pattern.burst : .poisson
        let workload = Arrivals.stream(
            jobs: drawn, count: count, load: load, on: machines, pattern: pattern, seed: generator.next())
        return Stream(workload: workload, machines: machines, seed: generator.next())
    }

    private func invented(
        tasks: Int, isMixed: Bool, cores: Int = 16, using generator: inout SeededGenerator
    ) -> Job {
        var parameters = Family.Parameters()
        // Jobs of one stream differ a lot in how long their tasks take.
        let spread = isMixed ? 1.2 : 0
        let mean = 60 * PortableMath.exp(spread * PortableMath.normal(generator.unit(), generator.unit()))
        parameters.duration = .logNormal(mean: mean, coefficientOfVariation: 0.3 + 1.2 * generator.unit())
        parameters.milliCPU = [1000, 1000, 2000, 4000].filter { $0 <= Int64(cores) * 1000 }
        parameters.overDeclaration = 1...2
        let family = Family.allCases[generator.int(below: Family.allCases.count)]
        return family.job(tasks: max(tasks, 2), parameters: parameters, seed: generator.next())
    }
}

/// Problems that no generator of jobs makes.
enum InventedProblem {
    /// A project of one machine with up to four scarce resources.
    ///
    /// - Source: the parameters of Kolisch, Sprecher 1997, doi:10.1016/S0377-2217(96)00170-1: how many resources a task takes,
    ///   and how far their supply is from the least that will do to what nobody has to wait for.
    static func project(tasks: Int, using generator: inout SeededGenerator) -> StaticProblem {
        var edges: [Graph.Edge] = []
        for task in 1..<max(tasks, 2) {
            for _ in 0..<1 + generator.int(below: 3) {
                let reach = min(task, 4 + generator.int(below: 12))
                edges.append(Graph.Edge(Int32(task), dependsOn: Int32(task - 1 - generator.int(below: reach))))
            }
        }
        let graph = Graph(count: max(tasks, 2), edges: edges)
        let durations = (0..<graph.count).map { _ in Int64(1 + generator.int(below: 10)) * 1_000_000_000 }
        let factor = [25, 50, 75, 100][generator.int(below: 4)]
        let demands = (0..<graph.count).map { _ -> Resources in
            func amount() -> Int64 { generator.int(below: 100) < factor ? Int64(1 + generator.int(below: 10)) : 0 }
            return Resources(milliCPU: amount(), memoryBytes: amount(), gpus: amount(), diskBytes: amount())
        }
        let least = demands.reduce(Resources(milliCPU: 1, memoryBytes: 1, gpus: 1, diskBytes: 1)) { $0.greater($1) }
        let most = peak(graph, durations, demands).greater(least)
        let strength = 0.2 + 0.5 * generator.unit()
        func supply(_ amount: (Resources) -> Int64) -> Int64 {
            amount(least) + Int64((strength * Double(amount(most) - amount(least))).rounded())
        }
        let capacity = Resources(
            milliCPU: supply(\.milliCPU), memoryBytes: supply(\.memoryBytes), gpus: supply(\.gpus),
            diskBytes: supply(\.diskBytes))
        return StaticProblem(
            machines: [Machine(capacity: capacity)], graph: graph, durations: durations, demands: demands,
            isCommand: Array(repeating: true, count: graph.count), jobs: [.init(arrival: 0, tasks: 0..<graph.count)])
    }

    /// What is in use at most when each task starts as early as it can.
    private static func peak(_ graph: Graph, _ durations: [Int64], _ demands: [Resources]) -> Resources {
        var starts = [Int64](repeating: 0, count: graph.count)
        for task in 0..<graph.count {
            for dependency in graph.dependencies(of: task).map(Int.init) {
                starts[task] = max(starts[task], starts[dependency] + durations[dependency])
            }
        }
        return starts.reduce(Resources.zero) { peak, now in
            let inUse = starts.indices.reduce(Resources.zero) {
                starts[$1] <= now && now < starts[$1] + durations[$1] ? $0 + demands[$1] : $0
            }
            return peak.greater(inUse)
        }
    }

    /// Queries of a few stages on one cluster, each of which takes a share of it.
    static func batch(jobs: Int, using generator: inout SeededGenerator) -> StaticProblem {
        var edges: [Graph.Edge] = []
        var (durations, demands, ranges): ([Int64], [Resources], [StaticProblem.Job]) = ([], [], [])
        for _ in 0..<max(jobs, 2) {
            let first = durations.count
            let scale = PortableMath.exp(PortableMath.normal(generator.unit(), generator.unit()))
            for place in 0..<2 + generator.int(below: 11) {
                // Most stages feed one other; queries are trees that close.
                for _ in 0..<(place == 0 ? 0 : generator.int(below: 3)) {
                    let dependency = first + generator.int(below: place)
                    edges.append(Graph.Edge(Int32(first + place), dependsOn: Int32(dependency)))
                }
                let length = scale * PortableMath.exp(PortableMath.normal(generator.unit(), generator.unit()))
                durations.append(Int64(1e9 * (0.2 + length)))
                let share = PortableMath.exp(-3.5 * generator.unit())
                demands.append(Resources(milliCPU: max(Int64(600 * share), 1)))
            }
            ranges.append(.init(arrival: 0, tasks: first..<durations.count))
        }
        return StaticProblem(
            machines: [Machine(capacity: Resources(milliCPU: 600))], graph: Graph(count: durations.count, edges: edges),
            durations: durations, demands: demands, isCommand: Array(repeating: true, count: durations.count),
            jobs: ranges)
    }
}
