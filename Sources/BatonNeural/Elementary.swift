/// Exponential and logarithm from sums and products alone: the same weights on every machine, which the C library's last
/// bits would not give, and fast enough for each element of each layer.
enum Elementary {
    private static let naturalLogOf2High = 0x1.62e42fee00000p-1
    private static let naturalLogOf2Low = 0x1.a39ef35793c76p-33
    private static let shift = 0x1.8p52

    /// Relative error below 1e-14; `x` is clamped to ±700.
    @inline(__always)
    static func exp(_ x: Double) -> Double {
        let x = min(max(x, -700), 700)
        // Adding and taking away 1.5 x 2^52 rounds to the nearest whole number, whose low bits are then those of the sum.
        let shifted = x * 0x1.71547652b82fep0 + shift
        let exponent = shifted - shift
        let rest = (x - exponent * naturalLogOf2High) - exponent * naturalLogOf2Low
        // Taylor's series to the 12th power, for |rest| ≤ 0.35.
        var sum = 1.0 / 479_001_600
        sum = sum * rest + 1.0 / 39_916_800
        sum = sum * rest + 1.0 / 3_628_800
        sum = sum * rest + 1.0 / 362_880
        sum = sum * rest + 1.0 / 40320
        sum = sum * rest + 1.0 / 5040
        sum = sum * rest + 1.0 / 720
        sum = sum * rest + 1.0 / 120
        sum = sum * rest + 1.0 / 24
        sum = sum * rest + 1.0 / 6
        sum = sum * rest + 0.5
        sum = sum * rest + 1
        sum = sum * rest + 1
        let power = Double(bitPattern: (shifted.bitPattern &+ 1023) &<< 52)
        return sum * power
    }

    /// Of a positive, finite number; relative error below 1e-13.
    static func log(_ x: Double) -> Double {
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
        for index in stride(from: 1, through: 21, by: 2) {
            sum += power / Double(index)
            power *= ratio * ratio
        }
        return 2 * sum + exponent * naturalLogOf2High + exponent * naturalLogOf2Low
    }

    @inline(__always)
    static func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

    @inline(__always)
    static func tanh(_ x: Double) -> Double { 2 / (1 + exp(-2 * x)) - 1 }

    /// `log(1 + e^x)`, a smooth `max(0, x)`.
    static func softplus(_ x: Double) -> Double { max(x, 0) + log(1 + exp(-abs(x))) }
}
