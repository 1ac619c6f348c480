public import BatonCore

/// Jobs of which everything is known, on machines of which nothing breaks: what bounds, exact search and rollouts
/// work on.
///
/// Tasks of all jobs are numbered through. Times are nanoseconds since the start of the scenario.
public struct StaticProblem: Sendable {
    public var machines: [Machine]
    /// Over all tasks, groups of fan-outs included; no edge joins two jobs.
    public var graph: Graph
    /// Execution times on a machine of reference speed, `[V]`; 0 for groups.
    public var durations: [Int64]
    /// What each task takes while it runs, `[V]`.
    public var demands: [Resources]
    /// False for groups, which end as soon as all they wait for has ended, `[V]`.
    public var isCommand: [Bool]
    /// Bytes that each task reads of each of its dependencies, `[V]`; empty when no task reads any.
    public var inputBytes: [[Int64]]
    /// In the order of their tasks.
    public var jobs: [Job]

    /// Tasks of one job and when it arrives.
    public struct Job: Hashable, Sendable {
        public var arrival: Int64
        public var tasks: Range<Int>

        public init(arrival: Int64, tasks: Range<Int>) {
            self.arrival = arrival
            self.tasks = tasks
        }
    }

    public init(
        machines: [Machine], graph: Graph, durations: [Int64], demands: [Resources], isCommand: [Bool],
        inputBytes: [[Int64]] = [], jobs: [Job]
    ) {
        self.machines = machines
        self.graph = graph
        self.durations = durations
        self.demands = demands
        self.isCommand = isCommand
        self.inputBytes = inputBytes
        self.jobs = jobs
    }

    public var count: Int { graph.count }

    /// The jobs of a workload as they will really behave: durations with the noise of the first attempt, and memory for
    /// what was declared or what will be used, whichever is more.
    ///
    /// Fan-outs that open during the run are seen as they are before it.
    ///
    public init(
        _ workload: Workload, on machines: [Machine],
        _ durations: DurationModel = DurationModel(seed: 0, spread: .exact)
    ) {
        self.machines = machines
        var edges: [Graph.Edge] = []
        var only: Graph?  // of a single job, which is large sometimes
        var first = 0
        self.durations = []
        demands = []
        isCommand = []
        inputBytes = []
        jobs = []
        let largest = machines.map(\.capacity.milliCPU).max() ?? 1000
        for arrival in workload.arrivals {
            guard let expansion = try? arrival.submission.expand() else { continue }  // refused by the engine too
            let instances = expansion.instances
            for index in instances.indices {
                let behaviour = arrival.behaviour(of: index, task: Int(instances[index].task))
                let isCommand = instances[index].kind == .command
                self.isCommand.append(isCommand)
                let attempt = Attempt.ID(run: arrival.submission.run, task: TaskInstance.ID(index), number: 1)
                let duration = durations.duration(usually: behaviour.duration, of: attempt)
                self.durations.append(isCommand ? duration.nanoseconds : 0)
                demands.append(isCommand ? Self.demand(instances[index].request, behaviour, largest) : .zero)
                inputBytes.append(behaviour.inputBytes)
            }
            if workload.arrivals.count == 1 { only = expansion.graph }
            for edge in only == nil ? expansion.graph.edges : [] {
                edges.append(Graph.Edge(Int32(first) + edge.node, dependsOn: Int32(first) + edge.dependency))
            }
            let end = first + instances.count
            jobs.append(Job(arrival: arrival.at.nanoseconds, tasks: first..<end))
            first = end
        }
        if inputBytes.allSatisfy(\.isEmpty) { inputBytes = [] }
        graph = only ?? Graph(count: first, edges: edges)
    }

    private static func demand(
        _ request: TaskInstance.Request, _ behaviour: Workload.Behaviour, _ largest: Int64
    ) -> Resources {
        Resources(
            milliCPU: request.milliCPU ?? min(1000, largest),
            memoryBytes: max(request.memoryBytes ?? 0, behaviour.peakMemoryBytes), gpus: request.gpus ?? 0,
            diskBytes: request.diskBytes ?? 0
        )
    }

    /// Thousandths of the reference speed of the fastest machine.
    var fastestPermille: Int64 { machines.map(\.speedPermille).max() ?? 1000 }

    /// Time of each task by the largest share of all machines' resources that it takes, in nanoseconds, `[V]`.
    public var dominantAreas: [Double] {
        let total = machines.reduce(into: Resources.zero) { $0 += $1.capacity }
        return demands.indices.map { Double(durations[$0]) * demands[$0].dominantShare(of: total) }
    }

    /// Execution times on the fastest machine, `[V]`.
    var shortestDurations: [Int64] {
        let fastest = fastestPermille
        if fastest == 1000 { return durations }
        return durations.map { Int64(Double($0) * 1000 / Double(fastest)) }
    }
}

extension Resources {
    static let componentCount = 4

    /// CPU, memory, GPUs and disk, in this order.
    subscript(component: Int) -> Int64 {
        switch component {
        case 0: milliCPU
        case 1: memoryBytes
        case 2: gpus
        case 3: diskBytes
        default: preconditionFailure("resources have no component \(component)")
        }
    }
}
