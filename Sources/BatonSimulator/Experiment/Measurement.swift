import BatonCore

/// How one contender fared in one trial.
public struct Measurement: Hashable, Sendable {
    /// Seconds from arrival to end of the jobs that succeeded, in order of arrival.
    public var completionSeconds: [Double]
    private var values: [Double?]

    /// Nil where it has no meaning: nothing has a deadline, nothing is known, nothing succeeded.
    public subscript(metric: Metric) -> Double? {
        values[Self.place(of: metric)]
    }

    public init(completionSeconds: [Double], value: (Metric) -> Double?) {
        self.completionSeconds = completionSeconds
        values = Metric.allCases.map(value)
    }

    public init(_ report: Report, in trial: Trial, _ bounds: TrialBounds) {
        let arrivals = trial.scenario.workload.arrivals
        let ended = zip(report.runs, zip(arrivals, bounds.aloneSeconds)).filter { $0.0.status == .succeeded }
        let completions = ended.compactMap { $0.0.completion?.seconds }
        let sorted = completions.sorted()
        let mean = sorted.isEmpty ? nil : Sample.mean(sorted)
        let makespan = report.makespan.seconds
        let hasFailures = ended.count < arrivals.count
        let slowdowns = zip(completions, ended).compactMap { $1.1.1 > 0 ? $0 / $1.1.1 : nil }
        self.init(completionSeconds: completions) { metric in
            switch metric {
            case .meanCompletion: mean
            case .p50Completion: sorted.isEmpty ? nil : Sample.quantile(sorted, 0.5)
            case .p95Completion: sorted.isEmpty ? nil : Sample.quantile(sorted, 0.95)
            case .p99Completion: sorted.isEmpty ? nil : Sample.quantile(sorted, 0.99)
            case .meanSlowdown: slowdowns.isEmpty ? nil : Sample.mean(slowdowns)
            case .makespan: makespan
            case .weightedTardiness: Self.weightedTardiness(report, arrivals)
            case .missedDeadlinePercent: Self.missedDeadlinePercent(report, arrivals)
            case .cost: report.cost
            case .fairness: slowdowns.isEmpty ? nil : Self.fairness(slowdowns)
            case .utilisation: report.utilisation
            case .allocatedGBHours: report.allocatedGBHours
            case .usedGBHours: report.usedGBHours
            case .allocatedCoreHours: report.allocatedCoreHours
            case .outOfMemoryKills: Double(report.counts.outOfMemory)
            case .rejections: Double(report.counts.rejections)
            case .failedJobs: Double(arrivals.count - ended.count)
            // The bounds are those of all jobs.
            case .gapToBoundPercent where hasFailures, .makespanGapToBoundPercent where hasFailures: nil
            case .gapToBoundPercent: mean.flatMap { Self.gapPercent(of: $0, over: bounds.meanCompletionSeconds) }
            case .makespanGapToBoundPercent: Self.gapPercent(of: makespan, over: bounds.makespanSeconds)
            case .gapToBestKnownPercent:
                trial.bestKnownMakespan.flatMap { Self.gapPercent(of: makespan, over: $0.seconds) }
            }
        }
    }

    private static func gapPercent(of value: Double, over bound: Double) -> Double? {
        bound > 0 ? (value / bound - 1) * 100 : nil
    }

    private static func fairness(_ slowdowns: [Double]) -> Double {
        let (sum, squares) = slowdowns.reduce((0, 0)) { ($0.0 + $1, $0.1 + $1 * $1) }
        return sum * sum / (Double(slowdowns.count) * squares)
    }

    /// A job that has not ended is as late as the simulation is long.
    private static func weightedTardiness(_ report: Report, _ arrivals: [Workload.Arrival]) -> Double? {
        var sum = 0.0
        var weights = 0.0
        for (run, arrival) in zip(report.runs, arrivals) {
            guard let deadline = arrival.submission.workflow.deadline else { continue }
            let instances = (try? arrival.submission.expand())?.instances ?? []
            let weight = Double(instances.map(\.priority).max() ?? 50) / 50
            sum += weight * max(0, ((run.completion ?? report.makespan) - deadline).seconds)
            weights += weight
        }
        return weights > 0 ? sum / weights : nil
    }

    private static func missedDeadlinePercent(_ report: Report, _ arrivals: [Workload.Arrival]) -> Double? {
        let isMissed = zip(report.runs, arrivals).compactMap { run, arrival in
            arrival.submission.workflow.deadline.map { (run.completion ?? report.makespan) > $0 }
        }
        return isMissed.isEmpty ? nil : Double(isMissed.count { $0 }) / Double(isMissed.count) * 100
    }

    /// As objectives see it; what has no meaning here counts as 0 in a mixture.
    public var figures: Objective.Figures {
        Objective.Figures(
            completion: self[.meanCompletion] ?? .infinity, makespan: self[.makespan] ?? .infinity,
            tardiness: self[.weightedTardiness] ?? 0, cost: self[.cost] ?? .infinity)
    }

    /// What an objective says of it, infinite where no job succeeded.
    ///
    /// - Parameter reference: the figures that mixtures are measured by: those of the baseline in the same trial.
    public func value(of objective: Objective, over reference: Measurement) -> Double {
        objective.value(of: figures, over: reference.figures)
    }

    private static func place(of metric: Metric) -> Int {
        Metric.allCases.firstIndex(of: metric)!
    }
}
