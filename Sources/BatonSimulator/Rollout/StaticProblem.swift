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
    public var deadlines: [Deadline] = []
    /// 0 to 100, higher goes first, `[V]`; empty where all are alike.
    public var priorities: [Int32] = []
    /// Kinds of machines that each task may run on, nil for any, `[V]`; empty where all may run anywhere.
    public var workerKinds: [[String]?] = []

    /// When a whole job, or one task of it, should have ended.
    public struct Deadline: Hashable, Sendable {
        public var tasks: Range<Int>
        /// Of the last of them, in nanoseconds.
        public var due: Int64
        /// By how much it counts: the highest of their priorities over the usual 50.
        public var weight: Double

        public init(tasks: Range<Int>, due: Int64, weight: Double) {
            self.tasks = tasks
            self.due = due
            self.weight = weight
        }
    }

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
        graph = Graph(count: 0, edges: [])
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
                workerKinds.append(instances[index].request.workerKinds)
            }
            note(arrival, instances, first)
            if workload.arrivals.count == 1 { only = expansion.graph }
            for edge in only == nil ? expansion.graph.edges : [] {
                edges.append(Graph.Edge(Int32(first) + edge.node, dependsOn: Int32(first) + edge.dependency))
            }
            let end = first + instances.count
            jobs.append(Job(arrival: arrival.at.nanoseconds, tasks: first..<end))
            first = end
        }
        if inputBytes.allSatisfy(\.isEmpty) { inputBytes = [] }
        if Set(priorities).count == 1 { priorities = [] }
        if workerKinds.allSatisfy({ $0 == nil }) { workerKinds = [] }
        graph = only ?? Graph(count: first, edges: edges)
    }

    /// Deadlines and priorities of a job whose tasks begin there.
    private mutating func note(_ arrival: Workload.Arrival, _ instances: [TaskInstance], _ first: Int) {
        let workflow = arrival.submission.workflow
        let highest = instances.map(\.priority).max() ?? 50
        priorities += instances.map(\.priority)
        func add(_ tasks: Range<Int>, _ deadline: Duration?, _ priority: Int32) {
            guard let deadline else { return }
            let due = arrival.at.advanced(by: deadline).nanoseconds
            deadlines.append(Deadline(tasks: tasks, due: due, weight: Double(priority) / 50))
        }
        add(first..<first + instances.count, workflow.deadline, highest)
        for (index, instance) in instances.enumerated() where instance.kind == .command {
            add(first + index..<first + index + 1, workflow.tasks[Int(instance.task)].deadline, instance.priority)
        }
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

    /// When each task must have ended for no deadline behind it to be missed, in nanoseconds; the largest number where there
    /// is none, `[V]`.
    public var latestEnds: [Int64] {
        var own = [Int64](repeating: .max, count: count)
        for deadline in deadlines {
            for task in deadline.tasks { own[task] = min(own[task], deadline.due) }
        }
        return deadlines.isEmpty ? own : graph.latestEnds(ownEnds: own, nanoseconds: durations)
    }

    /// What has to be placed before what where priorities are kept, the smallest number first: that of the most urgent
    /// task that waits for it, or its own, `[V]`; empty where all are alike.
    public var precedence: [Int32] {
        priorities.isEmpty ? [] : graph.highestBehind(priorities).map { -$0 }
    }

    /// Thousandths of the reference speed of the fastest machine.
    var fastestPermille: Int64 { machines.map(\.speedPermille).max() ?? 1000 }

    /// Time of each task by the largest share of all machines' resources that it takes, in nanoseconds, `[V]`.
    public var dominantAreas: [Double] {
        let total = machines.reduce(into: Resources.zero) { $0 += $1.capacity }
        return demands.indices.map { Double(durations[$0]) * demands[$0].dominantShare(of: total) }
    }

    /// Execution times on the fastest machine that the task may run on, `[V]`.
    var shortestDurations: [Int64] {
        let fastest = fastestPermille
        if fastest == 1000, workerKinds.isEmpty { return durations }
        return durations.indices.map { task in
            let able = workerKinds.isEmpty ? fastest : fastestPermille(for: task)
            return Int64(Double(durations[task]) * 1000 / Double(able))
        }
    }

    private func fastestPermille(for task: Int) -> Int64 {
        guard workerKinds[task] != nil else { return fastestPermille }
        return machines.indices.filter { allows(task, on: $0) }.map { machines[$0].speedPermille }.max() ?? 1000
    }

    /// Whether a task may run there, large enough or not.
    public func allows(_ task: Int, on machine: Int) -> Bool {
        workerKinds.isEmpty || workerKinds[task]?.contains(machines[machine].kind) ?? true
    }

    /// Whether each task fits on some machine that it may run on.
    public var isFeasible: Bool {
        demands.indices.allSatisfy { task in
            machines.indices.contains { allows(task, on: $0) && demands[task].fits(in: machines[$0].capacity) }
        }
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
