import BatonCore
import BatonPolicies
import BatonSimulator
import BatonTesting
import Testing

/// Tasks that share something, in virtual time.
@Suite struct SlowDownTests {
    /// Each takes as many times as long as there are of them: they share a thing of which one alone can use all.
    private static let fair = SlowDown(contention: 1, coherency: 0, most: 100)

    /// When each ends, in seconds, by the tasks of a workflow.
    private func ends(
        _ workflow: Workflow, seconds: [Int64], cores: Int64 = 8, _ slowDown: SlowDown = SlowDownTests.fair,
        faults: FaultPlan = FaultPlan(), isChecked: Bool = true
    ) -> [Double] {
        let behaviours = seconds.map { seconds in
            Workload.Behaviour(duration: .seconds(seconds), sharing: .init(group: 0, slowDown: slowDown))
        }
        let submission = Run.Submission(run: Run.ID(rawValue: 1), workflow: workflow, parameters: [])
        var simulation = Simulation(
            Scenario(
                workers: [Machine(capacity: Resources(milliCPU: cores * 1000, memoryBytes: 8 << 30))],
                workload: Workload([.init(submission: submission, behaviours: behaviours)]), faults: faults,
                recordsSpans: true, isChecked: isChecked))
        let report = simulation.run { FIFO() }
        #expect(report.violations == [])
        let latest = Dictionary(report.spans.map { ($0.attempt.task.index, Double($0.end.nanoseconds) / 1e9) }) {
            _, last in last
        }
        return workflow.tasks.indices.map { latest[Int32($0)] ?? -1 }
    }

    @Test("how much slower, by how many there are; beyond what was seen no more is done, and no less")
    func factors() {
        let slowDown = SlowDown(contention: 0.5, coherency: 0.1, least: 2, most: 4)
        #expect(slowDown.factor(1) == 1 && slowDown.factor(2) == 1)
        #expect(abs(slowDown.factor(4) - 3.7 / 1.7) < 1e-12)
        var doubted = slowDown
        doubted.power = 2
        #expect(abs(doubted.factor(4) - slowDown.factor(4) * slowDown.factor(4)) < 1e-9)
        #expect(abs(slowDown.throughput(8) - slowDown.throughput(4)) < 1e-12)
    }

    @Test("what is shared fairly gets all done at the same time, however many run at once")
    func fairness() {
        #expect(ends(workflow("a, b, c, d"), seconds: [10, 10, 10, 10]) == [40, 40, 40, 40])
        #expect(ends(workflow("a, b, c, d"), seconds: [10, 10, 10, 10], cores: 2) == [20, 20, 40, 40])
        #expect(ends(workflow("a, b, c, d"), seconds: [10, 10, 10, 10], isChecked: false) == [40, 40, 40, 40])
    }

    @Test("the pace changes with each that comes and goes")
    func pace() {
        // Both at half pace until a is done at 20; then b has 10 left, and alone.
        #expect(ends(workflow("a, b"), seconds: [10, 20]) == [20, 30])
        // c comes when a is done, and has as much to do as b has left.
        #expect(ends(workflow("a, b, a -> c"), seconds: [10, 20, 10]) == [20, 40, 40])
    }

    @Test("fewer at once end sooner where each pair is in the other's way")
    func coherency() {
        let thrash = SlowDown(contention: 0, coherency: 0.5, most: 8)
        let all = ends(workflow("a, b, c, d"), seconds: [10, 10, 10, 10], thrash)
        let pairs = ends(workflow("a, b, c, d"), seconds: [10, 10, 10, 10], cores: 2, thrash)
        #expect(all == [70, 70, 70, 70])
        #expect(pairs == [20, 20, 40, 40])
    }

    @Test("one that is ended early leaves the others the faster")
    func stopped() {
        var limited = workflow("a, b")
        limited.tasks[1].timeout = .seconds(4)
        let ends = self.ends(limited, seconds: [10, 100])
        // At half pace until b is gone, whenever that is after its time is up.
        #expect(ends[1] >= 4 && ends[1] < 14.1)
        #expect(abs(ends[0] - (ends[1] + 10 - ends[1] / 2)) < 1e-6)
    }

    @Test("processes that a lost supervisor takes with it slow nobody down any more")
    func lost() {
        let faults = FaultPlan(
            incidents: [.init(at: .zero.advanced(by: .seconds(5)), .supervisorDies(back: .seconds(1)))])
        // Both begin anew at 6 and end at the same time.
        #expect(ends(workflow("a, b"), seconds: [10, 10], faults: faults) == [26, 26])
    }
}
