public import BatonCore

/// Futures in which clusters are tried: what arrives in each, simulated on whatever machines are proposed.
///
/// All clusters meet the same futures. Runs go in the order of their arrival, and of one run the task with the longest path
/// behind it first; the cluster is empty in the beginning.
public struct CapacityTrial: Sendable {
    private let futures: [Future]
    public let promise: ServiceTarget.Promise
    /// Tasks or runs in all futures.
    public let count: Int

    private struct Future: Sendable {
        var problem: StaticProblem
        var order: [Int32]
    }

    /// - Parameter kinds: machines that will be proposed; they say how many cores a task takes that declares none.
    public init(_ futures: [Workload], promise: ServiceTarget.Promise, kinds: [Machine]) {
        self.promise = promise
        self.futures = futures.map { workload in
            var problem = StaticProblem(workload, on: kinds)
            for task in problem.demands.indices {
                problem.demands[task].memoryBytes = Self.rounded(problem.demands[task].memoryBytes)
            }
            return Future(problem: problem, order: Self.order(problem))
        }
        count = self.futures.reduce(0) { sum, future in
            switch promise {
            case .wait: sum + future.problem.isCommand.count { $0 }
            case .completion: sum + future.problem.jobs.count
            }
        }
    }

    /// Up to the next 64 MB: a rollout is fast where demands are of few kinds.
    private static func rounded(_ bytes: Int64) -> Int64 {
        let unit: Int64 = 64_000_000
        return (bytes + unit - 1) / unit * unit
    }

    private static func order(_ problem: StaticProblem) -> [Int32] {
        let ranks = problem.graph.upwardRanks(nanoseconds: problem.durations)
        var arrivals = Array(repeating: Int64(0), count: problem.count)
        for job in problem.jobs {
            for task in job.tasks { arrivals[task] = job.arrival }
        }
        return (0..<Int32(problem.count)).sorted {
            let (left, right) = (Int($0), Int($1))
            return (arrivals[left], -ranks[left], left) < (arrivals[right], -ranks[right], right)
        }
    }

    /// The first task's demand that no machine of these kinds can hold.
    public func misfit(on kinds: [Machine]) -> Resources? {
        for future in futures {
            for demand in future.problem.demands where !kinds.contains(where: { demand.fits(in: $0.capacity) }) {
                return demand
            }
        }
        return nil
    }

    /// What no number of machines can avoid: runs whose longest path alone takes longer than they may.
    public func unavoidable(on kinds: [Machine]) -> ServiceRisk {
        guard case .completion(let most) = promise else { return ServiceRisk(broken: 0, count: count, isWhole: true) }
        let fastest = kinds.map(\.speedPermille).max() ?? 1000
        var broken = 0
        for future in futures {
            let ranks = future.problem.graph.upwardRanks(nanoseconds: future.problem.durations)
            for job in future.problem.jobs {
                let path = job.tasks.map { ranks[$0] }.max() ?? 0
                if Double(path) * 1000 / Double(fastest) > Double(most.nanoseconds) { broken += 1 }
            }
        }
        return ServiceRisk(broken: broken, count: count, isWhole: true)
    }

    /// How often these machines break the promise.
    ///
    /// - Parameter limit: the share that matters: a cluster above it is not tried further.
    /// - Complexity: that of a rollout for each future.
    public func risk(of machines: [Machine], limit: Double = 1) -> ServiceRisk {
        guard !machines.isEmpty else { return ServiceRisk(broken: count, count: count, isWhole: true) }
        var broken = 0
        for (place, future) in futures.enumerated() {
            var problem = future.problem
            problem.machines = machines
            var rollout = Rollout(problem)
            _ = rollout.run(order: future.order)
            broken += Self.broken(promise, problem, rollout)
            if place < futures.count - 1, Double(broken) > limit * Double(count) {
                return ServiceRisk(broken: broken, count: count, isWhole: false)
            }
        }
        return ServiceRisk(broken: broken, count: count, isWhole: true)
    }

    private static func broken(
        _ promise: ServiceTarget.Promise, _ problem: StaticProblem, _ rollout: Rollout
    ) -> Int {
        var broken = 0
        for job in problem.jobs {
            switch promise {
            case .completion(let most):
                let isDone = job.tasks.allSatisfy { rollout.starts[$0] >= 0 }
                let end = job.tasks.map { rollout.ends[$0] }.max() ?? job.arrival
                if !isDone || end - job.arrival > most.nanoseconds { broken += 1 }
            case .wait(let most):
                for task in job.tasks where problem.isCommand[task] {
                    var ready = job.arrival
                    for dependency in problem.graph.dependencies(of: task) {
                        ready = max(ready, rollout.ends[Int(dependency)])
                    }
                    let start = rollout.starts[task]
                    if start < 0 || start - ready > most.nanoseconds { broken += 1 }
                }
            }
        }
        return broken
    }
}
