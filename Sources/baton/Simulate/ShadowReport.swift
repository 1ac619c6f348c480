import BatonCore
import BatonFormats
import BatonSimulator
import BatonStore

/// What a run would have been under the policy that was only asked.
struct ShadowReport {
    let run: Run.ID
    let acting: PolicyName
    let shadow: PolicyName
    /// Decisions in which both would have started the same, and the others.
    private let alike: Int
    private let different: Int
    /// With the durations that were measured, known to both; nil when there is none.
    private let makespans: (acting: Duration, shadow: Duration)?

    init(_ run: Run.ID, acting: PolicyName, shadow: PolicyName, planning: Wiring.Planning, store: any Store) throws {
        self.run = run
        self.acting = acting
        self.shadow = shadow
        var replay = Replay(run: run)
        let recorded = try replay.advance(store)
        let opinions = recorded.compactMap(LoggedDecision.init).compactMap(\.decision.secondOpinion)
            .filter { $0.policy == shadow.name }
        alike = opinions.count { $0.instead == nil }
        different = opinions.count - alike
        makespans = try Self.makespans(
            of: run, recorded, store: store, [acting, shadow].map { Wiring.policy($0, planning: planning) })
    }

    private static func makespans(
        of run: Run.ID, _ recorded: [Recorded], store: any Store, _ policies: [any Policy]
    ) throws -> (Duration, Duration)? {
        let machines = recorded.compactMap { recorded -> Machine? in
            guard case .workerJoined(let worker) = recorded.event else { return nil }
            return Machine(capacity: worker.capacity, kind: worker.kind ?? "worker")
        }.suffix(1)
        guard recorded.contains(where: { $0.isEndWithUsage }) else { return nil }
        let job = try RecordedJob(run, in: store).job
        guard job.expansion.misfit(on: Array(machines)) == nil else { return nil }
        let trial = Trial(
            name: job.name, Workload([job.arrival(run: run)]), Conditions(machines: Array(machines)), seed: 1)
        let makespans = policies.map { policy in
            var simulation = Simulation(trial.scenario)
            return simulation.run { policy }.makespan
        }
        return (makespans[0], makespans[1])
    }

    var sentences: [String] {
        var sentences: [String] = []
        let total = alike + different
        if total > 0 {
            sentences.append(
                different == 0
                    ? "In the shadow \(shadow) would have decided the same, \(Sentence.count(total, "time"))."
                    : "In the shadow \(shadow) would have decided otherwise in \(different) of "
                        + "\(Sentence.count(total, "decision")); 'baton explain \(run) --decision N' tells one.")
        }
        if let makespans {
            let (ours, other) = (DurationText.format(makespans.acting), DurationText.format(makespans.shadow))
            sentences.append(
                "Simulated with the durations that were measured, the run takes \(ours) under \(acting) and \(other) "
                    + "under \(shadow).")
        }
        return sentences
    }

    var json: Value {
        .object([
            "event": .string("shadow"), "run": .string(run.description), "policy": .string(acting.name),
            "shadow": .string(shadow.name), "decisions_alike": .number(alike),
            "decisions_different": .number(different),
            "simulated_seconds": makespans.map { .seconds($0.acting) },
            "simulated_shadow_seconds": makespans.map { .seconds($0.shadow) },
        ])
    }
}

extension Recorded {
    fileprivate var isEndWithUsage: Bool {
        if case .attemptEnded(_, _, .some) = event { true } else { false }
    }
}
