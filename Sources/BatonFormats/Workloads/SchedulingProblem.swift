internal import BatonCore
internal import BatonSimulator

/// A resource-constrained project: activities with durations and demands of renewable resources, and their order.
///
/// Its first four resources become cores, gigabytes of memory, GPUs and gigabytes of disk of one machine, a unit of time
/// a second: a static form of what an orchestrator does.
struct SchedulingProblem {
    /// Units of each resource.
    var capacities: [Int]
    var activities: [Activity] = []

    struct Activity {
        var position: Position
        var duration: Int
        /// One for each resource.
        var demands: [Int]
        /// Places among the activities.
        var successors: [Int] = []

        var isDummy: Bool { duration == 0 && demands.allSatisfy { $0 == 0 } }
    }

    static let resourceLimit = 4
    /// Numbers beyond it are no activities, times or units of a real problem.
    static let numberLimit = 1_000_000

    /// - Throws: what no machine can do, and activities that wait for each other.
    func job(named name: String) throws(DocumentProblem) -> Job {
        var builder = JobBuilder(name: name)
        let kind = builder.kind("activity")
        // A source and a sink that do nothing only mark begin and end.
        let isSource = activities.first?.isDummy == true
        let isSink = activities.count > 1 && activities.last?.isDummy == true
        let first = isSource ? 1 : 0
        let end = activities.count - (isSink ? 1 : 0)
        for place in first..<max(first, end) {
            let activity = activities[place]
            for (resource, demand) in activity.demands.enumerated() where demand > capacities[resource] {
                throw DocumentProblem(
                    activity.position,
                    "activity \(place + 1) needs \(demand) units of resource \(resource + 1), which has "
                        + "\(capacities[resource])",
                    hint: "No schedule exists; correct one of the two.")
            }
            let amount = Self.amount(activity.demands)
            builder.add(
                "a\(place + 1)", kind: kind,
                request: TaskInstance.Request(
                    milliCPU: amount.milliCPU, memoryBytes: amount.memoryBytes, gpus: amount.gpus,
                    diskBytes: amount.diskBytes),
                behaviour: Workload.Behaviour(duration: .seconds(activity.duration)))
        }
        for place in first..<max(first, end) {
            for successor in activities[place].successors where (first..<end).contains(successor) {
                builder.link(Int32(successor - first), dependsOn: Int32(place - first))
            }
        }
        do throws(GraphCycle) {
            var job = try builder.finish()
            job.machines = [Machine(capacity: Self.amount(capacities), kind: "project")]
            return job
        } catch {
            let numbers = error.nodes.map { String(Int($0) + first + 1) }.joined(separator: ", ")
            throw DocumentProblem(.start, "activities \(numbers) wait for each other", hint: "Break the cycle.")
        }
    }

    private static func amount(_ demands: [Int]) -> Resources {
        func units(of resource: Int) -> Int64 { resource < demands.count ? Int64(demands[resource]) : 0 }
        return Resources(
            milliCPU: units(of: 0) * 1000, memoryBytes: units(of: 1) * 1_000_000_000, gpus: units(of: 2),
            diskBytes: units(of: 3) * 1_000_000_000)
    }
}
