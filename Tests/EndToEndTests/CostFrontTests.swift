import BatonCore
import BatonPolicies
import BatonSimulator
import Testing

@testable import baton

@Suite("Time against cost") struct CostFrontTests {
    /// Six tasks of a minute, one of them needs two cores, and one of ten seconds before and after.
    private func plan(limits: [Workflow.Limit] = [], estimator: (any Estimator)? = nil) throws -> Plan {
        var tasks = [task("first", seconds: 10)]
        tasks += (1...6).map { task("part\($0)", needs: ["first"], seconds: 60) }
        tasks.append(task("last", needs: (1...6).map { "part\($0)" }, seconds: 10))
        tasks[1].request.milliCPU = .exactly(2000)
        return try Plan(
            Workflow(name: "demo", limits: limits, tasks: tasks), parameters: [], directory: "/project",
            worker: Worker(
                id: Worker.ID(0), name: "local", capacity: Resources(milliCPU: 4000, memoryBytes: 8_000_000_000)),
            policy: CriticalPathFirst(), estimator: estimator)
    }

    @Test("more cores are faster and cost more; what can't hold a task or is no faster is left out")
    func cores() throws {
        let front = try CostFront(plan(), kinds: nil)
        #expect(front.points.map(\.name) == ["2 cores", "3 cores", "4 cores", "6 cores", "7 cores"])
        #expect(front.points.map(\.makespan.p50) == [260, 200, 140, 140, 80].map { .seconds($0) })
        // All cores for as long as it takes.
        #expect(front.points.map { ($0.cost.p50 * 3600).rounded() } == [520, 600, 560, 840, 560])
        #expect(front.front.places.map { front.points[$0].name } == ["2 cores", "7 cores"])
        #expect(front.points.allSatisfy { $0.makespan.p50 == $0.makespan.p90 })
    }

    @Test("a worker of a mix is paid until the last of its own tasks has ended")
    func mixes() throws {
        let small = Machine(capacity: Resources(milliCPU: 2000, memoryBytes: 8_000_000_000), kind: "small")
        let large = Machine(capacity: Resources(milliCPU: 5000, memoryBytes: 80_000_000_000), kind: "large")
        let kinds = [
            PricedMachine(small, pricePerHour: 36, most: 1), PricedMachine(large, pricePerHour: 360, most: 1),
        ]
        let front = try CostFront(plan(), kinds: kinds)
        #expect(front.points.map(\.name) == ["1 large", "1 small", "1 small and 1 large"])
        #expect(front.points[1].cost.p50 == 2.6)
        let both = front.points[2]
        #expect(both.makespan.p50 == .seconds(80))
        // One of them runs first and last, and the other is given back ten seconds earlier.
        #expect([87, 78].contains((both.cost.p50 * 10).rounded()))
    }

    @Test("clusters without the kind of worker that a task names are left out, and that is said")
    func kinds() throws {
        var tasks = [task("prepare", seconds: 60), task("train", needs: ["prepare"], seconds: 60)]
        tasks[1].request.workerKinds = ["gpu"]
        let capacity = Resources(milliCPU: 2000, memoryBytes: 8_000_000_000)
        let plan = try Plan(
            Workflow(name: "demo", tasks: tasks), parameters: [], directory: "/project",
            worker: Worker(id: Worker.ID(0), name: "local", kind: "plain", capacity: capacity), otherKinds: ["gpu"],
            policy: CriticalPathFirst(), estimator: nil)
        let kinds = [
            PricedMachine(Machine(capacity: capacity, kind: "plain"), pricePerHour: 36, most: 1),
            PricedMachine(Machine(capacity: capacity, kind: "gpu"), pricePerHour: 360, most: 1),
        ]
        let front = try CostFront(plan, kinds: kinds)
        #expect(front.points.map(\.name) == ["1 gpu", "1 plain and 1 gpu"] && front.unfitCount == 1)
        // What may run on either is laid on the first of them where it ends as early.
        #expect(front.points.map(\.makespan.p50) == [.seconds(120), .seconds(120)])
        let text = FrontView(front: front, assumptions: []).text(for: .file)
        #expect(text.contains("1 more was left out: some task fits on none of its workers, or may run on none."))
    }

    @Test("where lengths are uncertain, nine of ten futures are said, too")
    func futures() throws {
        let front = try CostFront(plan(estimator: Unsure()), kinds: nil)
        #expect(front.isUncertain)
        #expect(front.points.allSatisfy { $0.makespan.p50 < $0.makespan.p90 && $0.cost.p50 < $0.cost.p90 })
        let text = FrontView(front: front, assumptions: []).text(for: .file)
        #expect(text.contains("TIME P90") && text.contains("Medians over 40 futures"))
    }

    private struct Unsure: Estimator {
        func estimate(
            workflow: String, task: String, instance: String, request: TaskInstance.Request
        ) -> Estimate? {
            Estimate(
                durationP50Nanoseconds: 60_000_000_000, durationP90Nanoseconds: 120_000_000_000, peakMemoryP50Bytes: 1,
                peakMemoryP99Bytes: 1, largestSeenMemoryBytes: 1, sampleCount: 9, model: "test")
        }
        mutating func observe(_ usage: Usage, workflow: String, task: String, instance: String) {}
        mutating func observeKill(at bytes: Int64, workflow: String, task: String, instance: String) {}
    }
}
