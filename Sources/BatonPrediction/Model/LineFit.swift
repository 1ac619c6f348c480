/// A straight line between logarithms, with what was expected of its slope before anything was seen.
///
/// Bayesian linear regression through the centroid: few points leave the slope near the expected one and say so in the
/// variance; many decide it.
struct LineFit: Sendable {
    var feature: Int
    /// Of the task in question.
    var mean: Double
    var variance: Double
    /// Mean absolute error of each point under the line through the others; more for few points.
    var score: Double

    /// What is expected of a slope.
    struct Slope: Sendable {
        var mean: Double
        var deviation: Double
    }

    /// - Parameters:
    ///   - y: NaN where nothing was measured.
    ///   - x: as many; NaN where unknown.
    ///   - noise: expected deviation of the points from the line.
    /// - Returns: nil when fewer points than `least` have both.
    /// - Complexity: three passes over the points.
    /// - Source: leave-one-out residuals by leverage, Allen 1974, doi:10.1080/00401706.1974.10489157.
    init?(
        feature: Int, x: ArraySlice<Double>, y: [Double], query: Double, slope: Slope, noise: Double, least: Int
    ) {
        var count = 0.0
        var sumX = 0.0
        var sumY = 0.0
        for (x, y) in zip(x, y) where !(x + y).isNaN {
            count += 1
            sumX += x
            sumY += y
        }
        guard Int(count) >= least else { return nil }
        let (centreX, centreY) = (sumX / count, sumY / count)
        var spread = 0.0
        var product = 0.0
        var square = 0.0
        for (x, y) in zip(x, y) where !(x + y).isNaN {
            let dx = x - centreX
            let rest = y - centreY - slope.mean * dx
            spread += dx * dx
            product += dx * rest
            square += rest * rest
        }
        // Two observations' worth of the expected noise; the noise decides how much the expected slope counts.
        let prior = noise * noise
        var noiseSquare = prior
        var precision = spread
        var correction = 0.0
        for _ in 0..<2 {
            precision = spread + noiseSquare / (slope.deviation * slope.deviation)
            correction = product / precision
            let residual = max(0, square - 2 * correction * product + correction * correction * spread)
            noiseSquare = (2 * prior + residual) / (2 + max(count - 1, 0))
        }
        var error = 0.0
        for (x, y) in zip(x, y) where !(x + y).isNaN {
            let dx = x - centreX
            let residual = abs(y - centreY - (slope.mean + correction) * dx)
            let leverage = 1 / count + dx * dx / precision
            error += count > 1 ? min(residual / max(1 - leverage, 0.05), 2) : noise
        }
        let distance = query - centreX
        self.feature = feature
        mean = centreY + (slope.mean + correction) * distance
        variance = noiseSquare * (1 + 1 / count) + distance * distance * noiseSquare / precision
        score = (error + 2 * noise) / (count + 2) * (1 + 1.5 / count)
    }
}
