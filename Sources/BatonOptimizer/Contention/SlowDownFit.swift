import BatonCore
import BatonSimulator

/// The slow-down that explains best how far attempts of one cell differ.
///
/// The sum of absolute deviations from the median of each cell, in logarithms, is made least over a grid and a finer one around its
/// best point: a few attempts that hang hardly matter to it.
struct SlowDownFit {
    private(set) var slowDown: SlowDown
    private let observations: [CompanyRecord.Observation]

    private static let step = 1.2
    /// 1.2 to the power of 36: 709 times as long.
    private static let steps = 36
    /// Of what is added, how much comes from pairs that are in each other's way.
    private static let shares = [0, 0.25, 0.5, 0.75, 1]

    /// - Parameters:
    ///   - observations: those of a cell stand together.
    ///   - least: of the numbers at once that count.
    ///   - most: likewise, more than 1.
    init(_ observations: [CompanyRecord.Observation], least: Double, most: Double) {
        self.observations = observations
        slowDown = SlowDown(contention: 0, coherency: 0, least: least, most: most)
        var best = (loss: loss(slowDown), step: 0.0, share: 0.0)
        func look(_ step: Double, _ share: Double, in fit: inout SlowDownFit) {
            let added = PortableMath.exp(step * PortableMath.log(Self.step)) - 1
            let slowDown = SlowDown(
                contention: (1 - share) * added / (most - 1), coherency: share * added / (most * (most - 1)),
                least: least, most: most)
            let loss = fit.loss(slowDown)
            // What explains no more than nothing at all is nothing.
            guard loss < best.loss * (1 - 1e-9) else { return }
            best = (loss, step, share)
            fit.slowDown = slowDown
        }
        for step in 1...Self.steps {
            for share in Self.shares { look(Double(step), share, in: &self) }
        }
        let (step, share) = (best.step, best.share)
        guard step > 0 else { return }
        for finer in [-0.67, -0.33, 0.33, 0.67] {
            for other in [share - 0.125, share, share + 0.125] where (0...1).contains(other) {
                look(step + finer, other, in: &self)
            }
        }
    }

    private func loss(_ slowDown: SlowDown) -> Double {
        var sum = 0.0
        forEachCell(slowDown) { sorted, _ in
            for place in 0..<sorted.count / 2 { sum += sorted[sorted.count - 1 - place] - sorted[place] }
        }
        return sum
    }

    /// Standard deviation of the logarithm of what it leaves unexplained, by the median.
    var spread: Double {
        var deviations: [Double] = []
        var cellCount = 0
        forEachCell(slowDown) { sorted, median in
            deviations += sorted.map { abs($0 - median) }
            cellCount += 1
        }
        let count = Double(deviations.count)
        let scatter = 1.4826 * Sample.quantile(deviations.sorted(), 0.5)
        // Each cell's median has taken a part of it.
        return scatter * (count / max(count - Double(cellCount), 1)).squareRoot()
    }

    /// - Parameter body: is given logarithms without the slow-down, ascending, and their median.
    private func forEachCell(_ slowDown: SlowDown, _ body: ([Double], Double) -> Void) {
        var start = 0
        while start < observations.count {
            var end = start
            var values: [Double] = []
            while end < observations.count, observations[end].cell == observations[start].cell {
                values.append(observations[end].logarithm - PortableMath.log(slowDown.factor(observations[end].count)))
                end += 1
            }
            values.sort()
            body(values, Sample.quantile(values, 0.5))
            start = end
        }
    }
}
