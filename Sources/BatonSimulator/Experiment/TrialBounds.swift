import BatonCore

/// What can be known of a trial without any policy; the same for all of them.
public struct TrialBounds: Hashable, Sendable {
    /// By arrival: seconds that the job takes alone on unlimited machines of the fastest sort, which its longest path
    /// takes.
    public var aloneSeconds: [Double]
    public var makespanSeconds: Double
    public var meanCompletionSeconds: Double

    public init(_ trial: Trial) {
        let scenario = trial.scenario
        let fastest = scenario.workers.map(\.speedPermille).max() ?? 1000
        aloneSeconds = scenario.workload.arrivals.map { arrival in
            guard let expansion = try? arrival.submission.expand() else { return 0 }  // the engine refuses it too
            let times = expansion.instances.enumerated().map { index, instance -> Int64 in
                guard instance.kind == .command else { return 0 }
                let attempt = Attempt.ID(run: arrival.submission.run, task: TaskInstance.ID(index), number: 1)
                let usual = arrival.behaviour(of: index, task: Int(instance.task)).duration
                let nanoseconds = scenario.durations.duration(usually: usual, of: attempt).nanoseconds
                return Int64((Double(nanoseconds) * 1000 / Double(fastest)).rounded())
            }
            return Double(expansion.graph.upwardRanks(nanoseconds: times).max() ?? 0) / 1e9
        }
        let start = scenario.workload.arrivals.map(\.at).min() ?? .zero
        makespanSeconds = zip(scenario.workload.arrivals, aloneSeconds).reduce(0) {
            max($0, start.duration(to: $1.0.at).seconds + $1.1)
        }
        meanCompletionSeconds = Sample.mean(aloneSeconds)
    }
}
