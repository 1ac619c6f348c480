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
    /// By machine, when the first task could start at the earliest: most machines need no closer look.
    private var openings: [Int64]
    /// No task starts before its own, `[V]`.
    private var arrivals: [Int64]
    /// About how long decoding took since this was made, on one core of an AMD EPYC of 2023: 110 ns a task, 20 a machine that is
    /// tried and 1 a step of its profile. The same everywhere and every time.
    public private(set) var estimatedNanoseconds = 0

    /// - Precondition: each task fits on some machine that it may run on.
    public init(_ problem: StaticProblem) {
        shape = RolloutShape(problem)
        starts = Array(repeating: 0, count: shape.count)
        ends = starts
        places = Array(repeating: -1, count: shape.count)
        profiles = Array(repeating: ResourceProfile(), count: shape.capacities.count)
        openings = Array(repeating: .min, count: profiles.count)
        arrivals = (0..<shape.count).map(shape.arrival)
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
        empty()
        var last: Int64 = .min
        for task in list {
            let task = Int(task)
            place(task, from: earliestStart(of: task, direction), direction)
            last = max(last, ends[task])
        }
        return last
    }

    /// What starts now of a problem that has been carried out up to now, if what is left is laid out in the order of the list.
    ///
    /// Only as much is laid out as that takes: what is left may be long, and hardly anything of it can start.
    ///
    /// - Parameters:
    ///   - list: the tasks that have not started, each after those of them that it waits for; all others have ended or
    ///     are running.
    ///   - isReady: those that may start now, `[V]`.
    ///   - running: what runs now, and when it will end.
    ///   - now: nanoseconds since the problem began.
    ///   - releases: tasks that may not start before a time of their own.
    /// - Returns: in the order of the list; `places` says where.
    public mutating func starting(
        _ list: [Int32], isReady: [Bool], running: [Running], now: Int64, releases: [Release] = []
    ) -> [Int32] {
        empty()
        for task in ends.indices { ends[task] = now }
        for entry in running {
            take(shape.demands[entry.task], on: entry.machine, in: .first, to: entry.end)
            ends[entry.task] = entry.end
        }
        for release in releases { arrivals[release.task] = release.at }
        defer { for release in releases { arrivals[release.task] = shape.arrival(of: release.task) } }
        let least = leastDemands(list, isReady)
        var starting: [Int32] = []
        // Machines below this have no room now for anything that is ready and not laid out yet.
        var open = 0
        for (position, task) in list.enumerated() {
            while open < profiles.count, !profiles[open].hasRoom(for: least[position], at: now) { open += 1 }
            guard open < profiles.count else { break }
            let task = Int(task)
            place(task, from: max(now, earliestStart(of: task, .forward)), .forward)
            if isReady[task], starts[task] == now { starting.append(Int32(task)) }
        }
        return starting
    }

    private mutating func empty() {
        for machine in profiles.indices {
            profiles[machine].reset(shape.capacities[machine], least: shape.leastDemand)
            openings[machine] = profiles[machine].opensAt
        }
    }

    private mutating func take(
        _ demand: SIMD4<Int32>, on machine: Int, in gap: ResourceProfile.Gap, to end: Int64
    ) {
        profiles[machine].take(demand, in: gap, to: end)
        openings[machine] = profiles[machine].opensAt
    }

    /// No ready task at or behind each position asks for less of anything; more than there is behind the last.
    private func leastDemands(_ list: [Int32], _ isReady: [Bool]) -> [SIMD4<Int32>] {
        var least = [SIMD4<Int32>](repeating: SIMD4(repeating: .max), count: list.count + 1)
        for position in list.indices.reversed() {
            let task = Int(list[position])
            least[position] =
                isReady[task] ? pointwiseMin(least[position + 1], shape.demands[task]) : least[position + 1]
        }
        return least
    }

    /// A task that waits for a time, in nanoseconds since the problem began.
    public struct Release: Hashable, Sendable {
        public var task: Int
        public var at: Int64

        public init(task: Int, at: Int64) {
            self.task = task
            self.at = at
        }
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

    private func earliestStart(of task: Int, _ direction: Direction) -> Int64 {
        var earliest: Int64
        switch direction {
        case .forward:
            earliest = arrivals[task]
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
        let isUniform = shape.isUniform
        let permits = shape.permits(task)
        var nanoseconds = shape.durations[task]
        var best: (gap: ResourceProfile.Gap, end: Int64, machine: Int)?
        estimatedNanoseconds += 110
        for machine in openings.indices where permits.isEmpty || permits[machine] {
            let opening = max(earliest, openings[machine])
            if isUniform, let best, opening >= best.gap.start { continue }
            if !isUniform { nanoseconds = time(of: task, on: machine, direction) }
            if opening >= (best?.end ?? .max) - nanoseconds { continue }
            estimatedNanoseconds += 20
            let found = profiles[machine].earliest(
                from: opening, lasting: nanoseconds, demand, scanned: &estimatedNanoseconds)
            guard let gap = found else { continue }
            if let best, gap.start + nanoseconds >= best.end { continue }
            best = (gap, gap.start + nanoseconds, machine)
            if isUniform, gap.start == earliest { break }
        }
        guard let best else { preconditionFailure("task \(task) fits on no machine") }
        take(demand, on: best.machine, in: best.gap, to: best.end)
        starts[task] = best.gap.start
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
