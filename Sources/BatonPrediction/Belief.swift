/// What one member expects: equally likely logarithms.
struct Belief: Sendable {
    var points: [Double]

    init(points: [Double]) {
        self.points = points
    }

    /// A normal distribution as ten equally likely points.
    init(mean: Double, variance: Double) {
        let deviation = max(variance, 1e-6).squareRoot()
        points = Self.quantiles.map { mean + $0 * deviation }
    }

    /// Of the standard normal distribution at 5, 15 ... 95 %.
    private static let quantiles = [-1.645, -1.036, -0.674, -0.385, -0.126, 0.126, 0.385, 0.674, 1.036, 1.645]

    /// Points come in order.
    var median: Double {
        let middle = points.count / 2
        return points.count % 2 == 1 ? points[middle] : (points[middle - 1] + points[middle]) / 2
    }
}
