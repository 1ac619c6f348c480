import BatonCore
import BatonPolicies
import BatonSimulator
import Testing

/// Every kind of fault that can be said really changes what happens.
@Suite struct FaultSpecificationTests {
    private let machines = Array(
        repeating: Machine(capacity: Resources(milliCPU: 4_000, memoryBytes: 16_000_000_000)), count: 2)

    private func workload() -> Workload {
        var parameters = Family.Parameters()
        parameters.memoryBytes = .constant(1_000_000_000)
        parameters.overDeclaration = 1...1
        parameters.milliCPU = [1000]
        let job = Family.layered.job(tasks: 200, parameters: parameters, seed: 4)
        return Arrivals.stream(jobs: [job], count: 1, load: 1, on: machines, pattern: .batch, seed: 1)
    }

    private func report(
        _ change: (inout FaultSpecification) -> Void = { _ in }, expects: Bool = false
    ) throws -> Report {
        var faults = FaultSpecification()
        change(&faults)
        var workload = faults.applied(to: workload())
        if expects {
            // Without declarations the estimates decide how much memory is granted.
            for index in workload.arrivals.indices { undeclare(&workload.arrivals[index]) }
        }
        var simulation = Simulation(
            Scenario(
                workers: machines, workload: workload, expectations: expects ? faults.expectations(seed: 1) : nil,
                faults: try faults.plan(for: machines), recordsSpans: true, isChecked: true))
        let report = simulation.run { CriticalPathFirst() }
        #expect(report.violations.isEmpty)
        return report
    }

    private func undeclare(_ arrival: inout Workload.Arrival) {
        let behaviours = arrival.instanceBehaviours
        var builder = JobBuilder(name: "undeclared")
        let kind = builder.kind("t")
        for (index, behaviour) in behaviours.enumerated() {
            builder.add("t\(index)", kind: kind, request: .init(milliCPU: 1000), behaviour: behaviour)
        }
        if let job = try? builder.finish() { arrival = job.arrival(run: arrival.submission.run) }
    }

    @Test("stragglers, slow starts and network delay take time")
    func slowness() throws {
        let calm = try report()
        #expect(calm.isComplete && calm.counts.attempts == 200)
        #expect(try report { $0.rates.straggler = 100 }.makespan > calm.makespan * 2)
        #expect(try report { $0.rates.slowStart = 500 }.makespan > calm.makespan + .seconds(60))
        #expect(try report { $0.networkDelay = .seconds(5) }.makespan > calm.makespan + .seconds(60))
        let late = try report { $0.rates.lateReport = 1000 }
        #expect(late.makespan > calm.makespan + .seconds(20))
        #expect(try report { $0.rates.lostReport = 300 }.makespan > calm.makespan + .seconds(30))
        #expect(try report { $0.rates.duplicateReport = 1000 }.counts.staleReports > 100)
    }

    @Test("failures end attempts, growth and hunger kill them for memory")
    func failures() throws {
        #expect(try report { $0.rates.spuriousFailure = 100 }.counts.failures > 0)
        #expect(try report { $0.rates.growth = 500 } != report())
        let hungry = try report { $0.hungryTasks = .init(permille: 200, factor: 2) }
        #expect((20...60).contains(hungry.counts.outOfMemory) && hungry.isComplete)
    }

    @Test("wrong estimates of memory kill tasks that declare none, right ones do not")
    func estimates() throws {
        #expect(try report(expects: true).counts.outOfMemory == 0)
        #expect(try report({ $0.memoryError = 2 }, expects: true).counts.outOfMemory > 20)
        var faults = FaultSpecification()
        faults.durationError = 3
        #expect(faults.expectations(seed: 1).durationError == 3)
    }

    @Test("the rates end when they shall")
    func end() throws {
        let calm = try report()
        let ended = try report {
            $0.rates.straggler = 1000
            $0.ratesEnd = .zero
        }
        #expect(ended.makespan == calm.makespan)
    }

    @Test("a crashed worker loses what ran there, and comes back as another one")
    func crashes() throws {
        let crashed = try report {
            $0.crashes = [
                .init(worker: 1, at: .seconds(100), back: .seconds(50)),
                .init(worker: 1, at: .seconds(300), back: .seconds(50)),
            ]
        }
        #expect(crashed.counts.attempts > 200 && crashed.isComplete)
        let workers = Set(crashed.spans.map { Int($0.worker.index) })
        #expect(workers == [0, 1, 2, 3])
        #expect(
            crashed.spans.filter { $0.worker.index == 2 }.allSatisfy {
                $0.start >= Instant(nanoseconds: 150_000_000_000)
            })
        let gone = try report { $0.crashes = [.init(worker: 1, at: .seconds(100), back: nil)] }
        #expect(gone.makespan > crashed.makespan && Set(gone.spans.map(\.worker.index)) == [0, 1])
    }

    @Test("random crashes come about as often as asked, and the same for a seed")
    func randomCrashes() throws {
        var faults = FaultSpecification()
        faults.randomCrashes = .init(every: .seconds(3_600), back: .seconds(60), until: .seconds(360_000))
        let plan = try faults.plan(for: machines)
        let lost = plan.incidents.count { if case .workerLost = $0.kind { true } else { false } }
        #expect((150...250).contains(lost))
        #expect(try faults.plan(for: machines) == plan)
        faults.seed = 1
        #expect(try faults.plan(for: machines) != plan)
    }

    @Test("a busy worker, a dead supervisor and a full store delay the end")
    func incidents() throws {
        let calm = try report()
        let shared = try report {
            $0.sharings = [
                .init(
                    worker: 0, at: .zero, duration: .seconds(3_600),
                    remaining: Resources(milliCPU: 1_000, memoryBytes: 16_000_000_000))
            ]
        }
        #expect(shared.makespan > calm.makespan)
        let orphaned = try report {
            $0.incidents = [.init(at: Instant(nanoseconds: 100_000_000_000), .supervisorDies(back: .seconds(60)))]
        }
        #expect(orphaned.makespan > calm.makespan && orphaned.counts.lost > 0)
        let full = try report {
            $0.incidents = [.init(at: Instant(nanoseconds: 100_000_000_000), .storeFull(.seconds(600)))]
        }
        #expect(full.makespan > calm.makespan)
    }

    @Test("a worker that is not there is refused")
    func unknownWorker() {
        var faults = FaultSpecification()
        faults.crashes = [.init(worker: 2, at: .seconds(1), back: nil)]
        #expect(throws: FaultSpecification.UnknownWorker(worker: 2, count: 2)) { try faults.plan(for: machines) }
    }
}
