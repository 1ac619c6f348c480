import BatonCore
import HeapModule

/// Where and when each task is to run, and what that leaves of the processors.
struct Schedule: Sendable {
    /// -1 where a task has no place: groups, and what fits nowhere.
    var processors: [Int32]
    /// Nanoseconds, as are the ends.
    var starts: [Int64]
    var ends: [Int64]
    /// One for each processor.
    var timelines: [Timeline]
    let now: Int64

    init(taskCount: Int, timelines: [Timeline], now: Int64) {
        processors = Array(repeating: -1, count: taskCount)
        starts = Array(repeating: now, count: taskCount)
        ends = Array(repeating: now, count: taskCount)
        self.timelines = timelines
        self.now = now
    }

    struct Slot: Sendable {
        var processor: Int
        var start: Int64
        var end: Int64
    }

    /// The first time for a task on a processor, gaps included; nil when it never fits there.
    func slot(for task: Int, on processor: Int, of problem: PlanningProblem) -> Slot? {
        var ready = starts[task]
        var fetching: Int64 = 0
        for (place, dependency) in problem.graph.dependencies(of: task).enumerated() {
            let source = Int(processors[Int(dependency)])
            var arrival = ends[Int(dependency)]
            if source >= 0 {
                let transfer = problem.transfer(problem.bytes(task, place), from: source, to: processor)
                if problem.tasksFetch { fetching += transfer } else { arrival += transfer }
            }
            ready = max(ready, arrival)
        }
        let lasting = max(problem.cost(task, processor) + fetching, 1)
        let demand = problem.demand(task, processor)
        return timelines[processor].earliestStart(of: demand, lasting: lasting, notBefore: ready).map {
            Slot(processor: processor, start: $0, end: $0 + lasting)
        }
    }

    /// Books a task on the processor where it ends first; the lowest of several.
    ///
    /// - Parameter handicap: added to the end on each processor before they are compared.
    mutating func place(_ task: Int, of problem: PlanningProblem, handicap: (Int) -> Double = { _ in 0 }) {
        if problem.isGroup[task] { return pass(task, problem) }
        var best: Slot?
        var lowest = Double.infinity
        for processor in problem.usable {
            guard let slot = slot(for: task, on: processor, of: problem) else { continue }
            let cost = Double(slot.end) + handicap(processor)
            if cost < lowest { (best, lowest) = (slot, cost) }
        }
        guard let best else { return pass(task, problem) }
        book(task, best, problem)
    }

    mutating func book(_ task: Int, _ slot: Slot, _ problem: PlanningProblem) {
        processors[task] = Int32(slot.processor)
        starts[task] = slot.start
        ends[task] = slot.end
        timelines[slot.processor].book(problem.demand(task, slot.processor), from: slot.start, to: slot.end)
    }

    /// It ends when what it waits for has ended, and takes no place.
    private mutating func pass(_ task: Int, _ problem: PlanningProblem) {
        for dependency in problem.graph.dependencies(of: task) { ends[task] = max(ends[task], ends[Int(dependency)]) }
        starts[task] = ends[task]
    }
}

/// Calls `visit` for each task once all that it waits for have been visited, the highest priority first.
///
/// - Parameter tasks: what is to be planned; others count as visited.
func visitByPriority(_ tasks: [Int], _ priorities: [Double], _ graph: Graph, visit: (Int) -> Void) {
    struct Entry: Comparable {
        var priority: Double
        var task: Int

        static func < (left: Entry, right: Entry) -> Bool {
            left.priority != right.priority ? left.priority > right.priority : left.task < right.task
        }
    }
    var waitingFor = Array(repeating: 0, count: graph.count)
    var isPlanned = Array(repeating: false, count: graph.count)
    for task in tasks { isPlanned[task] = true }
    var heap = Heap<Entry>()
    for task in tasks {
        waitingFor[task] = graph.dependencies(of: task).count { isPlanned[Int($0)] }
        if waitingFor[task] == 0 { heap.insert(Entry(priority: priorities[task], task: task)) }
    }
    while let entry = heap.popMin() {
        visit(entry.task)
        for successor in graph.successors(of: entry.task) where isPlanned[Int(successor)] {
            waitingFor[Int(successor)] -= 1
            if waitingFor[Int(successor)] == 0 {
                heap.insert(Entry(priority: priorities[Int(successor)], task: Int(successor)))
            }
        }
    }
}
