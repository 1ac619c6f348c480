import BatonCore
import BatonSimulator
import Testing

@testable import baton

@Suite("Charts") struct ChartTests {
    @Test("ticks are round, within the range and about as many as wanted")
    func ticks() {
        #expect(Axis(0...100, at: 0...1).ticks(5) == [0, 20, 40, 60, 80, 100])
        #expect(Axis(0.91...1.04, at: 0...1).ticks(6).count == 7)
        #expect(Axis(1...1000, at: 0...1, isLogarithmic: true).ticks(4) == [1, 3, 10, 30, 100, 300, 1000])
        #expect(Axis(0...7_200, at: 0...1).timeTicks(8) == [0, 900, 1_800, 2_700, 3_600, 4_500, 5_400, 6_300, 7_200])
        #expect(Axis(100...7_000, at: 0...1, isLogarithmic: true).timeTicks(4) == [180, 600, 1_800, 6_000])
        #expect(Axis(0...0, at: 0...1).ticks(4).count > 1)
    }

    @Test("a logarithmic axis gives each decade the same room")
    func logarithmic() {
        let axis = Axis(1...100, at: 0...200, isLogarithmic: true)
        #expect([1, 10, 100, 1_000, 0.1].map(axis.position) == [0, 100, 200, 200, 0])
    }

    @Test("what runs at the same time on a worker lies in different lanes")
    func lanes() {
        func span(_ worker: Int, _ start: Int64, _ end: Int64) -> Report.Span {
            Report.Span(
                attempt: Attempt.ID(run: Run.ID(rawValue: 1), task: TaskInstance.ID(Int(start)), number: 1),
                worker: Worker.ID(worker), start: Instant(nanoseconds: start), end: Instant(nanoseconds: end),
                grant: .zero, outcome: .succeeded(nil))
        }
        let lanes = WorkerLanes.all([span(1, 0, 5), span(1, 3, 8), span(1, 5, 6), span(0, 1, 2)], workers: 3)
        #expect(lanes.map(\.index) == [0, 1])
        #expect(lanes[1].lanes.map { $0.map(\.start.nanoseconds) } == [[0, 5], [3]])
    }

    @Test("busy time is averaged over slices, and neighbours of one shade are one")
    func busyTime() {
        var busy = BusyTime(bins: 4, seconds: 8)
        busy.add(from: 1, to: 6, 1)
        #expect(busy.shares == [0.5, 1, 1, 0])
        #expect(busy.runs(levels: 2).map(\.bins) == [0..<1, 1..<3])
    }

    @Test("quantiles of decision times are right to a thirtieth")
    func decisionTimes() {
        var times = TimeHistogram()
        for microseconds in 1...1000 { times.note(nanoseconds: Int64(microseconds) * 1000) }
        #expect(abs(times.quantileMilliseconds(0.5) / 0.5 - 1) < 0.035)
        #expect(abs(times.quantileMilliseconds(0.99) / 0.99 - 1) < 0.035)
        #expect(times.quantileMilliseconds(1) <= 1)
        #expect(times.maximumNanoseconds == 1_000_000)
    }

    @Test("figures keep three digits that count")
    func figures() {
        #expect(
            [0.01234, 0.1234, 1.234, 12.34, 123.4, 1234, 5].map(Figures.number) == [
                "0.0123", "0.123", "1.23", "12.3", "123", "1234", "5",
            ])
        #expect(Figures.decimals(-0.04, 1) == "0.0")
        #expect(Figures.decimals(1.999, 2) == "2.00")
        #expect(Figures.percent(12.3) == "12 %")
    }
}
