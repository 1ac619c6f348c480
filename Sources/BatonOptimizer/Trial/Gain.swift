public import BatonSimulator

/// By what share something is expected to become less, from paired simulations of many worlds.
public struct Gain: Hashable, Sendable {
    /// 0.2: a fifth less on average over the worlds; negative where it becomes more.
    public var mean: Double
    /// In 95 of 100 worlds it lies there. It is about what one run will show, not about the mean.
    public var interval: Interval

    public init(mean: Double, interval: Interval) {
        self.mean = mean
        self.interval = interval
    }

    /// - Parameters:
    ///   - before: by world.
    ///   - after: of the same worlds.
    init(before: [Double], after: [Double]) {
        let shares = zip(before, after).map { $0 > 0 ? 1 - $1 / $0 : 0 }
        mean = Sample.mean(shares)
        let sorted = shares.sorted()
        interval = Interval(Sample.quantile(sorted, 0.025), Sample.quantile(sorted, 0.975))
    }

    /// Smaller shares are nothing that anybody would notice.
    static let least = 0.0005

    /// Less in nearly every world.
    public var isSure: Bool { interval.low >= Self.least }

    /// In nearly every world not more, but for some thousandths.
    public var isHarmless: Bool { interval.low > -0.002 }

    /// The simulations before and after are the same.
    public var isNothing: Bool { abs(interval.low) < Self.least && abs(interval.high) < Self.least }
}

/// What a rewrite promises.
public struct Promise: Hashable, Sendable {
    /// Of the time from the start of the workflow to its end.
    public var completionTime: Gain
    /// Of the memory that is granted, over time.
    public var memoryHours: Gain
    /// Of what it costs to hold the workers.
    public var cost: Gain

    /// Something becomes less for sure, and the workflow takes no longer.
    public var isWorthIt: Bool {
        (completionTime.isSure || memoryHours.isSure || cost.isSure) && completionTime.isHarmless
    }

    /// What goes wrong in some runs only is cured where that saves a hundredth on average, and no run takes longer.
    var isWorthItByChance: Bool { completionTime.mean >= 0.01 && completionTime.isHarmless }
}
