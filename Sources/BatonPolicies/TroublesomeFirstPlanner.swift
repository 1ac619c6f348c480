import BatonCore

/// Graphene's offline half: tries several sets of troublesome tasks and several orders around each, and keeps the plan
/// that ends first.
///
/// The paper scores stages by how well copies of their tasks pack; here each task is scored so by itself, on the first
/// living worker.
struct TroublesomeFirstPlanner {
    /// In all plans of a run after the first together: some 0.2 s, more for large runs. A placement takes 3 to 13 µs on 100 workers.
    private static let mostPlacements = 20_000

    private let problem: PlanningProblem
    private let capacities: [Resources]
    /// All tasks, the longest way to the end first.
    private let order: [Int]

    private enum Part {
        case troublesome, others, children, parents
    }

    /// - Parameter capacities: of each processor.
    init(_ problem: PlanningProblem, capacities: [Resources]) {
        self.problem = problem
        self.capacities = capacities
        let averages = Averages(problem)
        let ranks = averages.upwardRanks(problem)
        var position = Array(repeating: 0, count: problem.graph.count)
        for (place, task) in averages.order.enumerated() { position[Int(task)] = place }
        order = (0..<problem.graph.count).sorted {
            ranks[$0] != ranks[$1] ? ranks[$0] > ranks[$1] : position[$0] < position[$1]
        }
    }

    /// Each task's place in the order of the best plan.
    func places() -> [Int32] {
        var best = plan(Array(repeating: .others, count: problem.graph.count), [.others])
        var left = Self.mostPlacements - problem.graph.count
        trying: for parts in candidates() {
            for sequence in [
                [.troublesome, .others, .children, .parents], [.troublesome, .others, .parents, .children],
                [.troublesome, .parents, .others, .children], [.troublesome, .children, .others, .parents],
            ] as [[Part]] {
                left -= problem.graph.count
                if left < 0 { break trying }
                let plan = plan(parts, sequence)
                if plan.makespan < best.makespan { best = plan }
            }
        }
        let sorted = order.enumerated().sorted {
            (best.starts[$0.element], $0.offset) < (best.starts[$1.element], $1.offset)
        }
        return places(by: sorted.map(\.element))
    }

    private func places(by order: [Int]) -> [Int32] {
        var places = Array(repeating: Int32(0), count: order.count)
        for (place, task) in order.enumerated() { places[task] = Int32(place) }
        return places
    }

    // MARK: Which tasks are troublesome

    /// The parts of the graph around each set of troublesome tasks that is worth a try, each once.
    private func candidates() -> [[Part]] {
        guard let worker = problem.usable.first else { return [] }
        let tasks = 0..<problem.graph.count
        let longest = Double(tasks.map { problem.cost($0, worker) }.max() ?? 0)
        let lengths = tasks.map { longest > 0 ? Double(problem.cost($0, worker)) / longest : 0 }
        let packings = tasks.map { problem.isGroup[$0] ? 1 : packing(problem.demand($0, worker), capacities[worker]) }
        var found: [[Part]] = []
        for length in [0.8, 0.6, 0.4, 0.2, 2] {
            for packed in [0, 0.5, 0.8] {
                let isTroublesome = tasks.map { lengths[$0] >= length || packings[$0] <= packed }
                guard isTroublesome.contains(true) else { continue }
                let parts = parts(around: isTroublesome)
                if !found.contains(parts) { found.append(parts) }
            }
        }
        return found
    }

    /// The share of a worker that as many copies of a task as fit make use of, by the resource they use most.
    private func packing(_ demand: Resources, _ capacity: Resources) -> Double {
        let pairs = [
            (demand.milliCPU, capacity.milliCPU), (demand.memoryBytes, capacity.memoryBytes),
            (demand.gpus, capacity.gpus), (demand.diskBytes, capacity.diskBytes),
        ].filter { $0.0 > 0 && $0.1 > 0 }
        let copies = pairs.map { $0.1 / $0.0 }.min() ?? 0
        return pairs.map { Double(copies * $0.0) / Double($0.1) }.max() ?? 1
    }

