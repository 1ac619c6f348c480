import BatonCore

/// What can be known of a trial without any policy; the same for all that grant the same memory.
public struct TrialBounds: Hashable, Sendable {
    /// By arrival: seconds that the job takes alone on unlimited machines of the fastest sort, which is what its longest
    /// path takes.
    public var aloneSeconds: [Double]
    /// No policy ends all jobs earlier.
    public var makespanSeconds: Double
    /// No policy makes the mean time from arrival to end shorter.
    public var meanCompletionSeconds: Double

    /// - Parameter contender: whose grants count; who grants less than is declared may be faster.
    public init(_ trial: Trial, for contender: Contender) {
        let scenario = trial.scenario(for: contender)
        let problem = StaticProblem(scenario.workload, on: scenario.workers, scenario.durations)
        let ranks = problem.graph.upwardRanks(nanoseconds: problem.shortestDurations)
        aloneSeconds = problem.jobs.map { job in Double(job.tasks.map { ranks[$0] }.max() ?? 0) / 1e9 }
        let bounds = LowerBounds(problem)
        makespanSeconds = Double(bounds.makespanNanoseconds) / 1e9
        // The mean of one job is its makespan, of which more is known.
        meanCompletionSeconds =
            aloneSeconds.count == 1 ? max(bounds.meanCompletionSeconds, makespanSeconds) : bounds.meanCompletionSeconds
    }
}
