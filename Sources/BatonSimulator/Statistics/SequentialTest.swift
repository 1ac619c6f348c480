import BatonCore

/// An A/B test that may be looked at after every pair and stopped as soon as it has an answer.
///
/// An ordinary interval is right once, at a sample size that was fixed before. This one holds at every size at once:
/// however often it is looked at, the chance that it ever excludes the true mean stays below `error`, up to the normal
/// approximation; the first `least` pairs are never judged because that is poor for few.
///
/// - Source: Waudby-Smith, Arbour, Sinha, Kennedy, Ramdas 2024, "Time-uniform central limit theory and asymptotic
///   confidence sequences", doi:10.1214/24-AOS2408: the Gaussian mixture boundary of Robbins 1970,
///   doi:10.1214/aoms/1177696786, with an estimated variance.
public struct SequentialTest: Hashable, Sendable {
    /// Chance of ever seeing a difference where there is none.
    public var error: Double
    /// Pairs after which the interval is narrowest in comparison.
    public var horizon: Int
    public var least: Int
    public private(set) var differences: [Double] = []

    public init(error: Double = 0.05, horizon: Int = 30, least: Int = 10) {
        precondition(error > 0 && error < 1 && horizon > 0 && least > 1, "an error of \(error) at \(horizon), \(least)")
        self.error = error
        self.horizon = horizon
        self.least = least
    }

    public enum Verdict: Hashable, Sendable {
        case undecided
        /// The mean difference is below zero.
        case below
        case above
    }

    public mutating func add(_ difference: Double) {
        differences.append(difference)
    }

    public var mean: Double { Sample.mean(differences) }

    /// Holds the true mean difference at all times; nil before there are enough pairs.
    public var interval: Interval? {
        guard differences.count >= least else { return nil }
        let count = Double(differences.count)
        let goal = -2 * PortableMath.log(error)
        let scale = (goal + PortableMath.log(goal) + 1) / Double(horizon)
        let grown = count * scale + 1
        let width = 2 * grown / (count * count * scale) * PortableMath.log(grown.squareRoot() / error)
        let radius = Sample.standardDeviation(differences) * width.squareRoot()
        return Interval(mean - radius, mean + radius)
    }

    public var verdict: Verdict {
        guard let interval else { return .undecided }
        if interval.high < 0 { return .below }
        return interval.low > 0 ? .above : .undecided
    }
}
