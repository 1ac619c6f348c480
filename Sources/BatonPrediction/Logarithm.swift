internal import BatonCore

/// Everything is predicted as a logarithm: errors count relative to what was measured.
enum Logarithm {
    static func of(_ value: Double) -> Double { PortableMath.log(value) }

    /// Back to seconds, bytes or percent.
    static func value(_ logarithm: Double) -> Double { PortableMath.exp(logarithm) }
}
