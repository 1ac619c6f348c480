import BatonCore
import BatonSimulator

/// Looks for the way to share that is best over many streams: draws some around the best so far, keeps a quarter, and draws
/// around these.
///
/// - Source: cross-entropy method, Rubinstein 1999, doi:10.1023/A:1010091220143; with smoothing as there.
struct RuleSearch: Sendable {
    private static let drawn = 24
    private static let elite = 6

    private(set) var means = SharingChoice.standard
    private var spreads: [Double] = [1.5, 1, 2, 1.5]
    private var generator: SeededGenerator

    init(seed: UInt64) {
        generator = SeededGenerator(seed: SeededGenerator.mix(seed) ^ 0xCE)
    }

    /// - Returns: mean completion of the best of those drawn, over that of the standard rule.
    mutating func step(_ streams: [StaticProblem], _ workforce: some Workforce) -> Double {
        var numbers = [means]
        while numbers.count < Self.drawn {
            numbers.append(
                zip(means, spreads).map { $0 + $1 * PortableMath.normal(generator.unit(), generator.unit()) })
        }
        let candidates = numbers
        // By stream, then by candidate: the logarithm of the ratio, so that no stream counts more than another.
        let costs = workforce.map(streams.count) { place -> [Double] in
            let usual = TaskFeatures.Usual(ProblemView(streams[place]))
            let ranks = [Double](repeating: 0, count: streams[place].count)
            var trial = SharingTrial(streams[place], scores: ranks, usual: usual)
            let standard = trial.meanCompletion(SharingChoice.standard, bids: nil)
            return candidates.map { PortableMath.log(trial.meanCompletion($0, bids: nil) / standard) }
        }
        let totals = candidates.indices.map { candidate in Sample.mean(costs.map { $0[candidate] }) }
        let best = totals.indices.sorted { (totals[$0], $0) < (totals[$1], $1) }.prefix(Self.elite)
        for index in means.indices {
            let values = best.map { candidates[$0][index] }
            means[index] = 0.3 * means[index] + 0.7 * Sample.mean(values)
            spreads[index] = 0.3 * spreads[index] + 0.7 * max(Sample.standardDeviation(values), 0.05)
        }
        return PortableMath.exp(totals[best[0]])
    }
}
