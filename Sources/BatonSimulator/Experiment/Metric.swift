/// A figure of one policy in one trial.
public enum Metric: String, Hashable, Sendable, CaseIterable {
    /// From arrival to end, over the jobs that succeeded.
    case meanCompletion, p50Completion, p95Completion, p99Completion
    /// Completion over the time that the job would take alone on unlimited machines.
    case meanSlowdown
    case makespan
    /// How late jobs with a deadline end, mean over them, weighted by priority (50 counts once).
    case weightedTardiness
    /// Jobs with a deadline that end after it, of all that have one.
    case missedDeadlinePercent
    /// Jain's index of the slowdowns: 1 when all jobs are slowed down alike, 1/n when one bears it all.
    ///
    /// - Source: Jain, Chiu, Hawe 1984, arXiv:cs/9809099.
    case fairness
    case utilisation
    case allocatedGBHours, usedGBHours, allocatedCoreHours
    /// Of the workers while they are held.
    case cost
    case outOfMemoryKills
    /// Decisions that the engine did not admit.
    case rejections
    /// Jobs that failed or did not end.
    case failedJobs
    /// How much longer the mean completion is than the bound that no policy can beat.
    case gapToBoundPercent
    /// The same for the whole: makespan over its bound.
    case makespanGapToBoundPercent
    case gapToBestKnownPercent
}

extension Objective.Term {
    /// What it is in a simulation.
    public var metric: Metric {
        switch self {
        case .completion: .meanCompletion
        case .makespan: .makespan
        case .tardiness: .weightedTardiness
        case .cost: .cost
        }
    }
}
