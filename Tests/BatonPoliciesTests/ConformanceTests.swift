import BatonCore
import BatonPolicies
import BatonSimulator
import BatonTesting
import Testing

/// Every policy of the catalogue in every sort of world.
@Suite struct ConformanceTests {
    /// These may leave room idle: for a plan, or because a run has reached its cap.
    private static let planning: Set<String> = ["heft", "peft", "cpop", "srpt-critical-path"]
    /// These wait for a busy worker that would end the task sooner than an idle one.
    private static let waiting: Set<String> = ["min-min", "max-min"]

    private static let worker = Resources(milliCPU: 4000, memoryBytes: 8 << 30)

    @Test("whatever the workflows look like, each policy ends them all", arguments: PolicyCatalog.names)
    func peace(name: String) {
        for seed in Seed.range(0..<10) {
            let workers = Array(repeating: Machine(capacity: Self.worker), count: Int(seed % 3) + 1)
            let scenario = Scenario(
                workers: workers, workload: RandomWorkload(isTroubled: false).workload(for: Self.worker, seed: seed))
            PolicyConformance.check(
                scenario, isWorkConserving: !Self.planning.contains(name),
                replay: Seed.replay(seed, "ConformanceTests") + " \(name)"
            ) { PolicyCatalog.policy(named: name, patience: nil)! }
        }
    }

    @Test("whatever goes wrong, each policy ends all runs", arguments: PolicyCatalog.names)
    func faults(name: String) {
        for seed in Seed.range(0..<10) {
            let workers = Array(repeating: Machine(capacity: Self.worker), count: Int(seed % 3) + 1)
            let workload = RandomWorkload().workload(for: Self.worker, seed: seed)
            let scenario = Scenario(
                workers: workers, workload: workload,
                durations: DurationModel(seed: seed, spread: .heavyTail(exponent: 1.5)),
                faults: Swarm().plan(for: workload.arrivals.map(\.submission.run), on: workers, seed: seed)
            )
            for patience in [nil, PolicyCatalog.patience] {
                PolicyConformance.check(
                    scenario, isWorkConserving: false, replay: Seed.replay(seed, "ConformanceTests") + " \(name)"
                ) { PolicyCatalog.policy(named: name, patience: patience)! }
            }
        }
    }

    @Test(
        "on workers that differ, with data to move and wrong estimates, each policy ends all runs",
        arguments: PolicyCatalog.names)
    func mixed(name: String) {
        for seed in Seed.range(0..<10) {
            PolicyConformance.check(
                Jobs.mixed(seed: seed), isWorkConserving: !Self.planning.union(Self.waiting).contains(name),
                replay: Seed.replay(seed, "ConformanceTests") + " \(name)"
            ) { PolicyCatalog.policy(named: name, patience: nil)! }
        }
    }

    @Test("what was proposed and not started is proposed again", arguments: PolicyCatalog.names)
    func returns(name: String) throws {
        try PolicyConformance.checkReturns(PolicyCatalog.policy(named: name, patience: nil)!, replay: name)
    }

    @Test("what waits for a person holds up nothing else", arguments: PolicyCatalog.names)
    func approval(name: String) {
        PolicyConformance.checkApproval { PolicyCatalog.policy(named: name, patience: nil)! }
    }

    @Test("tasks go to workers of a kind that they may run on, and wait for no other", arguments: PolicyCatalog.names)
    func kinds(name: String) throws {
        try PolicyConformance.checkKinds { PolicyCatalog.policy(named: name, patience: nil)! }
    }

    @Test("on workers of several kinds each policy ends all runs", arguments: PolicyCatalog.names)
    func mixedKinds(name: String) {
        for seed in Seed.range(0..<10) {
            let workers = ["old", "new", "old"].map { Machine(capacity: Self.worker, kind: $0) }
            let workload = RandomWorkload(isTroubled: false, kinds: ["old", "new"])
                .workload(for: Self.worker, seed: seed)
            PolicyConformance.check(
                Scenario(workers: workers, workload: workload),
                isWorkConserving: !Self.planning.union(Self.waiting).contains(name),
                replay: Seed.replay(seed, "ConformanceTests") + " \(name)"
            ) { PolicyCatalog.policy(named: name, patience: nil)! }
        }
    }

    /// Drops the last of several placements.
    private struct Lazy: Policy {
        let name = "lazy"
        var fifo = FIFO()

        mutating func decide(_ observation: Observation) -> Decision {
            var decision = fifo.decide(observation)
            if decision.placements.count > 1 { decision.placements.removeLast() }
            return decision
        }
    }

    @Test("a policy that leaves room idle is noticed")
    func lazy() {
        let scenario = Scenario(
            workers: [Machine(capacity: Self.worker)],
            workload: RandomWorkload(isTroubled: false).workload(for: Self.worker, seed: 1))
        withKnownIssue {
            PolicyConformance.check(scenario, isWorkConserving: true, replay: "always") { Lazy() }
        }
    }
}
