import BatonCore
import BatonFormats
import BatonSimulator
import Dispatch
import Synchronization

/// Seeds of the swarm, as the tests run them: random runs, random disasters, and checks after every event.
struct SwarmReplay {
    let seeds: [UInt64]
    let threads: Int

    struct Result: Sendable {
        var seed: UInt64
        var policy: String
        var workers: Int
        var report: Report
        var problems: [String]
    }

    func run() -> [Result] {
        let results = Mutex([Result?](repeating: nil, count: seeds.count))
        DispatchQueue.concurrentPerform(iterations: min(threads, seeds.count)) { thread in
            // Neighbouring seeds go to different threads, and each result to its own place.
            for index in stride(from: thread, to: seeds.count, by: min(threads, seeds.count)) {
                let result = Self.run(seeds[index])
                results.withLock { $0[index] = result }
            }
        }
        return results.withLock { $0.compactMap { $0 } }
    }

    private static func run(_ seed: UInt64) -> Result {
        let trial = SwarmTrial(seed: seed)
        let name = PolicyName.known(trial.isFIFO ? "fifo" : "critical-path")
        var simulation = Simulation(trial.scenario)
        let report = simulation.run { Wiring.policy(name) }
        return Result(
            seed: seed, policy: name.name, workers: trial.scenario.workers.count, report: report,
            problems: trial.problems(of: report, simulation))
    }
}

extension SwarmReplay.Result {
    /// `0x2A: 3 runs on 2 workers under fifo …`, and what went wrong.
    var lines: [String] {
        let counts = report.counts
        let statuses = Run.Status.allCases.compactMap { status in
            let count = report.runs.count { $0.status == status }
            return count > 0 ? "\(count) \(status.rawValue)" : nil
        }
        let story =
            "\(Sentence.count(report.runs.count, "run")) on \(Sentence.count(workers, "worker")) under \(policy): "
            + "\(Sentence.list(statuses)) after \(DurationText.format(report.makespan)); "
            + "\(Sentence.count(counts.attempts, "attempt")), \(Sentence.count(counts.restarts, "restart")), "
            + "\(Sentence.count(counts.failures, "failure")), \(counts.outOfMemory) out of memory, \(counts.lost) lost"
        return ["seed 0x\(String(seed, radix: 16, uppercase: true)): \(story)"]
            + (problems.isEmpty ? ["nothing broke"] : problems.map { "BROKEN: \($0)" })
    }

    var json: Value {
        .object([
            "seed": .string("0x\(String(seed, radix: 16, uppercase: true))"), "policy": .string(policy),
            "workers": .number(workers), "runs": .number(report.runs.count),
            "makespan_seconds": .seconds(report.makespan), "attempts": .number(report.counts.attempts),
            "restarts": .number(report.counts.restarts), "failures": .number(report.counts.failures),
            "oom_kills": .number(report.counts.outOfMemory), "lost": .number(report.counts.lost),
            "problems": .strings(problems),
        ])
    }
}
