import BatonCore
import Testing

@testable import BatonPrediction

@Suite("Quantiles")
struct QuantileTests {
    @Test("a mixture's median lies between its points by their weights")
    func median() {
        let mixture = Mixture([(Belief(points: [0, 1]), 1), (Belief(points: [10]), 2)])
        // Weights 0.5, 0.5 and 2: half of 3 is 0.5 beyond the centre of the second point, of 1.25 to the third's.
        #expect(abs(mixture.quantile(0.5) - (1 + 9 * (1.5 - 0.75) / (2 - 0.75))) < 1e-12)
        #expect(mixture.quantile(0) == 0)
        #expect(mixture.quantile(1) == 10)
    }

    @Test("the point prediction has the least expected relative error")
    func leastRelativeError() {
        // One in five is a tenth of the others: too high costs nine times the value, too low at most one.
        let logarithms = [1.0, 1.0, 1.0, 1.0, 0.1].map { PortableMath.log($0) }.sorted()
        let mixture = Mixture([(Belief(points: logarithms), 1)])
        let point = PortableMath.exp(mixture.leastRelativeError(limit: .infinity))
        func cost(_ value: Double) -> Double { (4 * abs(value - 1) + abs(value - 0.1) / 0.1) / 5 }
        #expect(cost(point) < cost(1))
        #expect(mixture.leastRelativeError(limit: 1) == mixture.quantile(0.5))
    }

    @Test(
        "nine in ten stay below the 90 % quantile, also after the task has become ten times as long", arguments: 0..<5)
    func coverageUnderDrift(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        var predictor = Predictor()
        let profile = TaskProfile(signature: "drifting", tool: "drifting")
        var covered = 0
        let count = 1_500
        for step in 0..<count {
            // Twice as long from one third on, ten times from two thirds on; 20 % of noise.
            let level = step < count / 3 ? 1.0 : step < 2 * count / 3 ? 2.0 : 10.0
            let noise = Double.random(in: -1...1, using: &generator) + Double.random(in: -1...1, using: &generator)
            let measurement = Measurement(durationSeconds: level * PortableMath.exp(0.2 * noise))
            let predictions = predictor.predict(profile, [.duration])
            if measurement.durationSeconds! <= predictions[0].p90 { covered += 1 }
            predictor.observe(measurement, of: profile, predictions: predictions)
        }
        let coverage = Double(covered) / Double(count)
        #expect((0.88...0.92).contains(coverage), "covered \(coverage)")
    }

    @Test("quantiles come in order")
    func order() {
        var generator = SeededGenerator(seed: 7)
        var predictor = Predictor()
        let profile = TaskProfile(signature: "a", tool: "a")
        for _ in 0..<100 {
            predictor.observe(
                Measurement(durationSeconds: Double.random(in: 1...9, using: &generator)), of: profile)
            let prediction = predictor.predict(profile, .duration)
            #expect(prediction.p50 <= prediction.p90)
            #expect(prediction.p90 <= prediction.p99)
        }
    }
}
