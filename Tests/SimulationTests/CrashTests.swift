import BatonCore
import BatonPolicies
import BatonSimulator
import BatonTesting
import Testing

/// Single faults at every place where they can strike a small workflow.
@Suite struct CrashTests {
    private let graph = workflow("a -> b -> d, a -> c -> d, e -> d", ["d": { $0.timeout = .seconds(60) }])
    private let behaviour = Workload.Behaviour(duration: .seconds(3))

    private static let points: [FaultPlan.Crash.Point] = [
        .beforeAppend, .afterOrders(0), .afterOrders(1), .afterOrders(2), .afterOrders(99),
    ]

    @Test("a crash at any point of any turn loses nothing and runs nothing twice", arguments: points)
    func crashAnywhere(point: FaultPlan.Crash.Point) {
        for turn in 1...8 {
            for downtime in [Duration.zero, .milliseconds(1500), .seconds(100)] {
                let crash = FaultPlan.Crash(turn: turn, point: point, downtime: downtime)
                let (report, simulation) = World(graph, behaviour, faults: FaultPlan(crashes: [crash])).run()
                #expect(report.violations == [], "turn \(turn)")
                #expect(report.runs.map(\.status) == [.succeeded], "turn \(turn)")
                let (attempts, restarts) = (report.counts.attempts, report.counts.restarts)
                #expect(attempts == 5, "turn \(turn)")
                #expect(restarts == (turn <= report.counts.turns ? 1 : 0))
                #expect(simulation.successes.count == 5)
            }
        }
    }

    @Test("crashes in all turns, one after the other, only cost time")
    func crashAlways() {
        let crashes = (1...40).map { turn in
            FaultPlan.Crash(turn: turn, point: Self.points[turn % Self.points.count], downtime: .milliseconds(100))
        }
        let (report, _) = World(graph, behaviour, faults: FaultPlan(crashes: crashes)).run()
        #expect(report.violations == [])
        #expect(report.runs.map(\.status) == [.succeeded])
        let attempts = report.counts.attempts
        #expect(attempts == 5)
    }

    @Test("when the supervisor dies its attempts are lost and run again, at no cost to their retries")
    func supervisorDies() {
        for milliseconds in stride(from: 500, through: 9500, by: 1000) {
            let at = Instant.zero.advanced(by: .milliseconds(milliseconds))
            let death = FaultPlan.Incident(at: at, .supervisorDies(back: .seconds(1)))
            let (report, simulation) = World(graph, behaviour, faults: FaultPlan(incidents: [death])).run()
            #expect(report.violations == [])
            #expect(report.runs.map(\.status) == [.succeeded])
            let counts = report.counts
            #expect(counts.attempts == 5 + counts.lost)
            #expect(simulation.successes.values.allSatisfy { $0 == 1 })
        }
    }

    @Test("a report that is lost is found when the connection is made again")
    func lostReports() {
        let plan = FaultPlan(rates: FaultPlan.Rates(lostReport: 1000), endsAt: Instant(nanoseconds: .max))
        let (report, _) = World(graph, behaviour, faults: plan).run()
        #expect(report.violations == [])
        #expect(report.runs.map(\.status) == [.succeeded])
        let (attempts, lost) = (report.counts.attempts, report.counts.lost)
        #expect(attempts == 5)
        #expect(lost == 0)
        #expect(report.makespan > .seconds(90))
    }

    @Test("duplicate and late reports change nothing but the time")
    func duplicateReports() {
        let rates = FaultPlan.Rates(lateReport: 1000, duplicateReport: 1000)
        let plan = FaultPlan(seed: 5, rates: rates, endsAt: Instant(nanoseconds: .max))
        let (report, simulation) = World(graph, behaviour, faults: plan).run()
        #expect(report.violations == [])
        #expect(report.runs.map(\.status) == [.succeeded])
        #expect(simulation.successes.values.allSatisfy { $0 == 1 })
    }

    @Test("while the disk is full nothing is decided or started; afterwards everything goes on")
    func fullDisk() {
        let full = FaultPlan.Incident(at: Instant.zero.advanced(by: .seconds(1)), .storeFull(.seconds(60)))
        let (report, simulation) = World(graph, behaviour, faults: FaultPlan(incidents: [full])).run()
        #expect(report.violations == [])
        #expect(report.runs.map(\.status) == [.succeeded])
        for record in simulation.log {
            guard case .decided = record.event else { continue }
            let seconds = record.at.nanoseconds / 1_000_000_000
            #expect(!(1..<61).contains(seconds), "decided after \(seconds) s")
        }
        #expect(report.makespan >= .seconds(61 + 6))
    }

    @Test("with a full disk and a crash, what was not written never happened")
    func fullDiskAndCrash() {
        for turn in 1...12 {
            let plan = FaultPlan(
                incidents: [.init(at: Instant.zero.advanced(by: .seconds(2)), .storeFull(.seconds(5)))],
                crashes: [.init(turn: turn, point: .beforeAppend, downtime: .seconds(1))]
            )
            let (report, _) = World(graph, behaviour, faults: plan).run()
            #expect(report.violations == [])
            #expect(report.runs.map(\.status) == [.succeeded])
            let attempts = report.counts.attempts
            #expect(attempts == 5)
        }
    }

    @Test("six tasks that outgrow their share are named, get more, and succeed")
    func outOfMemory() {
        let six = workflow("a, b, c, d, e, f")
        let (report, simulation) = World(six, .init(duration: .seconds(3), peakMemoryBytes: 3 << 30), cores: 6).run()
        #expect(report.violations == [])
        #expect(report.runs.map(\.status) == [.succeeded])
        let killed = report.counts.outOfMemory
        #expect(killed >= 6)
        #expect(simulation.successes.count == 6)
    }
}
