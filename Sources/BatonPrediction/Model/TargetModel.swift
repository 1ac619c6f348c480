/// What is learned of one target besides the attempts themselves.
struct TargetModel: Sendable {
    let target: Target
    var weights = MemberWeights()
    var quantiles = ConformalQuantiles()
    /// What the first attempt of each signature took, and how it was declared: all there is for a new one.
    var firsts: [First] = []
    /// Recent errors of the best member, as logarithms.
    var errors: [Double] = []
    var pools = Array(repeating: SIMD2<Double>.zero, count: FeatureTable.poolCount)

    struct First: Sendable {
        var logarithm: Double
        /// What was declared of it, as a logarithm; NaN where nothing was.
        var declared: Double
    }

    init(target: Target) {
        self.target = target
    }

    /// Usual deviation of a logarithm from its prediction: 10 % until twenty observations say otherwise.
    var noise = 0.1

    mutating func learn(error: Double) {
        errors.append(min(error, 1))
        if errors.count > 200 { errors.removeFirst() }
        let sorted = errors.sorted()
        let count = Double(errors.count)
        noise = max(0.02, (20 * 0.1 + count * 1.48 * sorted[sorted.count / 2]) / (20 + count))
    }

    mutating func learn(first logarithm: Double, declared: Double) {
        firsts.append(First(logarithm: logarithm, declared: declared))
        if firsts.count > 100 { firsts.removeFirst() }
    }

    /// How a difference in size showed in the target.
    mutating func learn(pool: Int, dx: Double, dy: Double) {
        guard abs(dx) > 0.1 else { return }
        // A large difference tells more, but not so much that it decides alone.
        let weight = min(1, 1 / (dx * dx))
        pools[pool] = pools[pool] * 0.998 + SIMD2(weight * dx * dy, weight * dx * dx)
    }

    /// What is expected of the slopes, pooled over all signatures: five observations' worth of the usual, for most tasks
    /// read their input once, hold half of it or all or nothing, and load the processor as they always do.
    var slopes: [LineFit.Slope] {
        let (mean, deviation) =
            switch target {
            case .duration: (0.8, 0.7)
            case .memory: (0.5, 0.9)
            case .cpu: (0.0, 0.2)
            }
        return pools.map { LineFit.Slope(mean: (mean * 5 + $0[0]) / (5 + $0[1]), deviation: deviation) }
    }

    /// For a signature and a tool that were never seen.
    ///
    /// - Parameter declared: as a logarithm; NaN where nothing was declared.
    func coldBeliefs(declared: Double) -> [(belief: Belief, weight: Double)] {
        var points = firsts.map(\.logarithm)
        let ratios = firsts.filter { !$0.declared.isNaN }.map { $0.logarithm - $0.declared }
        if !declared.isNaN, ratios.count >= 3, ratios.count * 2 > firsts.count { points = ratios.map { $0 + declared } }
        points.append(Logarithm.of(target.guess))
        let mean = points.reduce(0, +) / Double(points.count)
        // Two observations' worth of doubt over four orders of magnitude.
        return [
            (Belief(points: points.sorted()), Double(points.count)), (Belief(mean: mean, variance: 4), 2),
        ]
    }
}
