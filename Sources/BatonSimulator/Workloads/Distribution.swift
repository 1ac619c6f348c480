import BatonCore

/// How a positive quantity, such as a duration in seconds, is spread over tasks.
public enum Distribution: Hashable, Sendable {
    case constant(Double)
    case uniform(ClosedRange<Double>)
    /// The coefficient of variation is the standard deviation over the mean.
    case logNormal(mean: Double, coefficientOfVariation: Double)
    /// Pareto: the smaller the exponent (above 1), the longer the tail.
    case heavyTail(mean: Double, exponent: Double)

    public var mean: Double {
        switch self {
        case .constant(let value): value
        case .uniform(let range): (range.lowerBound + range.upperBound) / 2
        case .logNormal(let mean, _), .heavyTail(let mean, _): mean
        }
    }

    /// The log-normal or Pareto distribution under which the samples are likelier; a constant when they are all equal.
    ///
    /// Both are fitted by maximum likelihood: mean and deviation of the logarithms, and Hill's estimator with the least
    /// sample as the scale. A fitted exponent below 1.05 counts as 1.05, because less has hardly a mean.
    ///
    /// - Parameter samples: those that are not positive and finite are left out; without any the result is 0.
    /// - Complexity: O(n).
    /// - Source: Hill 1975, doi:10.1214/aos/1176343247.
    public static func fitted(to samples: [Double]) -> Distribution {
        let positive = samples.filter { $0 > 0 && $0.isFinite }
        guard let least = positive.min(), let most = positive.max() else { return .constant(0) }
        guard least < most else { return .constant(least) }
        let count = Double(positive.count)
        let logs = positive.map(PortableMath.log)
        let center = logs.reduce(0, +) / count
        let variance = logs.reduce(0) { $0 + ($1 - center) * ($1 - center) } / count
        let excess = center - PortableMath.log(least)
        // Mean log-likelihoods, without the term `-center` that both have.
        let logNormal = -0.5 * PortableMath.log(2 * Double.pi * variance) - 0.5
        let pareto = -PortableMath.log(excess) - 1
        if logNormal >= pareto {
            let squared = PortableMath.exp(variance) - 1
            return .logNormal(
                mean: PortableMath.exp(center + variance / 2), coefficientOfVariation: squared.squareRoot())
        }
        let exponent = max(1 / excess, 1.05)
        return .heavyTail(mean: least * exponent / (exponent - 1), exponent: exponent)
    }

    /// The value that belongs to a standard normal variable: the quantile at its probability.
    ///
    /// Quantities drawn from normal variables that are correlated are correlated themselves, whatever their own
    /// distributions (a Gaussian copula).
    struct Quantile: Sendable {
        private enum Form {
            case constant(Double)
            case uniform(ClosedRange<Double>)
            case logNormal(center: Double, deviation: Double)
            case pareto(scale: Double, exponent: Double)
        }

        private let form: Form

        init(_ distribution: Distribution) {
            switch distribution {
            case .constant(let value): form = .constant(value)
            case .uniform(let range): form = .uniform(range)
            case .logNormal(let mean, let variation):
                let variance = PortableMath.log(1 + variation * variation)
                form = .logNormal(
                    center: PortableMath.log(max(mean, .leastNormalMagnitude)) - variance / 2,
                    deviation: variance.squareRoot())
            case .heavyTail(let mean, let exponent):
                precondition(exponent > 1, "a Pareto exponent of \(exponent) has no mean")
                form = .pareto(scale: mean * (exponent - 1) / exponent, exponent: exponent)
            }
        }

        func callAsFunction(atNormal z: Double) -> Double {
            switch form {
            case .constant(let value): return value
            case .uniform(let range):
                return range.upperBound - PortableMath.upperTail(z) * (range.upperBound - range.lowerBound)
            case .logNormal(let center, let deviation):
                return PortableMath.exp(center + deviation * z)
            case .pareto(let scale, let exponent):
                return scale * PortableMath.exp(-PortableMath.log(PortableMath.upperTail(z)) / exponent)
            }
        }
    }
}
