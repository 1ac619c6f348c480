/// A constant and a share of the size: start-up takes as long for small inputs, the rest grows with them.
enum AffineMember {
    /// Least squares of relative errors over the size of the input; neither part may be negative.
    static func belief(_ evidence: Evidence) -> Belief? {
        guard let line = evidence.lines.first(where: { evidence.kind(of: $0) == .input }) else { return nil }
        let points = evidence.points(of: line.feature)
        guard points.count >= 3 else { return nil }
        let query = evidence.table.features[line.feature].query
        let largest = evidence.measured.max()!
        // Sizes as multiples of the one in question, values as shares of the largest.
        let sizes = points.map { Logarithm.value($0.x - query) }
        let values = points.map { Logarithm.value($0.y - largest) }
        let (constant, slope) = fit(sizes, values)
        var square = 0.0
        for (size, value) in zip(sizes, values) {
            let error = Logarithm.of(max(constant + slope * size, 1e-9) / value)
            square += error * error
        }
        let count = Double(points.count)
        let variance = (4 * evidence.noise * evidence.noise + square) / (2 + count) * (1 + 2 / count)
        let smallest = values.min()!
        let mean = Logarithm.of(max(constant + slope, smallest / 2)) + largest
        return Belief(mean: evidence.bounded(mean), variance: variance)
    }

    private static func fit(_ sizes: [Double], _ values: [Double]) -> (constant: Double, slope: Double) {
        var (weights, sumX, sumY) = (0.0, 0.0, 0.0)
        for (x, y) in zip(sizes, values) {
            let weight = 1 / (y * y)
            weights += weight
            sumX += weight * x
            sumY += weight * y
        }
        let (centreX, centreY) = (sumX / weights, sumY / weights)
        var (product, square, both, alone) = (0.0, 0.0, 0.0, 0.0)
        for (x, y) in zip(sizes, values) {
            let weight = 1 / (y * y)
            product += weight * (x - centreX) * (y - centreY)
            square += weight * (x - centreX) * (x - centreX)
            both += weight * x * y
            alone += weight * x * x
        }
        // The small addend keeps equal sizes from deciding a slope.
        let slope = max(0, product / (square + 1e-3 * weights * centreX * centreX + 1e-12))
        let constant = centreY - slope * centreX
        return constant < 0 ? (0, both / alone) : (constant, slope)
    }
}
