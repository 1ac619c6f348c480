import ArgumentParser
import BatonCore
import BatonFormats
import BatonSimulator
import Glibc

/// Puts the engine and a policy under load, without processes and files, and says how fast they were; or a rollout.
struct EngineLoadCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "engine-load",
        abstract: "Measure how many events the engine handles in a second, or how long a rollout takes.",
        shouldDisplay: false
    )

    @Option(name: .long, help: "How many tasks to run, in jobs of 1,000.")
    var tasks = 1_000_000

    @Option(name: .long, help: "How many workers of one core there are.")
    var workers = 100

    @Option(name: .long, help: "What decides.")
    var policy = PolicyName.standard

    @Flag(name: .long, help: "Run them in the simulator, with its clock and its world.")
    var simulated = false

    @Flag(name: .long, help: "Roll out one job of so many tasks in the order of its critical path, 1,000 times.")
    var rollout = false

    func run() throws {
        if rollout { return rollOut() }
        let load = SyntheticLoad(tasks: tasks, workers: workers)
        let start = Self.read(CLOCK_PROCESS_CPUTIME_ID)
        let events = simulated ? load.simulate(Wiring.policy(policy)) : load.drive(Wiring.policy(policy))
        let seconds = Self.read(CLOCK_PROCESS_CPUTIME_ID) - start
        JSONPrinter.print(
            .object([
                "policy": .string(policy.name), "tasks": .number(load.taskCount), "events": .number(events),
                "cpu_seconds": .number(seconds), "events_per_cpu_second": .number((Double(events) / seconds).rounded()),
            ]))
    }

    private func rollOut() {
        var load = RolloutLoad(tasks: tasks, workers: workers)
        load.run()  // a warm-up
        let seconds = (0..<1_000).map { _ in
            let start = Self.read(CLOCK_PROCESS_CPUTIME_ID)
            load.run()
            return Self.read(CLOCK_PROCESS_CPUTIME_ID) - start
        }.sorted()
        JSONPrinter.print(
            .object([
                "tasks": .number(load.taskCount), "workers": .number(workers),
                "median_milliseconds": .number(seconds[500] * 1e3), "p99_milliseconds": .number(seconds[990] * 1e3),
            ]))
    }

    private static func read(_ clock: clockid_t) -> Double {
        var time = timespec()
        clock_gettime(clock, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}

/// One job of 20 layers of 50 tasks, again and again, each as soon as the workers have nothing else to start.
struct SyntheticLoad {
    private let job: Job
    private let jobCount: Int
    private let workers: [Machine]

    init(tasks: Int, workers: Int) {
        var parameters = Family.Parameters()
        parameters.width = 50
        parameters.milliCPU = []
        parameters.overDeclaration = nil
        parameters.memoryLimitBytes = 1 << 30
        job = Family.layered.job(tasks: 1_000, parameters: parameters, seed: 1)
        jobCount = max(1, tasks / job.taskCount)
        let capacity = Resources(milliCPU: 1000, memoryBytes: 4 << 30, gpus: 0, diskBytes: 0)
        self.workers = Array(repeating: Machine(capacity: capacity), count: max(1, workers))
    }

    var taskCount: Int { jobCount * job.taskCount }

    /// The engine and the policy alone: tasks end in the order in which they were started.
    ///
    /// - Returns: events handled.
    func drive(_ policy: any Policy) -> Int {
        var drive = Drive(policy: policy)
        for (index, machine) in workers.enumerated() {
            drive.handle(.workerJoined(Worker(id: Worker.ID(index), name: "w\(index)", capacity: machine.capacity)))
        }
        var submitted = 0
        while true {
            if submitted < jobCount && !drive.engine.hasReadyTasks {
                drive.submit(job.arrival(run: Run.ID(rawValue: UInt64(submitted))).submission)
                submitted += 1
            }
            drive.decide()
            if !drive.endOldest() && submitted == jobCount { return drive.events }
        }
    }

    /// In the simulator, where jobs arrive as fast as the workers can take them.
    ///
    /// - Returns: events handled.
    func simulate(_ policy: any Policy) -> Int {
        let pause = Duration.seconds(job.coreSeconds() / Double(workers.count))
        let arrivals = (0..<jobCount).map { index in
            job.arrival(run: Run.ID(rawValue: UInt64(index)), at: Instant.zero.advanced(by: pause * index))
        }
        var simulation = Simulation(Scenario(workers: workers, workload: Workload(arrivals)))
        let report = simulation.run { policy }
        precondition(report.isComplete, "a job did not come to its end")
        return report.counts.events
    }
}

/// One job of layers of 50 tasks with different demands, in the order of its critical path.
struct RolloutLoad {
    let taskCount: Int
    private var rollout: Rollout
    private let order: [Int32]

    init(tasks: Int, workers: Int) {
        var parameters = Family.Parameters()
        parameters.width = 50
        let job = Family.layered.job(tasks: tasks, parameters: parameters, seed: 1)
        let capacity = Resources(milliCPU: 16_000, memoryBytes: 64_000_000_000, gpus: 0, diskBytes: 0)
        let machines = Array(repeating: Machine(capacity: capacity), count: workers)
        let problem = StaticProblem(Workload([job.arrival(run: Run.ID(rawValue: 1))]), on: machines)
        let ranks = problem.graph.upwardRanks(nanoseconds: problem.durations)
        taskCount = job.taskCount
        rollout = Rollout(problem)
        order = (0..<Int32(problem.count)).sorted { ranks[Int($0)] > ranks[Int($1)] }
    }

    mutating func run() {
        _ = rollout.run(order: order)
    }
}

/// A loop around the engine with nothing in it but a queue.
private struct Drive {
    private(set) var engine = Engine()
    private(set) var events = 0
    private var policy: any Policy
    private var now = Instant.zero
    private var effects: [Effect] = []
    private var wantsDecision = false
    private var started: [Attempt.ID] = []
    private var endedCount = 0

    init(policy: any Policy) {
        self.policy = policy
    }

    mutating func handle(_ event: Event) {
        events += 1
        effects.removeAll(keepingCapacity: true)
        engine.handle(event, at: now, into: &effects)
        for effect in effects {
            switch effect {
            case .decide: wantsDecision = true
            case .start(let order): started.append(order.attempt)
            case .stop, .wake, .recall, .announce: continue
            }
        }
    }

    mutating func submit(_ submission: Run.Submission) {
        guard let event = try? engine.validate(.submit(submission)) else {
            preconditionFailure("a job of the load was refused")
        }
        handle(event)
    }

    mutating func decide() {
        while wantsDecision {
            wantsDecision = false
            let decision = policy.decide(engine.observe(at: now))
            if decision.placements.isEmpty { return }
            guard let event = try? engine.admit(decision) else {
                preconditionFailure("policy \(policy.name) proposed what can't be")
            }
            handle(event)
        }
    }

    /// - Returns: false when nothing runs.
    mutating func endOldest() -> Bool {
        guard endedCount < started.count else { return false }
        now = now.advanced(by: .milliseconds(1))
        handle(.attemptEnded(started[endedCount], .succeeded(nil), nil))
        endedCount += 1
        return true
    }
}
