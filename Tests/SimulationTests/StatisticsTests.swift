import BatonCore
import BatonSimulator
import Testing

@Suite("Statistics") struct StatisticsTests {
    @Test("quantiles are interpolated between neighbours, as R and NumPy do by default")
    func quantiles() {
        let sorted: [Double] = [1, 2, 4, 8]
        #expect([0, 0.25, 0.5, 0.75, 1].map { Sample.quantile(sorted, $0) } == [1, 1.75, 3, 5, 8])
        #expect(Sample.quantile([7], 0.99) == 7)
    }

    @Test("the standard deviation divides by one less than there are values")
    func deviation() {
        #expect(Sample.standardDeviation([2, 4, 4, 4, 5, 5, 7, 9]).roundedToThousandths == 2.138)
    }

    @Test("a bootstrap interval of a normal mean is that of the t test, nearly")
    func bootstrapAgreesWithTheory() {
        // Quantiles of the standard normal distribution: mean 0, deviation near 1.
        let sample = (1...99).map { Normal.quantile(Double($0) / 100) }
        let interval = Bootstrap(resamples: 20_000).interval(ofMean: sample)
        let expected = 1.96 * Sample.standardDeviation(sample) / 99.0.squareRoot()
        #expect(abs(interval.high - expected) < 0.01)
        #expect(abs(interval.low + expected) < 0.01)
    }

    @Test("a bootstrap interval holds the truth about as often as it says")
    func coverage() {
        var generator = SeededGenerator(seed: 5)
        var held = 0
        for trial in 0..<400 {
            let sample = (0..<30).map { _ in Normal.quantile(generator.unit() * 0.9998 + 0.0001) }
            held += Bootstrap(seed: UInt64(trial), resamples: 400).interval(ofMean: sample).contains(0) ? 1 : 0
        }
        // The percentile method is a little too narrow for 30 values: 93 to 94 % in theory.
        #expect((360...390).contains(held), "\(held) of 400")
    }

    @Test("pairing takes out what both have in common")
    func pairedRatio() {
        // Trials differ a hundredfold, the ratio hardly.
        let references = (1...30).map { Double($0 * $0) }
        let values = references.enumerated().map { $1 * ($0 % 2 == 0 ? 0.89 : 0.91) }
        let interval = Bootstrap().interval(ofRatio: values, to: references)
        #expect(interval.low > 0.885 && interval.high < 0.915)
        #expect(Bootstrap().interval(ofMean: values).high > 1.3 * Sample.mean(values))
    }

    @Test("the same seed gives the same interval, another one a slightly different one")
    func determinism() {
        let sample = (1...20).map { Double($0) }
        #expect(Bootstrap(seed: 3).interval(ofMean: sample) == Bootstrap(seed: 3).interval(ofMean: sample))
        #expect(Bootstrap(seed: 3).interval(ofMean: sample) != Bootstrap(seed: 4).interval(ofMean: sample))
    }

    @Test("an A/A test that is looked at after every pair finds a difference in hardly more than one of twenty")
    func noFalseAlarms() {
        var generator = SeededGenerator(seed: 11)
        var alarms = 0
        for _ in 0..<400 {
            var test = SequentialTest()
            for _ in 0..<200 where test.verdict == .undecided {
                test.add(Normal.quantile(generator.unit() * 0.9998 + 0.0001))
            }
            alarms += test.verdict == .undecided ? 0 : 1
        }
        #expect(alarms <= 28, "\(alarms) of 400")
    }

    @Test("an A/B test finds a difference of half a deviation, and says in which direction")
    func findsDifferences() {
        var generator = SeededGenerator(seed: 12)
        for _ in 0..<50 {
            var test = SequentialTest()
            while test.verdict == .undecided && test.differences.count < 300 {
                test.add(Normal.quantile(generator.unit() * 0.9998 + 0.0001) - 0.5)
            }
            #expect(test.verdict == .below)
        }
    }

    @Test("an A/B test has no opinion on few pairs, and none on pairs that are equal")
    func caution() {
        var test = SequentialTest(least: 10)
        for _ in 0..<9 { test.add(1) }
        #expect(test.interval == nil && test.verdict == .undecided)
        var equal = SequentialTest()
        for _ in 0..<50 { equal.add(0) }
        #expect(equal.verdict == .undecided)
    }
}

/// The inverse of the normal distribution by bisection of its series; slow and exact enough.
private enum Normal {
    static func quantile(_ share: Double) -> Double {
        var (low, high) = (-8.0, 8.0)
        for _ in 0..<50 {
            let middle = (low + high) / 2
            if distribution(middle) < share { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }

    /// - Source: Marsaglia 2004, doi:10.18637/jss.v011.i04.
    private static func distribution(_ x: Double) -> Double {
        var (sum, term, index) = (x, x, 1.0)
        while term.magnitude > 1e-17 {
            index += 2
            term *= x * x / index
            sum += term
        }
        return 0.5 + sum * exponential(-x * x / 2) / 2.506_628_274_631_000_5
    }

    private static func exponential(_ x: Double) -> Double {
        var (sum, term) = (1.0, 1.0)
        for index in 1...60 {
            term *= x / 1024 / Double(index)
            sum += term
        }
        for _ in 0..<10 { sum *= sum }
        return sum
    }
}

extension Double {
    fileprivate var roundedToThousandths: Double { (self * 1000).rounded() / 1000 }
}
