/// How much memory to ask for.
///
/// The amount with the least expected cost: what is granted and not used, and for what is killed, all that was granted,
/// the next attempt, and a price for the delay.
/// - Source: the trade-off is that of Tovar and others 2017, doi:10.1109/TPDS.2017.2762310, over a predicted distribution.
public struct Sizing: Hashable, Sendable {
    /// What a kill costs besides what it wastes, in multiples of the task's own memory and time.
    public var delayPrice: Double
    /// Attempts of the signature before a distribution is trusted more than a declaration.
    public var minimumSamples: Int
    /// Of the amount asked for, at least: a page less than needed costs a whole attempt.
    public var margin: Double
    /// Never less.
    public var floorBytes: Double
    /// Chance of a kill, at most.
    public var mostKilled: Double

    public init(
        delayPrice: Double = 2, minimumSamples: Int = 1, margin: Double = 1.01, floorBytes: Double = 134_217_728,
        mostKilled: Double = 0.04
    ) {
        self.delayPrice = delayPrice
        self.minimumSamples = minimumSamples
        self.margin = margin
        self.floorBytes = floorBytes
        self.mostKilled = mostKilled
    }

    /// - Parameters:
    ///   - prediction: of memory.
    ///   - declared: bytes; an upper bound where the user gave one.
    /// - Returns: bytes.
    public func request(_ prediction: Prediction, declared: Double?) -> Double {
        guard prediction.sampleCount >= minimumSamples || declared == nil else { return declared! }
        let limit = limit(prediction, declared: declared)
        var best = (cost: Double.infinity, bytes: min(prediction.p99, limit))
        let points = prediction.distribution
        let total = points.reduce(0) { $0 + $1.weight }
        // Sums over the points up to and including each.
        var (below, belowBytes) = (0.0, 0.0)
        let allBytes = points.reduce(0) { $0 + min($1.value, limit) * $1.weight }
        for point in points {
            let value = min(point.value, limit)
            below += point.weight
            belowBytes += value * point.weight
            let bytes = min(max(value * margin, floorBytes), max(limit, floorBytes))
            let killed = max(0, total - below)
            let killedBytes = max(0, allBytes - belowBytes)
            guard killed <= mostKilled * total else { continue }
            let next = Self.ladder(afterKillAt: bytes, prediction, declared: declared)
            var cost = bytes * below - belowBytes
            cost += killed * bytes + max(0, killed * next - killedBytes) + delayPrice * killedBytes
            if cost < best.cost { best = (cost, bytes) }
        }
        return best.bytes
    }

    /// What no task will need, as far as anybody knows: what was declared, else twice the most seen or expected.
    ///
    /// The largest of n is exceeded by one in n + 1: after enough attempts a tenth more than it will do, unless more is
    /// expected of this one.
    private func limit(_ prediction: Prediction, declared: Double?) -> Double {
        let seen = prediction.largestSeen ?? 0
        let known = prediction.members.map { Logarithm.value($0.logarithm) }.max() ?? prediction.p50
        let twice = min(declared ?? .infinity, 2 * max(known, seen))
        let isWellKnown = seen > 0 && Double(prediction.sampleCount + 1) * mostKilled >= 1
        return isWellKnown ? min(twice, 1.1 * max(seen, prediction.p90)) : twice
    }

    /// How much the next attempt gets after one was killed: the lowest rung at least a tenth above the kill of the 99 %
    /// quantile, 1.1 x the most ever seen, what was declared, twice the amount at the kill.
    public static func ladder(
        afterKillAt killedAt: Double, _ prediction: Prediction, declared: Double?
    ) -> Double {
        let double = 2 * killedAt
        let rungs = [prediction.p99, 1.1 * (prediction.largestSeen ?? 0), declared ?? 0, double]
        return rungs.filter { $0 >= 1.1 * killedAt }.min() ?? double
    }
}