    /// What lies between troublesome tasks is troublesome too.
    private func parts(around isTroublesome: [Bool]) -> [Part] {
        var (isBefore, isAfter) = (isTroublesome, isTroublesome)
        for task in order {
            for dependency in problem.graph.dependencies(of: task) where isAfter[Int(dependency)] {
                isAfter[task] = true
            }
        }
        for task in order.reversed() {
            for successor in problem.graph.successors(of: task) where isBefore[Int(successor)] {
                isBefore[task] = true
            }
        }
        return isTroublesome.indices.map { task in
            switch (isBefore[task], isAfter[task]) {
            case (true, true): .troublesome
            case (true, false): .parents
            case (false, true): .children
            case (false, false): .others
            }
        }
    }

    // MARK: Plans

    private struct Plan {
        var starts: [Int64]
        var makespan: Int64
    }

    /// Places the parts one after the other: what must come after placed tasks forward, as early as possible; what must
    /// come before them backward, as late as possible.
    private func plan(_ parts: [Part], _ sequence: [Part]) -> Plan {
        var space = Space(problem, capacities)
        for (place, part) in sequence.enumerated() {
            let isBackward: Bool =
                switch part {
                case .troublesome, .children: false
                case .parents: true
                case .others: sequence[..<place].contains { $0 == .children }
                }
            for task in isBackward ? order.reversed() : order where parts[task] == part {
                space.place(task, isBackward: isBackward)
            }
        }
        return Plan(starts: space.starts, makespan: (space.ends.max() ?? 0) - (space.starts.min() ?? 0))
    }
}

/// An empty cluster in time, on which a run's tasks are placed in any order.
private struct Space {
    private let problem: PlanningProblem
    private var timelines: [Timeline]
    private var isPlaced: [Bool]
    private(set) var starts: [Int64]
    private(set) var ends: [Int64]
    private var last: Int64 = 0

    init(_ problem: PlanningProblem, _ capacities: [Resources]) {
        self.problem = problem
        timelines = capacities.map { Timeline(capacity: $0) }
        isPlaced = Array(repeating: false, count: problem.graph.count)
        starts = Array(repeating: 0, count: problem.graph.count)
        ends = starts
    }

    mutating func place(_ task: Int, isBackward: Bool) {
        let limit = isBackward ? latestEnd(task) : earliestStart(task)
        var best: (worker: Int, start: Int64, end: Int64)?
        if !problem.isGroup[task] {
            for worker in problem.usable {
                let (demand, lasting) = (problem.demand(task, worker), max(problem.cost(task, worker), 1))
                let found =
                    isBackward
                    ? timelines[worker].latestStart(of: demand, lasting: lasting, notAfter: limit)
                    : timelines[worker].earliestStart(of: demand, lasting: lasting, notBefore: limit)
                guard let start = found else { continue }
                let slot = (worker, start, start + lasting)
                let isBetter = best.map { isBackward ? start > $0.start : slot.2 < $0.end } ?? true
                if isBetter { best = slot }
                // Nothing is better than no wait at all, where workers are alike.
                if problem.kindCount == 1 && (isBackward ? slot.2 : start) == limit { break }
            }
        }
        isPlaced[task] = true
        (starts[task], ends[task]) = best.map { ($0.start, $0.end) } ?? (limit, limit)
        last = max(last, ends[task])
        if let best { timelines[best.worker].book(problem.demand(task, best.worker), from: best.start, to: best.end) }
    }

    private func earliestStart(_ task: Int) -> Int64 {
        let before = problem.graph.dependencies(of: task).filter { isPlaced[Int($0)] }
        return before.map { ends[Int($0)] }.max() ?? 0
    }

    private func latestEnd(_ task: Int) -> Int64 {
        let after = problem.graph.successors(of: task).filter { isPlaced[Int($0)] }
        return after.map { starts[Int($0)] }.min() ?? last
    }
}
