import BatonCore
import Testing

@testable import BatonPrediction

@Suite("Load forecast")
struct LoadForecastTests {
    /// A network takes seconds to learn in a debug build.
    private let quick: [LoadMember] = [.seasonalNaive, .movingAverage, .holtWinters]

    private func hours(_ values: [Double]) -> LoadSeries {
        LoadSeries(quantity: .tasks, start: 0, bucketSeconds: 3600, values: values)
    }

    /// More by day than by night, with noise.
    private func days(_ count: Int, noise: Double = 1, seed: UInt64 = 1) -> [Double] {
        var generator = SeededGenerator(seed: seed)
        return (0..<count * 24).map { hour in
            max(0, 10 + 8 * PortableMath.sine(ofTurns: Double(hour % 24) / 24) + noise * (2 * generator.unit() - 1))
        }
    }

    @Test("attempts are counted where they arrive, and their cores where they run")
    func counting() {
        let record = LoadRecord(
            attempts: [
                .init(submitted: 100, started: 150, ended: 250, cores: 2, memoryBytes: 10),
                .init(submitted: 190, started: 200, ended: 300, cores: 1, memoryBytes: 0),
                .init(submitted: 420, started: 420, ended: 450, cores: 1, memoryBytes: 0),
            ], runs: [100, 420])
        #expect(record.series(.tasks, bucketSeconds: 100).values == [2, 0, 0])
        #expect(record.series(.runs, bucketSeconds: 100).values == [1, 0, 0])
        #expect(record.series(.cores, bucketSeconds: 100).values == [1, 2, 0])
        #expect(record.series(.memory, bucketSeconds: 100).values == [5, 5, 0])
        #expect(record.series(.tasks, bucketSeconds: 100).start == 100)
    }

    @Test("a daily rhythm is found and continued")
    func season() throws {
        let forecast = try LoadForecast(hours(days(14)), horizon: 24, members: quick)
        #expect(forecast.period == 24)
        #expect(forecast.member != .movingAverage)
        for (expected, said) in zip(days(1, noise: 0), forecast.p50) { #expect(abs(expected - said) < 2) }
    }

    @Test("without a rhythm the average is hard to beat")
    func noRhythm() throws {
        var generator = SeededGenerator(seed: 4)
        let values = (0..<400).map { _ in 5 + 10 * generator.unit() }
        let forecast = try LoadForecast(hours(values), horizon: 12, members: quick)
        #expect(forecast.member != .seasonalNaive)
        #expect(forecast.p50.allSatisfy { abs($0 - 10) < 2 })
    }

    @Test("the 90 % quantile lies above most of what comes")
    func coverage() throws {
        let forecast = try LoadForecast(
            hours(days(40, noise: 4)), horizon: 24, members: [.seasonalNaive, .holtWinters])
        let coverage = try #require(forecast.coverageP90)
        #expect((0.82...0.97).contains(coverage))
        let future = days(41, noise: 4).suffix(24)
        #expect(zip(forecast.p90, future).count { $0 >= $1 } >= 18)
        #expect(zip(forecast.p50, forecast.p90).allSatisfy { $0 <= $1 })
    }

    @Test("the network learns a rhythm that has no known season")
    func network() throws {
        // Every fifth hour is busy.
        let values = (0..<200).map { $0 % 5 == 0 ? 20.0 : 2 }
        let network = try #require(LoadNetwork(values[...], period: nil, seed: 1))
        for (step, said) in network.forecast(values[...], horizon: 5).enumerated() {
            #expect(abs(said - (step == 0 ? 20 : 2)) < 3)
        }
    }

    @Test("the future has no influence on the back-test")
    func causal() {
        let values = days(10)
        var changed = values
        for index in 200..<240 { changed[index] = 999 }
        func paths(_ values: [Double]) -> [[Double]] {
            var test = LoadBacktest(values, period: 24, horizon: 24, first: 120, members: quick)
            test.run()
            return quick.flatMap { test.paths(of: $0).filter { $0.origin <= 200 }.map(\.forecast) }
        }
        #expect(paths(values) == paths(changed))
        #expect(!paths(values).isEmpty)
    }

    @Test("a past that is too short says how much is missing")
    func tooShort() {
        #expect(throws: LoadForecast.TooShort(buckets: 20, needed: 72)) {
            try LoadForecast(hours(Array(repeating: 1, count: 20)), horizon: 24)
        }
    }

    @Test("no load is forecast after no load, and nothing breaks")
    func zeros() throws {
        let forecast = try LoadForecast(hours(Array(repeating: 0, count: 200)), horizon: 24, members: quick)
        #expect(forecast.p90.allSatisfy { $0 < 0.01 })
    }

    @Test("samples differ, are never negative, and come from the seed alone")
    func samples() throws {
        let forecast = try LoadForecast(hours(days(14, noise: 6)), horizon: 24, members: [.holtWinters])
        var (first, second) = (SeededGenerator(seed: 1), SeededGenerator(seed: 1))
        let paths = (0..<10).map { _ in forecast.sample(using: &first) }
        #expect(paths == (0..<10).map { _ in forecast.sample(using: &second) })
        #expect(Set(paths).count > 3)
        #expect(paths.allSatisfy { $0.allSatisfy { $0 >= 0 } })
    }
}
