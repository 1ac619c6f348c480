import BatonCore
import BatonPolicies
import BatonSimulator
import BatonTesting
import Testing

/// Runs that take room beside those that are measured.
@Suite struct BackgroundTests {
    private static let hour = 3600.0

    private static func arrival(
        _ number: UInt64, _ workflow: Workflow, seconds: [Int64], running: [Int] = [], isBackground: Bool = false
    ) -> Workload.Arrival {
        let run = Run.ID(rawValue: number)
        return Workload.Arrival(
            submission: Run.Submission(run: run, workflow: workflow, parameters: []),
            behaviours: seconds.map { .init(duration: .seconds($0)) },
            running: running.map { task in
                Placement(
                    task: TaskReference(run: run, task: TaskInstance.ID(task)), worker: Worker.ID(0),
                    grant: Resources(milliCPU: 1000, memoryBytes: 1_000_000_000), reason: "")
            }, isBackground: isBackground)
    }

    private static func report(_ arrivals: [Workload.Arrival], cores: Int64, sharesLimits: Bool = false) -> Report {
        var simulation = Simulation(
            Scenario(
                workers: [Machine(capacity: Resources(milliCPU: cores * 1000, memoryBytes: cores * 1_000_000_000))],
                workload: Workload(arrivals), recordsSpans: true, sharesLimits: sharesLimits, isChecked: true))
        let report = simulation.run { CriticalPathFirst() }
        #expect(report.violations == [])
        return report
    }

    @Test("nobody waits for the end of a run in the background, and nothing of it is counted")
    func notMeasured() {
        let own = Self.arrival(1, workflow("a -> b"), seconds: [10, 10])
        let other = Self.arrival(2, workflow("x -> y"), seconds: [5, 1_000], running: [0], isBackground: true)
        let report = Self.report([other, own], cores: 2)
        #expect(report.runs.map(\.run) == [Run.ID(rawValue: 1)] && report.isComplete)
        #expect(report.makespan == .seconds(20) && report.cost == Self.report([own], cores: 2).cost)
        #expect(abs(report.allocatedCoreHours - 20 / Self.hour) < 1e-9)
        let spans = report.spans.filter { $0.attempt.run == Run.ID(rawValue: 2) }
        #expect(spans.map(\.end.nanoseconds) == [5_000_000_000, 20_000_000_000], "the last one goes on")
    }

    @Test("what runs already goes on, however long the way of others is")
    func running() {
        let own = Self.arrival(1, workflow("a -> b -> c"), seconds: [100, 100, 100])
        let other = Self.arrival(2, workflow("x"), seconds: [30], running: [0], isBackground: true)
        #expect(Self.report([other, own], cores: 1).makespan == .seconds(330))
    }

    @Test("limits of one name are shared between runs where that is asked for")
    func limits() {
        let limits = [Workflow.Limit(name: "db", capacity: 1)]
        func flow(_ name: String) -> Workflow {
            workflow(name, limits: limits, [name: { $0.request.slots = [.init(limit: "db")] }])
        }
        let arrivals = [Self.arrival(1, flow("a"), seconds: [10]), Self.arrival(2, flow("b"), seconds: [10])]
        #expect(Self.report(arrivals, cores: 2).makespan == .seconds(10))
        #expect(Self.report(arrivals, cores: 2, sharesLimits: true).makespan == .seconds(20))
    }
}
