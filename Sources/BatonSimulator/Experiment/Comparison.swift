/// What came of an experiment: how each contender fared over all trials, and against the baseline.
public struct Comparison: Hashable, Sendable {
    /// In the order of the contenders.
    public var standings: [Standing]
    public var baseline: Int
    /// The contender with the least mean of the objective.
    public var best: Int
    public var trialCount: Int
    public var objective: Objective

    /// - Parameters:
    ///   - measurements: for each trial, for each contender.
    ///   - baseline: place of the contender that all are compared with.
    ///   - objective: by what.
    public init(
        names: [String], measurements: [[Measurement]], baseline: Int,
        objective: Objective = Objective(.completion), bootstrap: Bootstrap = Bootstrap()
    ) {
        self.baseline = baseline
        self.objective = objective
        trialCount = measurements.count
        let columns = names.indices.map { place in measurements.map { $0[place] } }
        let values = columns.map { column in
            zip(column, columns[baseline]).map { $0.value(of: objective, over: $1) }
        }
        let means = values.map(Sample.mean)
        let best = means.indices.min { means[$0] < means[$1] } ?? 0
        self.best = best
        standings = names.indices.map { place in
            Standing(
                name: names[place], columns[place], values[place], against: values[baseline], best: values[best],
                bootstrap: bootstrap)
        }
    }

    /// Contenders that can't be told from the best: the interval of their ratio to it contains 1.
    public var contendersWithinNoise: [Int] {
        standings.indices.filter { $0 != best && standings[$0].ratioToBest.interval.contains(1) }
    }
}

/// One contender over all trials.
public struct Standing: Hashable, Sendable {
    public var name: String
    public var completionSeconds: [Double]
    /// By trial; infinite where no job succeeded.
    public var objective: [Double]
    /// The last end, by trial.
    public var makespanSeconds: [Double]
    /// By place in `Metric.allCases`; nil where the metric has no meaning.
    private var figures: [Figure?]
    public var ratioToBaseline: Ratio
    public var ratioToBest: Ratio
    /// Trials in which the objective is less than the baseline's, the same within a thousandth, and more.
    public var wins = 0
    public var ties = 0
    public var losses = 0
    /// Mean of the objective over the tenth of all trials, at least one, in which it is worst.
    public var worstDecile: Double
    /// The ratio to the baseline below which nine of ten trials stay.
    public var ratioNinetiethPercentile: Double

    /// A mean over trials, with where it lies.
    public struct Figure: Hashable, Sendable {
        public var mean: Double
        public var interval: Interval
    }

    /// Of two means, with where it lies when trials are resampled in pairs.
    public struct Ratio: Hashable, Sendable {
        public var value: Double
        public var interval: Interval

        public init(value: Double, interval: Interval) {
            self.value = value
            self.interval = interval
        }
    }

    public subscript(metric: Metric) -> Figure? {
        figures[Metric.allCases.firstIndex(of: metric)!]
    }

    init(
        name: String, _ column: [Measurement], _ objective: [Double], against reference: [Double], best: [Double],
        bootstrap: Bootstrap
    ) {
        self.name = name
        completionSeconds = column.flatMap(\.completionSeconds)
        self.objective = objective
        makespanSeconds = column.map { $0[.makespan] ?? .infinity }
        figures = Metric.allCases.map { metric in
            let values = column.compactMap { $0[metric] }
            guard !values.isEmpty else { return nil }
            return Figure(mean: Sample.mean(values), interval: bootstrap.interval(ofMean: values))
        }
        ratioToBaseline = Self.ratio(objective, reference, bootstrap)
        ratioToBest = Self.ratio(objective, best, bootstrap)
        for (own, other) in zip(objective, reference) {
            if own < other * 0.999 {
                wins += 1
            } else if own > other * 1.001 {
                losses += 1
            } else {
                ties += 1
            }
        }
        let worst = objective.sorted().suffix(max(1, objective.count / 10))
        worstDecile = Sample.mean(Array(worst))
        let ratios = zip(objective, reference).map { $1 > 0 ? $0 / $1 : 1 }
        ratioNinetiethPercentile = Sample.quantile(ratios.sorted(), 0.9)
    }

    /// Over the trials in which both had a job that succeeded.
    private static func ratio(_ values: [Double], _ references: [Double], _ bootstrap: Bootstrap) -> Ratio {
        let pairs = zip(values, references).filter { $0.isFinite && $1.isFinite }
        let (own, other) = (pairs.map(\.0), pairs.map(\.1))
        let sum = other.reduce(0, +)
        guard sum > 0 else { return Ratio(value: 1, interval: Interval(1, 1)) }
        return Ratio(value: own.reduce(0, +) / sum, interval: bootstrap.interval(ofRatio: own, to: other))
    }
}
