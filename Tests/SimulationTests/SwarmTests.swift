import BatonCore
import BatonSimulator
import BatonTesting
import Testing

/// Whole runs under seeded faults: safety after every event, then liveness once the faults have stopped.
@Suite struct SwarmTests {
    @Test("whatever goes wrong, nothing breaks, every run ends, and its log tells all", arguments: Seed.range(0..<600))
    func swarm(seed: UInt64) {
        let (report, simulation) = World(seed: seed).run()
        let problems = SwarmTrial(seed: seed).problems(of: report, simulation)
        let line = "baton simulate --swarm --seed 0x\(String(seed, radix: 16, uppercase: true))"
        #expect(problems.isEmpty, "\(Seed.replay(seed, "SwarmTests")), or \(line)")
    }

    @Test("the same seed gives the same log", arguments: Seed.range(0..<50))
    func determinism(seed: UInt64) {
        let (first, second) = (World(seed: seed).run().simulation, World(seed: seed).run().simulation)
        #expect(first.digest == second.digest, "\(Seed.replay(seed, "SwarmTests"))")
        let isSame = first.log == second.log
        #expect(isSame, "\(Seed.replay(seed, "SwarmTests"))")
    }

    @Test("the swarm brings every kind of trouble")
    func coverage() {
        var sums = [0, 0, 0, 0, 0]
        var statuses: [Run.Status: Int] = [:]
        var kinds: Set<String> = []
        var (copies, winners) = (0, 0)
        for seed in UInt64(0)..<100 {
            let world = World(seed: seed)
            let (report, simulation) = world.run()
            let counts = report.counts
            let found = [counts.restarts, counts.failures, counts.outOfMemory, counts.lost, counts.staleReports]
            sums = zip(sums, found).map { $0 + $1 }
            for run in report.runs { if let status = run.status { statuses[status, default: 0] += 1 } }
            for record in simulation.log {
                kinds.insert(String("\(record.event)".prefix { $0 != "(" }))
                for case .taskState(_, .running(let running), at: _) in record.changes {
                    if case .alarmRang(.speculate) = record.event { copies += 1 }
                    if running.stopping == .outrun { winners += 1 }
                }
            }
        }
        #expect(sums.allSatisfy { $0 > 20 }, "restarts, failures, out of memory, lost, stale: \(sums)")
        #expect(copies > 40 && winners > 20, "\(copies) copies, \(winners) times one of two was first")
        for status in [Run.Status.succeeded, .failed, .cancelled] { #expect(statuses[status, default: 0] > 10) }
        for kind in [
            "runSubmitted", "workerJoined", "workerResized", "workerLost", "decided", "attemptGrew", "attemptEnded",
            "alarmRang", "runPaused", "runUnpaused", "runCancelled", "runRetried",
        ] {
            #expect(kinds.contains(kind), "no \(kind)")
        }
    }

    @Test("without trouble every run succeeds, and each task runs once", arguments: Seed.range(0..<100))
    func peace(seed: UInt64) {
        let (report, simulation) = World(seed: seed, hasFaults: false).run()
        let replay = Seed.replay(seed, "SwarmTests")
        #expect(report.violations.first == nil, "\(replay)")
        #expect(report.runs.allSatisfy { $0.status == .succeeded }, "\(replay)")
        let (started, succeeded) = (report.counts.attempts, simulation.successes.count)
        #expect(started == succeeded, "\(replay)")
    }
}
