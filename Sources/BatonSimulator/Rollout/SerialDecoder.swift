/// Turns a list of tasks into a schedule by placing one after the other as early as it fits beside those placed before it.
///
/// Unlike dispatching (`Rollout`), which starts a ready task wherever there is room, it can leave a gap that a later, more
/// urgent task needs: among its schedules is always one with the least makespan.
/// - Source: serial schedule generation, Kolisch 1996, doi:10.1016/0377-2217(95)00357-6.
public struct SerialDecoder: Sendable {
    let shape: RolloutShape
    /// When each task starts in the last schedule, in nanoseconds, `[V]`.
    public private(set) var starts: [Int64]
    public private(set) var ends: [Int64]
    /// The machine, `[V]`; -1 for groups.
    public private(set) var places: [Int32]
    private var profiles: [ResourceProfile]
    /// About how long decoding took since this was made, on one core of an AMD EPYC of 2023: 140 ns a task, 20 a machine that is
    /// tried and 1 a step of its profile. The same everywhere and every time.
    public private(set) var estimatedNanoseconds = 0

    /// - Precondition: each task fits on some machine that it may run on.
    public init(_ problem: StaticProblem) {
        shape = RolloutShape(problem)
        starts = Array(repeating: 0, count: shape.count)
        ends = starts
        places = Array(repeating: -1, count: shape.count)
        profiles = Array(repeating: ResourceProfile(), count: shape.capacities.count)
    }

    public enum Direction: Hashable, Sendable {
        case forward
        /// The mirrored problem: time runs from the end, and each task waits for its successors. Arrivals do not count.
        case backward
    }

    /// - Parameter list: every task once, each after those it waits for in this direction, `[V]`.
    /// - Returns: the last end, in nanoseconds.
    /// - Complexity: O(V x steps of a profile x machines).
    public mutating func decode(_ list: [Int32], _ direction: Direction = .forward) -> Int64 {
        precondition(list.count == shape.count, "a list of \(list.count) for \(shape.count) tasks")
        for machine in profiles.indices { profiles[machine].reset(shape.capacities[machine]) }
        return place(list, from: .min, direction)
    }

    /// Decodes what is left of a problem that has been carried out up to now.
    ///
    /// - Parameters:
    ///   - list: the tasks that have not started, each after those of them that it waits for; all others have ended or
    ///     are running.
    ///   - running: what runs now, and when it will end.
    ///   - now: nanoseconds since the problem began; nothing starts before.
    public mutating func resume(_ list: [Int32], running: [Running], now: Int64) -> Int64 {
        for machine in profiles.indices { profiles[machine].reset(shape.capacities[machine]) }
        for task in ends.indices { ends[task] = now }
        var last = now
        for entry in running {
            profiles[entry.machine].take(shape.demands[entry.task], from: .min, to: entry.end)
            ends[entry.task] = entry.end
            last = max(last, entry.end)
        }
        return max(last, place(list, from: now, .forward))
    }

    /// A task that holds what it takes until it ends.
    public struct Running: Hashable, Sendable {
        public var task: Int
        public var machine: Int
        /// Nanoseconds.
        public var end: Int64

        public init(task: Int, machine: Int, end: Int64) {
            self.task = task
            self.machine = machine
            self.end = end
        }
    }

    private mutating func place(_ list: [Int32], from now: Int64, _ direction: Direction) -> Int64 {
        var last: Int64 = .min
        for task in list {
            let task = Int(task)
            place(task, from: max(now, earliestStart(of: task, direction)), direction)
            last = max(last, ends[task])
        }
        return last
    }

    private func earliestStart(of task: Int, _ direction: Direction) -> Int64 {
        var earliest: Int64
        switch direction {
        case .forward:
            earliest = shape.jobs[Int(shape.jobOf[task])].arrival
            for index in Int(shape.dependencyOffsets[task])..<Int(shape.dependencyOffsets[task + 1]) {
                earliest = max(earliest, ends[Int(shape.dependencies[index])])
            }
        case .backward:
            earliest = 0
            for index in Int(shape.successorOffsets[task])..<Int(shape.successorOffsets[task + 1]) {
                earliest = max(earliest, ends[Int(shape.successors[index])])
            }
        }
        return earliest
    }

    private mutating func place(_ task: Int, from earliest: Int64, _ direction: Direction) {
        guard shape.isCommand[task] else {
            starts[task] = earliest
            ends[task] = earliest
            return
        }
        let demand = shape.demands[task]
        estimatedNanoseconds += 140
        var best: (start: Int64, end: Int64, machine: Int)?
        for machine in profiles.indices where shape.allows(task, on: machine) {
            let nanoseconds = time(of: task, on: machine, direction)
            if let best, earliest + nanoseconds >= best.end { continue }
            estimatedNanoseconds += 20
            let found = profiles[machine].earliest(
                from: earliest, lasting: nanoseconds, demand, scanned: &estimatedNanoseconds)
            guard let start = found else { continue }
            if let best, start + nanoseconds >= best.end { continue }
            best = (start, start + nanoseconds, machine)
        }
        guard let best else { preconditionFailure("task \(task) fits on no machine") }
        profiles[best.machine].take(demand, from: best.start, to: best.end)
        starts[task] = best.start
        ends[task] = best.end
        places[task] = Int32(best.machine)
    }

    /// With what has to be brought there; the mirrored problem does not know yet from where.
    private func time(of task: Int, on machine: Int, _ direction: Direction) -> Int64 {
        let execution = shape.executionNanoseconds(shape.durations[task], on: machine)
        guard direction == .forward, !shape.inputBytes.isEmpty else { return execution }
        return execution + shape.transferNanoseconds(of: task, to: machine, from: places)
    }
}
