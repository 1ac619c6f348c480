import BatonCore
import BatonPolicies
import BatonSimulator
import Testing

/// A seed made into workers, runs, faults and a policy.
struct World {
    var scenario: Scenario
    var makePolicy: @Sendable () -> any Policy

    init(seed: UInt64, hasFaults: Bool = true) {
        let trial = SwarmTrial(seed: seed, hasFaults: hasFaults)
        scenario = trial.scenario
        makePolicy = { trial.isFIFO ? FIFO() as any Policy : CriticalPathFirst() }
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
