import Testing

@testable import BatonPrediction

@Suite("Baselines of sizing, by hand")
struct BaselineTests {
    private let past = [
        SizingBaseline.Past(input: 1, peak: 10, seconds: 100), SizingBaseline.Past(input: 2, peak: 20, seconds: 100),
        SizingBaseline.Past(input: 3, peak: 60, seconds: 100),
    ]

    @Test("the preset asks for what was declared, and for nothing else")
    func preset() {
        #expect(SizingBaseline.preset.request(past, input: 2, declared: 99) == 99)
        #expect(SizingBaseline.preset.request(past, input: 2, declared: nil) == nil)
    }

    @Test("the most seen, the last and the mean are what they say")
    func simple() {
        #expect(SizingBaseline.maxSeen.request(past, input: nil, declared: nil) == 60)
        #expect(SizingBaseline.lastValue.request(past, input: nil, declared: nil) == 60)
        #expect(SizingBaseline.mean.request(past, input: nil, declared: nil) == 30)
        #expect(SizingBaseline.maxSeen.request([], input: nil, declared: 99) == nil)
    }

    @Test("the 95th percentile of 1 to 100 is 95, of three values the largest")
    func percentile() {
        let hundred = (1...100).map { SizingBaseline.Past(input: nil, peak: Double($0), seconds: 1) }
        #expect(SizingBaseline.wittPercentile95.request(hundred, input: nil, declared: nil) == 95)
        #expect(SizingBaseline.wittPercentile95.request(past, input: nil, declared: nil) == 60)
    }

    @Test("the line over the input lies one standard deviation of its errors higher")
    func linear() throws {
        // Slope 25, mean 30 at input 2; errors 5, -10, 5, whose mean square is 50.
        let request = try #require(SizingBaseline.wittLinear.request(past, input: 4, declared: nil))
        #expect(abs(request - (80 + 50.0.squareRoot())) < 1e-9)
        // Without the size of the input it is the mean and the deviation of the peaks: 466.7 is the mean square.
        let flat = try #require(SizingBaseline.wittLinear.request(past, input: nil, declared: nil))
        #expect(abs(flat - (30 + (1400.0 / 3).squareRoot())) < 1e-9)
    }

    @Test("Tovar's first request has the least waste when kills are followed by the largest")
    func tovar() {
        // Asking for 10 wastes 10·300 + 60·200 - 9000 = 6000; for 20: 20·300 + 60·100 - 9000 = 3000; for 60: 9000.
        #expect(SizingBaseline.tovar.request(past, input: nil, declared: nil) == 20)
        #expect(SizingBaseline.tovar.afterKill(at: 20, past, declared: nil) == 60)
        #expect(SizingBaseline.tovar.afterKill(at: 60, past, declared: nil) == 120)
        #expect(SizingBaseline.mean.afterKill(at: 30, past, declared: nil) == 60)
    }

    @Test("a killed attempt wastes all it was granted, a good one what it did not use")
    func accounting() {
        var score = SizingScore()
        score.run(peak: 3e9, seconds: 3600, request: 2e9) { $0 * 2 }
        // 2 GB for an hour lost, then 4 GB granted of which 3 are used.
        #expect(score.wastedGigabyteHours == 3)
        #expect(score.attempts == 2)
        #expect(score.killedPercent == 50)
    }
}
