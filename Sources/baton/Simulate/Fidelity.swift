import BatonCore
import BatonFormats
import BatonSimulator

/// How near a simulation comes to what really happened: the record, played again as it was.
struct Fidelity: Sendable {
    /// Of runs that can be played again, from submission to end; the mean.
    let measuredSeconds: Double
    /// The one that most of the runs had.
    let policy: PolicyName
    /// The same runs under that policy on this machine as it was; the mean.
    let simulatedSeconds: Double

    /// - Returns: nil where no policy of this program decided, or none of the runs ends in a simulation.
    init?(_ history: RecordedHistory) {
        let machines = [history.machine]
        guard let policy = Self.usualPolicy(of: history.runs),
            let history = try? history.fitted(to: machines)
        else { return nil }
        let contender = Contender(name: policy.name) { Wiring.policy(policy) }
        let trial = Trial(name: "record", history.workload, Conditions(machines: machines), seed: 1)
        let report = ExperimentRunner.run(contender, in: trial, DecisionTimes())
        let pairs = zip(history.runs, report.runs).compactMap { past, run -> (Double, Double)? in
            guard run.status == .succeeded, let completion = run.completion else { return nil }
            return (past.seconds, completion.seconds)
        }
        guard !pairs.isEmpty else { return nil }
        self.policy = policy
        measuredSeconds = Sample.mean(pairs.map(\.0))
        simulatedSeconds = Sample.mean(pairs.map(\.1))
    }

    private static func usualPolicy(of runs: [RecordedHistory.PastRun]) -> PolicyName? {
        let names = runs.compactMap(\.recorded.policy)
        let counts = Wiring.policyNames.map { name in (name, names.count { $0 == name }) }
        guard let most = counts.max(by: { $0.1 < $1.1 }), most.1 > 0 else { return nil }
        return .known(most.0)
    }

    /// Above 0 where the simulation is slower than it was.
    private var error: Double { measuredSeconds > 0 ? simulatedSeconds / measuredSeconds - 1 : 0 }

    var sentence: String {
        let difference =
            abs(error) < 0.0005 ? "the same" : "\(Figures.percent(abs(error) * 100)) \(error < 0 ? "less" : "more")"
        return "Really they took \(Figures.time(measuredSeconds)) on average, under \(policy); simulated so on this "
            + "machine as it was, they take \(Figures.time(simulatedSeconds)): \(difference)."
    }

    var json: Value {
        .object([
            "mean_completion_seconds": .number(measuredSeconds), "policy": .string(policy.name),
            "simulated_mean_completion_seconds": .number(simulatedSeconds), "error_percent": .number(error * 100),
        ])
    }
}
