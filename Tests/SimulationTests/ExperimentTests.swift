import BatonCore
import BatonPolicies
import BatonSimulator
import BatonTesting
import Testing

/// What makes a comparison fair: everybody meets the same world.
@Suite("Experiment") struct ExperimentTests {
    private static let workers = Array(
        repeating: Machine(capacity: Resources(milliCPU: 4000, memoryBytes: 8 << 30)), count: 2)

    private static func job() throws -> Job {
        let workflow = workflow("a -> b -> e, c -> d -> e, f, g, h -> i")
        let behaviours = workflow.tasks.indices.map { index in
            Workload.Behaviour(duration: .seconds(10 + 7 * index), peakMemoryBytes: Int64(1 + index % 3) << 30)
        }
        return try Job(workflow, behaviours: behaviours)
    }

    private static func experiment(
        _ contenders: [Contender] = [fifo, criticalPath], spread: DurationModel.Spread = .exact, error: Double = 1,
        memoryError: Double = 1, seeds: [UInt64] = Array(1...8), faults: FaultSpecification = FaultSpecification()
    ) throws -> Experiment {
        let job = try job()
        let conditions = Conditions(
            machines: workers, spread: spread, durationError: error, memoryError: memoryError, faults: faults)
        return Experiment(contenders: contenders, conditions: conditions, seeds: seeds) { seed in
            Workload(
                (0..<3).map {
                    job.arrival(
                        run: Run.ID(rawValue: seed * 10 + UInt64($0)),
                        at: Instant(nanoseconds: Int64($0) * 5_000_000_000))
                })
        }
    }

    private static let fifo = Contender(name: "fifo") { FIFO() }
    private static let criticalPath = Contender(name: "critical-path") { CriticalPathFirst() }

    private func run(_ experiment: Experiment, _ contender: Int, _ place: Int) -> Report {
        var scenario = experiment.trial(place).scenario(for: experiment.contenders[contender])
        scenario.recordsSpans = true
        var simulation = Simulation(scenario)
        return simulation.run(under: experiment.contenders[contender].makePolicy)
    }

    private func lengths(_ report: Report) -> [Attempt.ID: Duration] {
        Dictionary(uniqueKeysWithValues: report.spans.map { ($0.attempt, $0.start.duration(to: $0.end)) })
    }

    @Test("every policy meets the same luck, although they start tasks in different orders")
    func pairing() throws {
        let experiment = try Self.experiment(spread: .heavyTail(exponent: 1.5), error: 2)
        for place in 0..<experiment.trialCount {
            let (first, second) = (run(experiment, 0, place), run(experiment, 1, place))
            #expect(first.spans.map(\.attempt) != second.spans.map(\.attempt), "seed \(place + 1) shows nothing")
            #expect(lengths(first) == lengths(second))
        }
    }

