import BatonCore

/// What all rollouts of one problem share: its arrays, with resources in units that 31 bits can hold.
struct RolloutShape: Sendable {
    let count: Int
    let durations: [Int64]
    let isCommand: [Bool]
    let jobs: [StaticProblem.Job]
    let jobOf: [Int32]
    let dependencyCounts: [Int32]
    let dependencyOffsets: [Int32]
    let dependencies: [Int32]
    let successorOffsets: [Int32]
    let successors: [Int32]
    let demands: [SIMD4<Int32>]
    let capacities: [SIMD4<Int32>]
    /// No command asks for less of anything.
    let leastDemand: SIMD4<Int32>
    /// Distinct demands on machines that they may be made of, and which of them each task has.
    let kinds: [SIMD4<Int32>]
    let kindOf: [Int32]
    /// By kind and machine, whether it may be there; empty where all may be anywhere.
    private let permits: [[Bool]]
    let inputBytes: [[Int64]]
    /// All machines are of reference speed and nothing is brought from one to another.
    let isUniform: Bool
    private let workers: [Worker]

    init(_ problem: StaticProblem) {
        count = problem.count
        durations = problem.durations
        isCommand = problem.isCommand
        jobs = problem.jobs.sorted { ($0.arrival, $0.tasks.lowerBound) < ($1.arrival, $1.tasks.lowerBound) }
        var jobOf = [Int32](repeating: 0, count: count)
        for (index, job) in jobs.enumerated() {
            for task in job.tasks { jobOf[task] = Int32(index) }
        }
        self.jobOf = jobOf
        let graph = problem.graph
        dependencyCounts = (0..<count).map { Int32(graph.dependencies(of: $0).count) }
        (dependencyOffsets, dependencies) = Self.rows(count, graph.dependencies)
        (successorOffsets, successors) = Self.rows(count, graph.successors)
        let units = Units(problem.machines.map(\.capacity))
        capacities = problem.machines.map { units.floor($0.capacity) }
        demands = problem.demands.map(units.ceiling)
        leastDemand = demands.indices.reduce(SIMD4(repeating: .max)) { [demands, isCommand] least, task in
            isCommand[task] ? pointwiseMin(least, demands[task]) : least
        }
        var kinds: [SIMD4<Int32>] = []
        var permits: [[Bool]] = []
        var known: [Kind: Int32] = [:]
        kindOf = demands.enumerated().map { task, demand in
            let kind = Kind(demand: demand, workerKinds: problem.workerKinds.isEmpty ? nil : problem.workerKinds[task])
            if let place = known[kind] { return place }
            known[kind] = Int32(kinds.count)
            kinds.append(demand)
            permits.append(problem.machines.indices.map { problem.allows(task, on: $0) })
            return Int32(kinds.count - 1)
        }
        self.kinds = kinds
        self.permits = problem.workerKinds.isEmpty ? [] : permits
        workers = problem.machines.enumerated().map { $1.worker($0) }
        let isMoving = !problem.inputBytes.isEmpty && workers.contains { $0.networkBytesPerSecond > 0 }
        inputBytes = isMoving ? problem.inputBytes : []
        isUniform = !isMoving && workers.allSatisfy { $0.speedPermille == 1000 }
    }

    private struct Kind: Hashable {
        var demand: SIMD4<Int32>
        var workerKinds: [String]?
    }

    @inline(__always)
    func allows(_ task: Int, on machine: Int) -> Bool {
        permits.isEmpty || permits[Int(kindOf[task])][machine]
    }

    /// By machine, whether the task may be there; empty where all may be anywhere.
    func permits(_ task: Int) -> [Bool] { permits.isEmpty ? [] : permits[Int(kindOf[task])] }

    func arrival(of task: Int) -> Int64 { jobs[Int(jobOf[task])].arrival }

    @inline(__always)
    func executionNanoseconds(_ nanoseconds: Int64, on machine: Int) -> Int64 {
        isUniform ? nanoseconds : workers[machine].executionNanoseconds(nanoseconds)
    }

    func transferNanoseconds(_ bytes: Int64, from source: Int, to machine: Int) -> Int64 {
        workers[machine].transferNanoseconds(bytes: bytes, from: workers[source])
    }

    /// To bring there what the task reads.
    ///
    /// - Parameter places: of the tasks that it waits for, by task; -1 where nothing is read.
    func transferNanoseconds(of task: Int, to machine: Int, from places: [Int32]) -> Int64 {
        guard !inputBytes.isEmpty else { return 0 }
        var sum: Int64 = 0
        let first = Int(dependencyOffsets[task])
        for (index, bytes) in inputBytes[task].enumerated() {
            let source = places[Int(dependencies[first + index])]
            if source >= 0, Int(source) != machine {
                sum += transferNanoseconds(bytes, from: Int(source), to: machine)
            }
        }
        return sum
    }

    private static func rows(_ count: Int, _ row: (Int) -> ArraySlice<Int32>) -> ([Int32], [Int32]) {
        var offsets: [Int32] = [0]
        var targets: [Int32] = []
        for node in 0..<count {
            targets += row(node)
            offsets.append(Int32(targets.count))
        }
        return (offsets, targets)
    }
}

/// Powers of two by which each resource is divided so that the largest capacity stays below 2³⁰.
///
/// Capacities are rounded down and demands up, so nothing fits here that does not fit in truth; up to 2³⁰ units nothing
/// is rounded.
private struct Units {
    private var shifts: SIMD4<Int64>
    private var most: SIMD4<Int64>

    init(_ capacities: [Resources]) {
        shifts = .zero
        most = .zero
        for component in 0..<Resources.componentCount {
            var largest = capacities.map { $0[component] }.max() ?? 0
            most[component] = largest
            while largest >= 1 << 30 {
                largest >>= 1
                shifts[component] += 1
            }
        }
    }

    func floor(_ resources: Resources) -> SIMD4<Int32> {
        units { resources[$0] >> shifts[$0] }
    }

    func ceiling(_ resources: Resources) -> SIMD4<Int32> {
        units { component in
            let rounded = (resources[component] + (1 << shifts[component]) - 1) >> shifts[component]
            // What is all that a machine has fits there, though the machine was rounded down.
            if resources[component] <= most[component] { return min(rounded, most[component] >> shifts[component]) }
            return min(rounded, 1 << 30)  // more than any machine has
        }
    }

    private func units(_ amount: (Int) -> Int64) -> SIMD4<Int32> {
        var result = SIMD4<Int32>.zero
        for component in 0..<Resources.componentCount { result[component] = Int32(amount(component)) }
        return result
    }
}
