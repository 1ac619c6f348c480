public import BatonCore

/// How far the true duration of an attempt is from what its task usually takes.
///
/// The noise depends on the seed and the attempt's identity alone, never on what was drawn before: two policies see
/// the same luck, so they can be compared pair by pair.
public struct DurationModel: Hashable, Sendable {
    public var seed: UInt64
    public var spread: Spread

    public init(seed: UInt64, spread: Spread) {
        self.seed = seed
        self.spread = spread
    }

    /// The distribution of the factor by which a duration is multiplied; its mean is 1.
    public enum Spread: Hashable, Sendable {
        case exact
        /// Standard deviation over mean.
        case logNormal(coefficientOfVariation: Double)
        /// Pareto: the smaller the exponent (above 1), the longer the tail.
        case heavyTail(exponent: Double)
    }

    /// At least a microsecond, so that time moves on.
    public func duration(usually usual: Duration, of attempt: Attempt.ID) -> Duration {
        .nanoseconds(nanoseconds(usually: usual.nanoseconds, of: attempt))
    }

    func nanoseconds(usually usual: Int64, of attempt: Attempt.ID) -> Int64 {
        max(1_000, spread == .exact ? usual : Int64(min(Double(usual) * factor(for: attempt), 1e18)))
    }

    func factor(for attempt: Attempt.ID) -> Double {
        switch spread {
        case .exact:
            return 1
        case .logNormal(let variation):
            var generator = generator(for: attempt)
            let variance = PortableMath.log(1 + variation * variation)
            let normal = PortableMath.normal(generator.unit(), generator.unit())
            return PortableMath.exp(variance.squareRoot() * normal - variance / 2)
        case .heavyTail(let exponent):
            precondition(exponent > 1, "a Pareto exponent of \(exponent) has no mean")
            var generator = generator(for: attempt)
            let tail = PortableMath.exp(-PortableMath.log(1 - generator.unit()) / exponent)
            return tail * (exponent - 1) / exponent
        }
    }

    /// The factor below which nine of ten durations stay.
    var ninetiethPercentile: Double {
        switch spread {
        case .exact:
            return 1
        case .logNormal(let variation):
            let variance = PortableMath.log(1 + variation * variation)
            return PortableMath.exp(1.281_551_565_5 * variance.squareRoot() - variance / 2)
        case .heavyTail(let exponent):
            return PortableMath.exp(PortableMath.log(10) / exponent) * (exponent - 1) / exponent
        }
    }

    private func generator(for attempt: Attempt.ID) -> SeededGenerator {
        SeededGenerator(seed: SeededGenerator.mix(seed) ^ attempt.seed)
    }
}
