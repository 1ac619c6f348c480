import BatonCore
import BatonPolicies
import BatonSimulator
import BatonTesting
import Testing

/// A policy that is asked beside the one that decides.
@Suite struct ShadowedTests {
    private static let worker = Resources(milliCPU: 4000, memoryBytes: 8 << 30)

    @Test(
        "whatever goes wrong, each policy can be asked about a cluster that another one fills",
        arguments: PolicyCatalog.names)
    func faults(name: String) {
        for seed in Seed.range(0..<5) {
            let workers = Array(repeating: Machine(capacity: Self.worker), count: Int(seed % 3) + 1)
            let workload = RandomWorkload().workload(for: Self.worker, seed: seed)
            var scenario = Scenario(
                workers: workers, workload: workload,
                durations: DurationModel(seed: seed, spread: .heavyTail(exponent: 1.5)),
                faults: Swarm().plan(for: workload.arrivals.map(\.submission.run), on: workers, seed: seed))
            let replay = Seed.replay(seed, "ShadowedTests") + " \(name)"
            PolicyConformance.check(scenario, isWorkConserving: false, replay: replay) {
                Shadowed(CriticalPathFirst(), shadow: PolicyCatalog.policy(named: name)!)
            }
            scenario.recordsSpans = true
            var (shadowed, alone) = (Simulation(scenario), Simulation(scenario))
            let first = shadowed.run { Shadowed(CriticalPathFirst(), shadow: PolicyCatalog.policy(named: name)!) }
            let second = alone.run { CriticalPathFirst() }
            #expect(first.spans == second.spans, "the shadow changed something; \(replay)")
        }
    }

    /// Three tasks of which one core takes one at a time; the last is the longest.
    private func opinions(_ shadow: any Policy) throws -> [SecondOpinion?] {
        let job = try Job(
            name: "three",
            tasks: [1, 2, 3].map { seconds in
                Job.Task(
                    name: "t\(seconds)", kind: "t", request: .init(milliCPU: 1000),
                    behaviour: .init(duration: .seconds(seconds)))
            })
        var scenario = Scenario(
            workers: [Machine(capacity: Resources(milliCPU: 1000, memoryBytes: 1 << 30))],
            workload: Workload([job.arrival(run: Arrivals.runID(seed: 1, index: 0))]), expectations: Expectations())
        scenario.isChecked = true
        var simulation = Simulation(scenario)
        _ = simulation.run { Shadowed(CriticalPathFirst(), shadow: shadow) }
        return simulation.log.compactMap { record -> SecondOpinion?? in
            if case .decided(let decision) = record.event { .some(decision.secondOpinion) } else { nil }
        }
    }

    @Test("each decision says whether the shadow agrees, and what it would have started instead")
    func second() throws {
        let same = try opinions(CriticalPathFirst())
        #expect(same == Array(repeating: SecondOpinion(policy: "critical-path"), count: 3))
        let other = try opinions(ShortestFirst())
        #expect(other.count == 3)
        #expect(other.map { $0?.instead?.map(\.task.task.index) } == [[0], [0], nil])
    }
}
