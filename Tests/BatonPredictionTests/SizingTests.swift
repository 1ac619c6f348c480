import Testing

@testable import BatonPrediction

@Suite("Sizing")
struct SizingTests {
    private static let gigabyte = 1e9

    private func prediction(
        _ values: [Double], p99: Double? = nil, largest: Double? = nil, samples: Int = 10
    ) -> Prediction {
        let sorted = values.sorted()
        return Prediction(
            target: .memory, point: sorted[0], p50: sorted[sorted.count / 2], p90: sorted[sorted.count - 1],
            p99: p99 ?? sorted[sorted.count - 1], distribution: sorted.map { ($0, 1) }, basis: .signature,
            sampleCount: samples, largestSeen: largest ?? sorted[sorted.count - 1])
    }

    @Test("a steady task gets what it needs and a hundredth more")
    func steady() {
        let request = Sizing().request(prediction(Array(repeating: 2e9, count: 20)), declared: 16e9)
        #expect(abs(request - 2.02e9) < 1)
    }

    @Test("a rare giant is left to the ladder, a frequent one is not")
    func giants() {
        let rare = prediction(Array(repeating: 1e9, count: 99) + [40e9])
        #expect(Sizing().request(rare, declared: nil) < 2e9)
        let frequent = prediction(Array(repeating: 1e9, count: 80) + Array(repeating: 1.5e9, count: 20))
        #expect(Sizing().request(frequent, declared: nil) > 1.5e9)
    }

    @Test("nothing is asked for above what was declared, and what was declared while nothing is known")
    func bounds() {
        let wide = prediction([1e9, 2e9, 4e9, 8e9, 16e9, 32e9])
        #expect(Sizing().request(wide, declared: 6e9) <= 6e9)
        let cold = prediction([1e9], samples: 0)
        #expect(Sizing().request(cold, declared: 6e9) == 6e9)
    }

    @Test("of many attempts the largest is hardly exceeded; of few it may be")
    func largest() {
        let wide = Array(repeating: 1e9, count: 90) + Array(repeating: 10e9, count: 10)
        let few = prediction(wide, largest: 2e9, samples: 10)
        let many = Prediction(
            target: .memory, point: 1e9, p50: 1e9, p90: 1e9, p99: 10e9, distribution: few.distribution,
            basis: .signature, sampleCount: 30, largestSeen: 2e9)
        #expect(abs(Sizing().request(many, declared: nil) - 2.2e9) < 3e7)
        #expect(Sizing().request(few, declared: nil) > 2.5e9)
    }

    @Test("nothing is asked for below the floor")
    func floor() {
        #expect(Sizing().request(prediction([1e6, 1e6]), declared: nil) == Sizing().floorBytes)
    }

    @Test("the ladder climbs: 99 % quantile, a tenth above the most seen, what was declared, double")
    func ladder() {
        let estimate = prediction([1e9], p99: 2e9, largest: 3e9)
        #expect(Sizing.ladder(afterKillAt: 1e9, estimate, declared: 5e9) == 2e9)
        #expect(abs(Sizing.ladder(afterKillAt: 2e9, estimate, declared: 5e9) - 3.3e9) < 1)
        #expect(Sizing.ladder(afterKillAt: 3.3e9, estimate, declared: 5e9) == 5e9)
        #expect(Sizing.ladder(afterKillAt: 5e9, estimate, declared: 5e9) == 10e9)
    }
}
