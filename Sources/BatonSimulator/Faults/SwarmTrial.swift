public import BatonCore

/// A seed made into workers, runs and faults, and what must hold whatever happens to them.
public struct SwarmTrial: Sendable {
    public let seed: UInt64
    public var scenario: Scenario
    /// Which of the two policies that every user meets drives it: FIFO, or the critical path.
    public let isFIFO: Bool

    public init(seed: UInt64, hasFaults: Bool = true) {
        self.seed = seed
        var generator = SeededGenerator(seed: seed &* 7919)
        let worker = Resources(milliCPU: 4000, memoryBytes: 8 << 30)
        let workers = Array(repeating: Machine(capacity: worker), count: Int(generator.next() % 3) + 1)
        let workload = RandomWorkload(isTroubled: hasFaults).workload(for: worker, seed: seed)
        let runs = workload.arrivals.map(\.submission.run)
        let spreads: [DurationModel.Spread] = [
            .exact, .logNormal(coefficientOfVariation: 0.5), .heavyTail(exponent: 1.5),
        ]
        scenario = Scenario(
            workers: workers, workload: workload,
            durations: DurationModel(seed: seed, spread: spreads[Int(generator.next() % 3)]),
            faults: hasFaults ? Swarm().plan(for: runs, on: workers, seed: seed) : FaultPlan(), isChecked: true
        )
        isFIFO = generator.next() % 2 == 0
    }

    /// What went wrong, in sentences; empty when all is well.
    ///
    /// - Parameter simulation: of this scenario, at its end.
    public func problems(of report: Report, _ simulation: Simulation) -> [String] {
        var problems = report.violations
        if let rejection = simulation.rejection {
            problems.append("a decision was not admitted: \(rejection.placement): \(rejection.reason)")
        }
        if !report.isComplete { problems.append("a run did not come to its end") }
        if report.makespan >= .seconds(7 * 86_400) {
            problems.append("it took \(DurationText.format(report.makespan)) of virtual time")
        }
        if report.counts.turns >= 10_000 { problems.append("it took \(report.counts.turns) turns") }
        if report.counts.attempts >= 5_000 { problems.append("it took \(report.counts.attempts) attempts") }
        if simulation.states(in: simulation.engine) != simulation.states(in: simulation.replayed) {
            problems.append("the log does not lead to the state that the engine is in")
        }
        return problems
    }
}

extension Simulation {
    /// The state of every task of every run that reached the log.
    public func states(in engine: Engine) -> [[TaskState?]] {
        log.compactMap { record in
            guard case .runSubmitted(let submission) = record.event else { return nil }
            return engine.instances(of: submission.run).indices.map {
                engine.state(of: TaskReference(run: submission.run, task: TaskInstance.ID($0)))
            }
        }
    }

    /// The engine that the log alone gives.
    public var replayed: Engine {
        var engine = Engine()
        for record in log { _ = engine.handle(record.event, at: record.at) }
        return engine
    }
}
