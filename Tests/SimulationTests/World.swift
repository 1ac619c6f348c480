import BatonCore
import BatonPolicies
import BatonSimulator
import Testing

/// A seed made into workers, runs, faults and a policy.
struct World {
    var scenario: Scenario
    var makePolicy: @Sendable () -> any Policy

    init(seed: UInt64, hasFaults: Bool = true) {
        var generator = SeededGenerator(seed: seed &* 7919)
        let worker = Resources(milliCPU: 4000, memoryBytes: 8 << 30)
        let workers = Array(repeating: Machine(capacity: worker), count: Int(generator.next() % 3) + 1)
        let workload = RandomWorkload(isTroubled: hasFaults).workload(for: worker, seed: seed)
        let runs = workload.arrivals.map(\.submission.run)
        let spreads: [DurationModel.Spread] = [
            .exact, .logNormal(coefficientOfVariation: 0.5), .heavyTail(exponent: 1.5),
        ]
        scenario = Scenario(
            workers: workers, workload: workload,
            durations: DurationModel(seed: seed, spread: spreads[Int(generator.next() % 3)]),
            faults: hasFaults ? Swarm().plan(for: runs, on: workers, seed: seed) : FaultPlan(), isChecked: true
        )
        let isFIFO = generator.next() % 2 == 0
        makePolicy = { isFIFO ? FIFO() as any Policy : CriticalPathFirst() }
    }

    /// One workflow on one worker, watched closely.
    init(_ workflow: Workflow, _ behaviour: Workload.Behaviour, cores: Int64 = 4, faults: FaultPlan = FaultPlan()) {
        let submission = Run.Submission(run: Run.ID(rawValue: 1), workflow: workflow, parameters: [])
        let behaviours = Array(repeating: behaviour, count: workflow.tasks.count)
        scenario = Scenario(
            workers: [Machine(capacity: Resources(milliCPU: cores * 1000, memoryBytes: 8 << 30))],
            workload: Workload([Workload.Arrival(submission: submission, behaviours: behaviours)]),
            faults: faults, isChecked: true
        )
        makePolicy = { CriticalPathFirst() }
    }

    func run() -> (report: Report, simulation: Simulation) {
        var simulation = Simulation(scenario)
        let report = simulation.run(under: makePolicy)
        return (report, simulation)
    }
}

extension Simulation {
    /// The state of every task of every run.
    func states(in engine: Engine) -> [[TaskState?]] {
        log.compactMap { record in
            guard case .runSubmitted(let submission) = record.event else { return nil }
            return engine.instances(of: submission.run).indices.map {
                engine.state(of: TaskReference(run: submission.run, task: TaskInstance.ID($0)))
            }
        }
    }

    /// The engine that the log alone gives.
    var replayed: Engine {
        var engine = Engine()
        for record in log { _ = engine.handle(record.event, at: record.at) }
        return engine
    }

    /// A short name of everything that happened, the same in every process.
    var digest: UInt64 {
        log.reduce(0) { digest, record in
            "\(record)".utf8.reduce(digest) { SeededGenerator.mix($0 ^ UInt64($1)) }
        }
    }

    /// Attempts that succeeded, by task; the latest log entry counts.
    var successes: [TaskReference: Int] {
        var successes: [TaskReference: Int] = [:]
        for record in log {
            for case .taskState(let task, .succeeded(let attempt), at: _) in record.changes where attempt > 0 {
                successes[task, default: 0] += 1
            }
        }
        return successes
    }
}
