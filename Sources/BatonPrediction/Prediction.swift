/// What a task is expected to take of one target, before it starts.
public struct Prediction: Sendable {
    public var target: Target
    /// The value whose expected error, relative to what will be measured, is least. Where nearly everything is open, that
    /// is a small one: being ten times too high costs ten times as much as being ten times too low.
    public var point: Double
    public var p50: Double
    public var p90: Double
    public var p99: Double
    /// Equally likely values with their weights, in order; what sizing weighs.
    public var distribution: [(value: Double, weight: Double)]
    public var basis: Basis
    /// Measured attempts behind it.
    public var sampleCount: Int
    /// The most that was ever measured of the signature; nil when nothing was.
    public var largestSeen: Double?

    /// What a prediction was made of.
    public enum Basis: String, Hashable, Sendable {
        /// Attempts of the same signature.
        case signature
        /// Attempts of the same tool in other signatures.
        case tool
        /// What the first attempts of other signatures took.
        case global
        /// Nothing.
        case none
    }

    /// How sure it is: p90 as a multiple of p50; 1 is certain.
    public var uncertainty: Double { p90 / p50 }

    /// For the model to learn from: logarithms of the members' predictions, of the middle and of the spread.
    var members: [(member: Member, logarithm: Double)] = []
    var middle = 0.0
    var spread = 1.0
}
