import BatonCore

/// Under which circumstances an experiment takes place, whatever arrives.
public struct Conditions: Hashable, Sendable {
    public var machines: [Machine]
    public var spread: DurationModel.Spread
    /// Estimates of durations are off by up to this factor in either direction.
    public var durationError: Double
    public var memoryError: Double
    /// Its seed is mixed with the trial's; errors of estimates are those above.
    public var faults: FaultSpecification

    public init(
        machines: [Machine], spread: DurationModel.Spread = .exact, durationError: Double = 1,
        memoryError: Double = 1, faults: FaultSpecification = FaultSpecification()
    ) {
        self.machines = machines
        self.spread = spread
        self.durationError = durationError
        self.memoryError = memoryError
        self.faults = faults
    }
}

/// One world that every contender is put into.
public struct Trial: Sendable {
    public var name: String
    public var seed: UInt64
    /// As it is for contenders that are told estimates.
    public var scenario: Scenario
    public var bestKnownMakespan: Duration?

    /// - Precondition: faults name only workers that there are.
    public init(name: String, _ workload: Workload, _ conditions: Conditions, seed: UInt64) {
        self.name = name
        self.seed = seed
        var faults = conditions.faults
        faults.seed = SeededGenerator.mix(faults.seed) ^ seed
        guard let plan = try? faults.plan(for: conditions.machines) else {
            preconditionFailure("faults of a worker that is none of \(conditions.machines.count)")
        }
        scenario = Scenario(
            workers: conditions.machines, workload: faults.applied(to: workload),
            durations: DurationModel(seed: seed, spread: conditions.spread),
            expectations: Expectations(
                seed: seed, durationError: conditions.durationError, memoryError: conditions.memoryError),
            faults: plan
        )
    }

    static func withoutDeclaredMemory(_ arrival: Workload.Arrival) -> Workload.Arrival {
        guard let expansion = try? arrival.submission.expand() else { return arrival }  // the engine refuses it too
        let instances = expansion.instances.map { instance in
            var instance = instance
            instance.request.memoryBytes = nil
            return instance
        }
        var arrival = arrival
        arrival.submission = Run.Submission(
            run: arrival.submission.run, workflow: arrival.submission.workflow,
            parameters: arrival.submission.parameters,
            expansion: Expansion(instances: instances, graph: expansion.graph))
        return arrival
    }

    public func scenario(for contender: Contender) -> Scenario {
        var scenario = scenario
        switch contender.knowledge {
        case .declared: scenario.expectations = nil
        case .estimates: break
        case .sized: scenario.workload.arrivals = scenario.workload.arrivals.map(Self.withoutDeclaredMemory)
        case .oracle: scenario.expectations = Expectations(isOracle: true)
        }
        return scenario
    }
}
