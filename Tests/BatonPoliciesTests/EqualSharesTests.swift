import BatonCore
import BatonPolicies
import BatonSimulator
import BatonTesting
import Testing

/// How several orchestrators share a machine.
@Suite struct EqualSharesTests {
    private func spans(_ flows: [Workflow], cores: Int64, seconds: Int64 = 10) -> [Report.Span] {
        let arrivals = flows.enumerated().map { number, flow in
            Workload.Arrival(
                submission: Run.Submission(run: Run.ID(rawValue: UInt64(number + 1)), workflow: flow, parameters: []),
                behaviours: flow.tasks.map { _ in .init(duration: .seconds(seconds)) })
        }
        var simulation = Simulation(
            Scenario(
                workers: [Machine(capacity: Resources(milliCPU: cores * 1000, memoryBytes: cores << 30))],
                workload: Workload(arrivals), expectations: Expectations(), recordsSpans: true, isChecked: true))
        return simulation.run { EqualShares() }.spans
    }

    @Test("runs hold as much as each other, however many tasks wait in one, and all of it where one has no more")
    func shares() {
        let spans = spans([workflow("a, b, c, d, e, f, g, h"), workflow("x, y, z")], cores: 4)
        func runs(at seconds: Int64) -> [UInt64] {
            spans.filter { $0.start == Instant.zero.advanced(by: .seconds(seconds)) }.map(\.attempt.run.rawValue)
                .sorted()
        }
        #expect(runs(at: 0) == [1, 1, 2, 2] && runs(at: 10) == [1, 1, 1, 2] && runs(at: 20) == [1, 1, 1])
    }

    @Test("inside a run the longest path goes first")
    func paths() {
        let tasks = spans([workflow("a, b -> c -> d")], cores: 1).map(\.attempt.task.index)
        #expect(tasks.prefix(2) == [1, 2], "\(tasks)")
    }
}
