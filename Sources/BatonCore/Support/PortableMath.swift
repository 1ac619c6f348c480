/// Logarithm, exponential and normal variables from sums and products alone.
///
/// The C library's versions differ in the last bit between machines; a simulation must not.
public enum PortableMath {
    private static let naturalLogOf2 = 0.693_147_180_559_945_3

    /// `e` to the power of `x`; relative error below 1e-14 for |x| ≤ 700, beyond which `x` is clamped.
    public static func exp(_ x: Double) -> Double {
        let x = min(max(x, -700), 700)
        let exponent = (x / naturalLogOf2).rounded()
        let rest = x - exponent * naturalLogOf2
        var sum = 1.0
        var term = 1.0
        for index in 1...15 {
            term *= rest / Double(index)
            sum += term
        }
        return Double(sign: .plus, exponent: Int(exponent), significand: sum)
    }

    /// Natural logarithm of a positive, finite number.
    public static func log(_ x: Double) -> Double {
        precondition(x > 0 && x.isFinite, "logarithm of \(x)")
        var significand = x.significand
        var exponent = Double(x.exponent)
        if significand > 1.414_213_562_373_095_1 {
            significand /= 2
            exponent += 1
        }
        let ratio = (significand - 1) / (significand + 1)
        var power = ratio
        var sum = 0.0
        for index in stride(from: 1, through: 31, by: 2) {
            sum += power / Double(index)
            power *= ratio * ratio
        }
        return 2 * sum + exponent * naturalLogOf2
    }

    /// The standard normal variable that belongs to two uniform numbers in `0..<1`.
    ///
    /// - Source: Box and Muller 1958, doi:10.1214/aoms/1177706645.
    public static func normal(_ first: Double, _ second: Double) -> Double {
        let radius = (-2 * log(1 - first)).squareRoot()
        return radius * cosine(ofTurns: second)
    }

    /// The two independent standard normal variables that belong to two uniform numbers in `0..<1`.
    public static func normals(_ first: Double, _ second: Double) -> (Double, Double) {
        let radius = (-2 * log(1 - first)).squareRoot()
        let turns = second + 0.75
        return (radius * cosine(ofTurns: second), radius * cosine(ofTurns: turns < 1 ? turns : turns - 1))
    }

    /// The chance that a standard normal variable exceeds `z`; never 0.
    ///
    /// - Source: Abramowitz and Stegun 1964, formula 26.2.17: absolute error below 7.5e-8.
    public static func upperTail(_ z: Double) -> Double {
        let distance = min(abs(z), 30)
        let t = 1 / (1 + 0.231_641_9 * distance)
        let coefficients = [1.330_274_429, -1.821_255_978, 1.781_477_937, -0.356_563_782, 0.319_381_530]
        var sum = 0.0
        for coefficient in coefficients { sum = (sum + coefficient) * t }
        let tail = sum * exp(-distance * distance / 2) / (2 * Double.pi).squareRoot()
        return z < 0 ? 1 - tail : tail
    }

    /// The sine of an angle given in whole turns, 0 to 1.
    public static func sine(ofTurns turns: Double) -> Double {
        cosine(ofTurns: turns < 0.25 ? turns + 0.75 : turns - 0.25)
    }

    /// The cosine of an angle given in whole turns.
    private static func cosine(ofTurns turns: Double) -> Double {
        // Folded into the first quarter, where the series converges fast.
        let half = turns > 0.5 ? 1 - turns : turns
        let isNegative = half > 0.25
        let angle = 2 * Double.pi * (isNegative ? 0.5 - half : half)
        var term = 1.0
        var sum = 1.0
        for index in stride(from: 1, through: 21, by: 2) {
            term *= -angle * angle / Double(index * (index + 1))
            sum += term
        }
        return isNegative ? -sum : sum
    }
}
