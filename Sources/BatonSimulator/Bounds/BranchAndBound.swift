import BatonCore

/// The shortest makespan of a small problem, found by looking at every schedule that could be it.
///
/// Some shortest schedule starts each task when its job arrives or another task ends, so time only stops there. At each
/// stop every choice of ready tasks and machines is tried, unless what is left can't beat the best found so far. For up
/// to a dozen tasks; data transfer is left out.
///
/// - Source: depth-first search over precedence trees as in Patterson et al. 1989; delaying alternatives as in
///   Demeulemeester and Herroelen 1992, doi:10.1287/mnsc.38.12.1803.
public struct BranchAndBound {
    /// The last end, in nanoseconds since the start of the scenario.
    public private(set) var endNanoseconds: Int64

    private let problem: StaticProblem
    private let tails: [Int64]
    private let machines: [Worker]

    /// - Precondition: at most 16 tasks that run something, each of which fits on some machine.
    public init(_ problem: StaticProblem) {
        precondition(problem.isCommand.count { $0 } <= 16, "exact search is for up to 16 tasks")
        precondition(problem.inputBytes.isEmpty, "exact search leaves out data transfer")
        self.problem = problem
        tails = problem.graph.upwardRanks(nanoseconds: problem.shortestDurations)
        machines = problem.machines.enumerated().map { $1.worker($0) }
        endNanoseconds = .max
        search(Node(problem))
    }

    /// A schedule up to some instant.
    private struct Node {
        var now: Int64
        var waitingFor: [Int]
        /// Neither started nor, as a group, done.
        var isOpen: [Bool]
        var releases: [Int64]
        var free: [Resources]
        var running: [(task: Int, machine: Int, end: Int64)] = []
        var end: Int64 = 0
        /// Tasks before this one have had their chance at this instant.
        var firstTask = 0

        init(_ problem: StaticProblem) {
            now = problem.jobs.map(\.arrival).min() ?? 0
            waitingFor = (0..<problem.count).map { problem.graph.dependencies(of: $0).count }
            isOpen = Array(repeating: true, count: problem.count)
            releases = Array(repeating: 0, count: problem.count)
            free = problem.machines.map(\.capacity)
            for job in problem.jobs {
                for task in job.tasks { releases[task] = job.arrival }
            }
            for task in problem.isCommand.indices where waitingFor[task] == 0 && !problem.isCommand[task] {
                close(task, problem)
            }
        }

        /// A task has ended; groups behind it that waited for nothing else end with it.
        mutating func close(_ task: Int, _ problem: StaticProblem) {
            isOpen[task] = false
            for successor in problem.graph.successors(of: task).map(Int.init) {
                waitingFor[successor] -= 1
                if waitingFor[successor] == 0, !problem.isCommand[successor] { close(successor, problem) }
            }
        }
    }

    private mutating func search(_ node: Node) {
        let open = problem.isCommand.indices.filter { problem.isCommand[$0] && node.isOpen[$0] }
        if open.isEmpty {
            endNanoseconds = min(endNanoseconds, node.end)
            return
        }
        guard bound(node, open) < endNanoseconds else { return }
        for task in open where task >= node.firstTask && node.waitingFor[task] == 0 && node.releases[task] <= node.now {
            for machine in machines.indices where isNew(machine, node) && problem.allows(task, on: machine) {
                guard problem.demands[task].fits(in: node.free[machine]) else { continue }
                search(starting(task, on: machine, node))
            }
        }
        if let later = advanced(node, open) { search(later) }
    }

    private func bound(_ node: Node, _ open: [Int]) -> Int64 {
        var bound = node.end
        for task in open { bound = max(bound, max(node.now, node.releases[task]) + tails[task]) }
        for run in node.running {
            for successor in problem.graph.successors(of: run.task) {
                bound = max(bound, run.end + tails[Int(successor)])
            }
        }
        return bound
    }

    /// False for an idle machine like an earlier idle one: the same schedules would come again.
    private func isNew(_ machine: Int, _ node: Node) -> Bool {
        let capacity = problem.machines[machine].capacity
        guard node.free[machine] == capacity, !node.running.contains(where: { $0.machine == machine }) else {
            return true
        }
        return !(0..<machine).contains { earlier in
            problem.machines[earlier] == problem.machines[machine]
                && !node.running.contains { $0.machine == earlier }
        }
    }

    private func starting(_ task: Int, on machine: Int, _ node: Node) -> Node {
        var node = node
        let end = node.now + machines[machine].executionNanoseconds(problem.durations[task])
        node.isOpen[task] = false
        node.free[machine] -= problem.demands[task]
        node.running.append((task, machine, end))
        node.end = max(node.end, end)
        node.firstTask = task + 1
        return node
    }

    /// The next instant at which something ends or arrives; nil when there is none.
    private func advanced(_ node: Node, _ open: [Int]) -> Node? {
        let arrivals = open.map { node.releases[$0] }.filter { $0 > node.now }
        guard let next = (node.running.map(\.end) + arrivals).min() else { return nil }
        var node = node
        node.now = next
        node.firstTask = 0
        for run in node.running where run.end <= next {
            node.free[run.machine] += problem.demands[run.task]
            node.close(run.task, problem)
        }
        node.running.removeAll { $0.end <= next }
        return node
    }
}
