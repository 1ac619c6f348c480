import BatonCore

/// How much longer something takes that has taken a while already.
enum ResidualTime {
    /// Of the standard normal distribution.
    static let ninetiethPercentile = 1.281_551_565_5

    /// The mean of what is left of a log-normal time, scaled so that the median is left when nothing has passed: plans
    /// count in medians.
    ///
    /// - Parameters:
    ///   - median: of the whole, in nanoseconds.
    ///   - spread: the 90th percentile over the median.
    ///   - elapsed: what has passed, in nanoseconds.
    static func nanoseconds(median: Double, spread: Double, elapsed: Double) -> Double {
        let sigma = PortableMath.log(spread) / ninetiethPercentile
        guard elapsed > 0, median > 0, sigma > 0.01 else { return max(median - elapsed, 0) }
        let z = PortableMath.log(elapsed / median) / sigma
        // Far out the tail is too small to be divided by; there it falls like a power of the time.
        guard z < 4 else { return elapsed * sigma / z }
        let left = median * PortableMath.upperTail(z - sigma) / PortableMath.upperTail(z)
        return max(left - elapsed * PortableMath.exp(-sigma * sigma / 2), 0)
    }
}

extension Observation {
    /// How much longer than expected a task takes in one case of ten, as a factor of at least 1; 1 where nobody knows.
    func durationSpread(of task: Int, inRun run: Int) -> Double {
        guard let estimate = estimate(of: task, inRun: run), estimate.durationP50Nanoseconds > 0 else { return 1 }
        return max(Double(estimate.durationP90Nanoseconds) / Double(estimate.durationP50Nanoseconds), 1)
    }
}
