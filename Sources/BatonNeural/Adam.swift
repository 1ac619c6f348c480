/// Steps against the gradient, each weight's as long as its own past gradients say; gradients that are too long are cut.
///
/// - Source: Kingma and Ba 2015, doi:10.48550/arXiv.1412.6980, algorithm 1; clipping of Pascanu, Mikolov and Bengio 2013,
///   doi:10.48550/arXiv.1211.5063.
public struct Adam: Sendable {
    public var rate: Double
    /// The longest gradient that is taken as it is; a longer one is shortened to it.
    public var longestGradient: Double
    private var means: [Double] = []
    private var squares: [Double] = []
    private var decays = (mean: 1.0, square: 1.0)

    public init(rate: Double = 1e-3, longestGradient: Double = 1) {
        self.rate = rate
        self.longestGradient = longestGradient
    }

    /// - Parameter gradient: one number for each weight; one that is not finite changes nothing.
    public mutating func step(_ parameters: inout ParameterSet, _ gradient: [Double]) {
        precondition(gradient.count == parameters.values.count, "a gradient of another network")
        var square = 0.0
        for slope in gradient { square += slope * slope }
        guard square.isFinite else { return }
        let length = square.squareRoot()
        let factor = length > longestGradient ? longestGradient / length : 1
        if means.isEmpty {
            means = Array(repeating: 0, count: gradient.count)
            squares = means
        }
        decays = (decays.mean * 0.9, decays.square * 0.999)
        for index in gradient.indices {
            let slope = gradient[index] * factor
            means[index] = 0.9 * means[index] + 0.1 * slope
            squares[index] = 0.999 * squares[index] + 0.001 * slope * slope
            let size = (squares[index] / (1 - decays.square)).squareRoot()
            parameters.values[index] -= rate * means[index] / (1 - decays.mean) / (size + 1e-8)
        }
    }
}
