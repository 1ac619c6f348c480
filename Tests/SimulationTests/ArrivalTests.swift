import BatonCore
import BatonPolicies
import BatonSimulator
import BatonTesting
import Testing

/// Streams of jobs: how many, when, and under which names.
@Suite struct ArrivalTests {
    private let machines = Array(
        repeating: Machine(capacity: Resources(milliCPU: 16_000, memoryBytes: 64_000_000_000)), count: 10)

    /// One core and 100 s: on 160 cores, load 0.8 is an arrival every 1 / 1.28 s.
    private func job(memoryBytes: Int64 = 0, cores: Int64 = 1) throws -> Job {
        let request = TaskInstance.Request(milliCPU: cores * 1000, memoryBytes: memoryBytes)
        let behaviour = Workload.Behaviour(duration: .seconds(100), peakMemoryBytes: memoryBytes)
        return try Job(
            name: "one", tasks: [Job.Task(name: "t", kind: "t", request: request, behaviour: behaviour)])
    }

    private func stream(
        _ jobs: [Job], _ count: Int, load: Double = 0.8, _ pattern: Arrivals.Pattern = .poisson, seed: UInt64 = 1
    ) -> Workload {
        Arrivals.stream(jobs: jobs, count: count, load: load, on: machines, pattern: pattern, seed: seed)
    }

    private func gap(_ workload: Workload) -> Double {
        workload.arrivals.last!.at.nanoseconds == 0
            ? 0 : Double(workload.arrivals.last!.at.nanoseconds) / 1e9 / Double(workload.arrivals.count)
    }

    @Test("random arrivals offer the load asked for", arguments: [Arrivals.Pattern.poisson, .burst])
    func load(pattern: Arrivals.Pattern) throws {
        let gap = gap(stream([try job()], 20_000, pattern))
        #expect(abs(gap - 1 / 1.28) < (pattern == .burst ? 0.06 : 0.02))
    }

    @Test("daily arrivals offer the load asked for, more by day than by night and on weekdays than at weekends")
    func daily() throws {
        // One every 100 s on average, over four weeks.
        let small = [Machine(capacity: Resources(milliCPU: 1000, memoryBytes: 0))]
        let workload = Arrivals.stream(
            jobs: [try job()], count: 24_192, load: 1, on: small, pattern: .daily, seed: 1)
        let hours = workload.arrivals.map { Int($0.at.nanoseconds / 3_600_000_000_000) }
        #expect(abs(Double(hours.last!) / 672 - 1) < 0.03)
        let (afternoon, night) = (hours.count { $0 % 24 == 15 }, hours.count { $0 % 24 == 3 })
        #expect(abs(Double(afternoon) / Double(night) - 3) < 0.6)
        let (week, end) = (hours.count { $0 / 24 % 7 < 5 }, hours.count { $0 / 24 % 7 >= 5 })
        #expect(abs(Double(week) / Double(end) - 5) < 0.4)
    }

    @Test("the scarcest resource sets the pace, and faster machines serve more")
    func bottleneck() throws {
        // 16 GB of 640 in all: forty at a time, where 160 cores would hold more.
        #expect(abs(gap(stream([try job(memoryBytes: 16_000_000_000)], 20_000)) - 100 / 40.0 / 0.8) < 0.1)
        let fast = machines.map { machine in
            var machine = machine
            machine.speedPermille = 2000
            return machine
        }
        let stream = Arrivals.stream(
            jobs: [try job()], count: 20_000, load: 0.8, on: fast, pattern: .poisson, seed: 1)
        #expect(abs(gap(stream) - 1 / 2.56) < 0.01)
    }

    @Test("bursts bring about ten at once, and a batch all")
    func patterns() throws {
        let burst = stream([try job()], 20_000, .burst)
        let times = Set(burst.arrivals.map(\.at.nanoseconds)).count
        #expect((1_800...2_200).contains(times))
        #expect(stream([try job()], 50, .batch).arrivals.allSatisfy { $0.at == .zero })
    }

    @Test("a seed gives the same arrivals; runs are numbered upwards, and differ between seeds")
    func determinism() {
        let jobs = (0..<5).map { Family.layered.job(tasks: 10, seed: $0) }
        let workload = stream(jobs, 40)
        #expect(workload == stream(jobs, 40))
        #expect(workload != stream(jobs, 40, seed: 2))
        let runs = workload.arrivals.map(\.submission.run)
        #expect(runs == runs.sorted() && Set(runs).count == 40)
        #expect(Set(runs).isDisjoint(with: stream(jobs, 40, seed: 2).arrivals.map(\.submission.run)))
        // As many as there are: each comes once.
        #expect(Set(stream(jobs, 5).arrivals.map(\.submission.workflow.name)).count == 5)
    }

    @Test("a recorded run is imitated by what it took, with skipped tasks as open doors")
    func recorded() throws {
        let workflow = Workflow(
            name: "w",
            tasks: ["a", "b", "c"].map { Workflow.Task(name: $0, action: .shell(Template(literal: "true"))) })
        let instances = ["a", "b", "c"].enumerated().map { TaskInstance(name: $1, task: Int32($0)) }
        let usage = Usage(wall: .seconds(5), peakMemoryBytes: 100, meter: .sampling)
        let job = Job(
            recorded: workflow, instances: instances, graph: Graph(dependencies: [[], [0], [1]]),
            usages: [usage, nil, usage])
        #expect(job.taskCount == 2 && job.criticalPath == .seconds(10))
        let arrival = job.arrival(run: Arrivals.runID(seed: 1, index: 0))
        var simulation = Simulation(Scenario(workers: machines, workload: Workload([arrival]), isChecked: true))
        let report = simulation.run { FIFO() }
        #expect(report.makespan == .seconds(10) && report.isComplete && report.violations.isEmpty)
    }
}
