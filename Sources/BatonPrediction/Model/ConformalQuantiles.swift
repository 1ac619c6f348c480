/// Makes quantiles honest: whatever the members believe, nine in ten measurements shall lie below the 90 % quantile.
///
/// Errors are divided by the spread that the members expected, and kept; a quantile of those kept, at a level that moves up
/// after a miss and down after a hit, says how many spreads a quantile lies above the middle. That holds under drift too.
/// - Source: Gibbs and Candès 2021, adaptive conformal inference, doi:10.48550/arXiv.2106.00170.
struct ConformalQuantiles: Sendable {
    struct Scores: Sendable {
        var newest: [Double] = []
        var sorted: [Double] = []
        let limit: Int

        mutating func add(_ score: Double) {
            newest.append(score)
            sorted.insert(score, at: place(of: score))
            if newest.count > limit { sorted.remove(at: place(of: newest.removeFirst())) }
        }

        private func place(of score: Double) -> Int {
            var (low, high) = (0, sorted.count)
            while low < high {
                let middle = (low + high) / 2
                if sorted[middle] < score { low = middle + 1 } else { high = middle }
            }
            return low
        }
    }

    /// What a signature has shown, or all of them together.
    struct Record: Sendable {
        var scores: Scores
        /// Where the 90 % quantile is taken.
        var level = 0.9
    }

    /// Scores kept of one signature.
    static let ownLimit = 60

    var everywhere = Record(scores: Scores(limit: 400))
    var own: [Record] = []

    /// Errors as multiples of the expected spread with their weights, in order: what a prediction's distribution is
    /// made of.
    ///
    /// All other signatures together count as ten observations; while they have shown little, a normal distribution
    /// stands in for them.
    func scores(signature: Int32) -> [(score: Double, weight: Double)] {
        let mine = Int(signature) < own.count ? own[Int(signature)].scores.sorted : []
        let shared = everywhere.scores.sorted
        let known = Double(shared.count)
        let normal = Self.normal.map { (score: $0, weight: 10 / (known + 10)) }
        let others = Self.merged(shared.map { ($0, 10 / (known + 10)) }, normal)
        return Self.merged(mine.map { ($0, 1) }, others)
    }

    private static let normal = Belief(mean: 0, variance: 1).points

    private static func merged(
        _ left: [(score: Double, weight: Double)], _ right: [(score: Double, weight: Double)]
    ) -> [(score: Double, weight: Double)] {
        var merged: [(score: Double, weight: Double)] = []
        merged.reserveCapacity(left.count + right.count)
        var (first, second) = (0, 0)
        while first < left.count || second < right.count {
            if second == right.count || (first < left.count && left[first].score <= right[second].score) {
                merged.append(left[first])
                first += 1
            } else {
                merged.append(right[second])
                second += 1
            }
        }
        return merged
    }

    /// Where the 90 % quantile of the scores is to be taken for the next of this signature.
    func level(signature: Int32) -> Double {
        guard Int(signature) < own.count else { return min(max(everywhere.level, 0.5), 0.995) }
        return min(max(own[Int(signature)].level, 0.5), 0.995)
    }

    /// - Parameters:
    ///   - score: (measured - middle) / spread, in logarithms.
    ///   - isCovered: whether the measurement lay below the 90 % quantile given before.
    mutating func learn(_ score: Double, isCovered: Bool, signature: Int32) {
        while own.count <= Int(signature) {
            own.append(Record(scores: Scores(limit: Self.ownLimit), level: everywhere.level))
        }
        let miss = isCovered ? 0.0 : 1.0
        // Steps of Gibbs and Candès: what misses more than one time in ten is taken higher next time.
        own[Int(signature)].level += 0.03 * (miss - 0.1)
        everywhere.level += 0.005 * (miss - 0.1)
        own[Int(signature)].level = min(max(own[Int(signature)].level, 0.5), 1)
        everywhere.level = min(max(everywhere.level, 0.5), 1)
        own[Int(signature)].scores.add(score)
        everywhere.scores.add(score)
    }
}