    @Test("every policy meets the same failures and stragglers")
    func pairedFaults() throws {
        var faults = FaultSpecification()
        faults.rates = FaultPlan.Rates(straggler: 200, spuriousFailure: 200)
        let experiment = try Self.experiment(seeds: [1, 2, 3], faults: faults)
        for place in 0..<experiment.trialCount {
            let (first, second) = (run(experiment, 0, place), run(experiment, 1, place))
            let outcomes = Dictionary(uniqueKeysWithValues: first.spans.map { ($0.attempt, $0.outcome) })
            for span in second.spans { if let other = outcomes[span.attempt] { #expect(other == span.outcome) } }
            #expect(first.counts.failures > 0)
        }
        #expect(experiment.trial(0).scenario.faults.seed != experiment.trial(1).scenario.faults.seed)
    }

    @Test("seeds differ, and a trial made twice is the same")
    func trials() throws {
        let experiment = try Self.experiment(spread: .logNormal(coefficientOfVariation: 1))
        #expect(experiment.trial(2).scenario == experiment.trial(2).scenario)
        #expect(run(experiment, 0, 2) == run(experiment, 0, 2))
        #expect(lengths(run(experiment, 0, 2)) != lengths(run(experiment, 0, 3)))
    }

    @Test("the oracle knows the luck, and who is told nothing takes what is declared")
    func knowledge() throws {
        var contenders = [Self.criticalPath, Self.criticalPath, Self.criticalPath]
        contenders[1].knowledge = .oracle
        contenders[2].knowledge = .declared
        let experiment = try Self.experiment(contenders, spread: .heavyTail(exponent: 1.2))
        let trial = experiment.trial(0)
        #expect(trial.scenario(for: contenders[0]).expectations?.isOracle == false)
        #expect(trial.scenario(for: contenders[1]).expectations?.isOracle == true)
        #expect(trial.scenario(for: contenders[2]).expectations == nil)
        let granted = (0..<3).map { run(experiment, $0, 0).allocatedGBHours }
        #expect(granted[2] > granted[0], "without estimates each task takes its share of the memory")
    }

    @Test("no policy beats the bounds", arguments: Seed.range(0..<20))
    func bounds(seed: UInt64) throws {
        let experiment = try Self.experiment(spread: .logNormal(coefficientOfVariation: 0.8), seeds: [seed])
        let trial = experiment.trial(0)
        for contender in 0..<2 {
            let measurement = Measurement(
                run(experiment, contender, 0), in: trial, TrialBounds(trial, for: experiment.contenders[contender]))
            #expect(try #require(measurement[.gapToBoundPercent]) >= 0)
            #expect(try #require(measurement[.makespanGapToBoundPercent]) >= 0)
            #expect(try #require(measurement[.meanSlowdown]) >= 1)
        }
    }

    @Test("a measurement is what one would work out by hand")
    func measurement() throws {
        var job = try Job(
            workflow("a -> b"), behaviours: [.init(duration: .seconds(10)), .init(duration: .seconds(20))])
        job.workflow.deadline = .seconds(45)
        let one = [Machine(capacity: Resources(milliCPU: 1000, memoryBytes: 8 << 30))]
        // Two jobs at once on one core: the one that came first goes first.
        let workload = Workload([job.arrival(run: Run.ID(rawValue: 1)), job.arrival(run: Run.ID(rawValue: 2))])
        var trial = Trial(name: "hand", workload, Conditions(machines: one), seed: 1)
        trial.bestKnownMakespan = .seconds(48)
        var simulation = Simulation(trial.scenario(for: Self.fifo))
        let measured = Measurement(simulation.run { FIFO() }, in: trial, TrialBounds(trial, for: Self.fifo))
        #expect(measured.completionSeconds == [30, 60])
        #expect(measured[.meanCompletion] == 45)
        #expect(measured[.makespan] == 60)
        #expect(measured[.gapToBestKnownPercent] == 25)
        #expect(measured[.weightedTardiness] == 7.5)
        #expect(measured[.utilisation] == 1)
        #expect(measured[.failedJobs] == 0)
        // Slowdowns 1 and 2: Jain's index is 3² / (2 · 5).
        #expect(abs(try #require(measured[.fairness]) - 0.9) < 1e-12)
    }

    @Test("wins, ties and losses are counted pair by pair, and a tie is a thousandth")
    func standings() {
        func column(_ values: [Double]) -> [Standing] {
            func measurement(_ seconds: Double) -> Measurement {
                Measurement(completionSeconds: [seconds]) { $0 == .meanCompletion ? seconds : nil }
            }
            let pairs = values.map { [measurement(100), measurement($0)] }
            return Comparison(names: ["base", "other"], measurements: pairs, baseline: 0).standings
        }
        let other = column([90, 100.05, 120, 99.95])[1]
        #expect([other.wins, other.ties, other.losses] == [1, 2, 1])
        #expect(other.ratioToBaseline.value == 1.025)
        #expect(other.worstDecile == 120)
        let clear = column([90, 90, 90, 90])[1]
        #expect(clear.ratioToBaseline.interval == Interval(0.9, 0.9))
    }
}
