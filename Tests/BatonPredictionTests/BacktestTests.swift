import BatonFormats
import Foundation
import Testing

@testable import BatonPrediction

@Suite("Back-test")
struct BacktestTests {
    private func trace(_ seconds: [Double], submitted: [Double]? = nil) -> Trace {
        Trace(
            name: "made up",
            rows: seconds.enumerated().map { place, seconds in
                Trace.Row(
                    profile: TaskProfile(signature: "a", tool: "a"),
                    measurement: Measurement(durationSeconds: seconds, peakMemoryBytes: 1e9),
                    submittedAt: submitted?[place], completedAt: Double(place + 1))
            })
    }

    @Test("by completion only the first is cold; by submission all that were submitted together")
    func orders() {
        let together = trace([10, 10, 10, 10], submitted: [0, 0, 0, 3.5])
        let byCompletion = Backtest(together, order: .completion).outcomes[.duration]!
        let bySubmission = Backtest(together, order: .submission).outcomes[.duration]!
        #expect(byCompletion.map(\.isCold) == [true, false, false, false])
        #expect(bySubmission.map(\.isCold) == [true, true, true, false])
    }

    @Test("traces of one history follow each other: dated ones by the time, others in their order")
    func joined() {
        func named(_ name: String, at stamps: [Double], isDated: Bool) -> Trace {
            var trace = Trace(
                name: name,
                rows: stamps.map {
                    Trace.Row(
                        profile: TaskProfile(signature: name, tool: name), measurement: Measurement(durationSeconds: 1),
                        submittedAt: $0 - 1, completedAt: $0)
                })
            trace.isDated = isDated
            return trace
        }
        let history = Trace.joined([
            named("undated", at: [1, 2], isDated: false), named("late", at: [20, 40], isDated: true),
            named("early", at: [10, 30], isDated: true),
        ])
        #expect(history.rows.map(\.profile.signature) == ["early", "late", "early", "late", "undated", "undated"])
        #expect(history.rows.map(\.completedAt) == [10, 20, 30, 40, 41, 42])
    }

    @Test("the future has no influence on a prediction")
    func causal() {
        let seconds = (0..<60).map { 10 + Double($0 * 7 % 13) }
        let whole = Backtest(trace(seconds)).outcomes[.duration]!
        let half = Backtest(trace(Array(seconds.prefix(30)))).outcomes[.duration]!
        #expect(Array(whole.prefix(30)) == half)
    }

    @Test("scores are those worked out by hand")
    func scores() {
        let scores = Scores([
            .init(point: 8, p50: 8, p90: 12, measured: 10, isCold: true),
            .init(point: 20, p50: 20, p90: 20, measured: 10, isCold: false),
            .init(point: 11, p50: 11, p90: 9, measured: 10, isCold: false),
        ])
        #expect(abs(scores.oneMinusMAPE - (1 - (0.2 + 1 + 0.1) / 3)) < 1e-12)
        #expect(abs(scores.medianAPE - 0.2) < 1e-12)
        #expect(abs(scores.within15Percent - 1.0 / 3) < 1e-12)
        #expect(abs(scores.meanMinOverMax - (0.8 + 0.5 + 10.0 / 11) / 3) < 1e-12)
        #expect(abs(scores.coverageP90 - 2.0 / 3) < 1e-12)
        #expect(abs(scores.pinballP50 - (0.5 * 0.2 + 0.5 * 1 + 0.5 * 0.1) / 3) < 1e-12)
    }

    @Test("with post-hoc features the bytes that were read stand in for the size of the input")
    func postHoc() {
        var leaky = trace((0..<30).map { 10 * Double($0 % 10 + 1) })
        for place in leaky.rows.indices { leaky.rows[place].readBytes = 1e6 * Double(place % 10 + 1) }
        let honest = Scores(Backtest(leaky).outcomes[.duration]!)
        let postHoc = Scores(Backtest(leaky, features: .postHoc).outcomes[.duration]!)
        #expect(postHoc.medianAPE < 0.05)
        #expect(honest.medianAPE > 0.2)
    }

    /// Beside the repository, where it is there.
    private static let data = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("shared/data").path

    /// The smaller of the two: the figures over all of the data are in Benchmarks/results.
    @Test("a real trace is predicted well, and asks for a fraction of what its users declared")
    func realTrace() throws {
        guard FileManager.default.fileExists(atPath: Self.data) else {
            print("left out: no data beside the repository")
            return
        }
        let path = Self.data + "/sizey/trace_methylseq.csv.gz"
        let traces = try TraceFile.read(path: path, format: .nextflow)
        #expect(traces[0].flaws.unsuccessful == 72)
        let test = Backtest(traces[0])
        let memory = Scores(test.outcomes[.memory]!)
        #expect(memory.count == 1011)
        #expect(memory.oneMinusMAPE > 0.8)
        #expect(memory.medianAPE < 0.03)
        #expect((0.88...0.92).contains(memory.coverageP90))
        let duration = Scores(test.outcomes[.duration]!)
        #expect(duration.oneMinusMAPE > 0.76)
        #expect((0.88...0.92).contains(duration.coverageP90))
        for baseline in SizingBaseline.allCases {
            let score = try #require(test.baselines[baseline])
            let share = baseline == .preset ? 0.15 : 0.85
            #expect(test.sizing.wastedGigabyteHours < share * score.wastedGigabyteHours, "\(baseline)")
        }
    }
}
