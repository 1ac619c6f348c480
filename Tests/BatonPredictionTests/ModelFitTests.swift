import BatonCore
import Testing

@testable import BatonPrediction

@Suite("A fitted model")
struct ModelFitTests {
    /// One a minute.
    private func trace(_ seconds: [Double?], task: String = "sort") -> Trace {
        Trace(
            name: "t",
            rows: seconds.enumerated().map { place, seconds in
                Trace.Row(
                    profile: TaskProfile(signature: "w/" + task, tool: task),
                    measurement: Measurement(durationSeconds: seconds, peakMemoryBytes: 1e9, cpuPercent: 100),
                    completedAt: 60 * Double(place))
            })
    }

    @Test("is judged on the last day, each attempt from those before it")
    func lastDay() throws {
        // Two days of 10 s, then one of 20 s: only the first of that day is missed.
        let days = Array(repeating: 10.0, count: 2_000) + Array(repeating: 20.0, count: 900)
        let fit = try #require(ModelFit(trace(days)))
        let scores = try #require(fit.scores[.duration])
        #expect(scores.count <= 1_000)
        #expect(scores.medianAPE < 0.02)
        #expect(fit.predictor.observationCount == days.count)
        #expect(fit.comparison == nil)
    }

    @Test("takes over from one that knew only an older world")
    func better() throws {
        let days = Array(repeating: 10.0, count: 100) + Array(repeating: 40.0, count: 100)
        var old = Predictor()
        for row in trace(days).rows.prefix(100) { old.observe(row.measurement, of: row.profile) }
        let fit = try #require(ModelFit(trace(days), beside: .init(predictor: old, through: 60 * 99)))
        let comparison = try #require(fit.comparison)
        #expect(comparison.attempts == 100)
        #expect(!comparison.isWorse)
    }

    @Test("is seen to be worse when what it was fitted to is bad")
    func worse() throws {
        let good = Array(repeating: 10.0, count: 60)
        var current = Predictor()
        for row in trace(good).rows { current.observe(row.measurement, of: row.profile) }
        // Somebody damaged the past: only the newest thirty are what they were.
        var rows = trace(Array(repeating: 9_000, count: 60) + Array(repeating: 10, count: 30)).rows
        for place in 60..<90 {
            rows[place].profile = TaskProfile(signature: "w/sort", tool: "sort")
            rows[place].completedAt! += 90_000
        }
        let fit = try #require(
            ModelFit(Trace(name: "t", rows: rows), beside: .init(predictor: current, through: 60 * 59)))
        let comparison = try #require(fit.comparison)
        #expect(comparison.error > comparison.errorOfCurrent)
        #expect(comparison.isWorse)
    }

    @Test("is not compared on fewer than twenty new attempts, nor on those that the other had seen")
    func few() throws {
        let days = Array(repeating: 10.0, count: 100)
        let fit = try #require(ModelFit(trace(days), beside: .init(predictor: Predictor(), through: 60 * 85)))
        #expect(fit.comparison == nil)
        #expect(fit.scores[.duration]?.count == 100)
    }

    @Test("learns from an attempt what was measured of it, whatever else was not")
    func badData() throws {
        var seconds: [Double?] = Array(repeating: 10.0, count: 60)
        for place in stride(from: 0, to: 60, by: 3) { seconds[place] = [0, nil, -4][place / 3 % 3] }
        let fit = try #require(ModelFit(trace(seconds)))
        #expect(fit.scores[.duration]?.count == 40)
        #expect(fit.scores[.memory]?.count == 60)
        let prediction = fit.predictor.predict(TaskProfile(signature: "w/sort", tool: "sort"), .duration)
        #expect(abs(prediction.p50 / 10 - 1) < 0.02)
    }

    @Test("is given up as soon as it may not go on")
    func abandoned() {
        var asked = 0
        let fit = ModelFit(trace(Array(repeating: 10, count: 500))) {
            asked += 1
            return asked < 10
        }
        #expect(fit == nil)
        #expect(asked == 10)
    }
}
