import BatonCore
import BatonStore
import Foundation
import Testing

@testable import baton

@Suite("Predictions in a picture") struct PredictionChartTests {
    @Test("tasks that were not predicted or not measured are not drawn, and a picture of none is refused")
    func nothing() throws {
        let stage = try Stage([task("a")])
        let view = try CalibrationView(of: stage.run, in: try stage.store())
        #expect(view.page == nil)
        #expect(throws: CommandFailure.self) { try view.draw(as: "out.svg") }
        let refused = #expect(throws: CommandFailure.self) { try view.draw(as: "out.gif") }
        #expect(refused?.message.contains("--chart writes .svg and .png files") == true)
    }

    @Test("each task is a dot of each figure, and quantiles are counted by those that kept to them")
    func dots() throws {
        let stage = try Stage([task("a"), task("b"), task("c")], cores: 8)
        let estimate = Estimate(
            durationP50Nanoseconds: 2_000_000_000, durationP90Nanoseconds: 4_000_000_000,
            peakMemoryP50Bytes: 40_000_000, peakMemoryP99Bytes: 60_000_000, largestSeenMemoryBytes: 0, sampleCount: 3,
            model: "test")
        stage.send(
            .estimated(stage.run, (0..<3).map { TaskEstimate(task: TaskInstance.ID($0), estimate: estimate) }), at: 0)
        try stage.decide(at: 1)
        for (name, seconds) in [("a", 2.0), ("b", 4), ("c", 9)] { stage.end(name, .succeeded(nil), at: seconds) }
        // One after the other, as a run tells them.
        let store = MemoryStore()
        for recorded in stage.log { try store.append([recorded], for: stage.run) }
        let page = try #require(try CalibrationView(of: stage.run, in: store).page)
        let chart = try #require(page.panels.last as? CalibrationChart)
        #expect(
            chart.rows.map { "\($0.name) \($0.hits)/\($0.count)" } == [
                "run time, p50 1/3", "run time, p90 2/3", "peak memory, p50 0/3", "peak memory, p99 3/3",
            ])
        let interval = chart.rows[1].interval
        // Wilson's interval of 2 of 3.
        #expect(abs(interval.lowerBound - 0.208) < 0.001 && abs(interval.upperBound - 0.939) < 0.001)
        let svg = page.svg
        #expect(svg.contains("took at most p90: 2") && svg.contains("took more: 1"))
        #expect(svg.contains("took at most p99: 3") && svg.contains("took more: 0"))
    }
}
