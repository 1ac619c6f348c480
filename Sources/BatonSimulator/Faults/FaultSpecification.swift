public import BatonCore

/// What shall go wrong, said before it is known on which machines and with which jobs.
public struct FaultSpecification: Hashable, Sendable {
    /// Keys all draws.
    public var seed: UInt64 = 0
    /// How many of a thousand attempts something happens to.
    public var rates = FaultPlan.Rates()
    /// Nothing happens by `rates` to attempts that start later; nil: there is no end.
    public var ratesEnd: Duration?
    public var networkDelay = Duration.zero
    public var crashes: [WorkerCrash] = []
    public var randomCrashes: RandomCrashes?
    public var incidents: [FaultPlan.Incident] = []
    /// Others take all of a worker but this, for a while.
    public var sharings: [Sharing] = []
    /// Tasks that need more memory than they declare.
    public var hungryTasks = HungryTasks(permille: 0, factor: 1)
    /// Factors of at least 1 by which estimates are off; see `Expectations`.
    public var durationError = 1.0
    public var memoryError = 1.0

    public init() {}

    public struct WorkerCrash: Hashable, Sendable {
        /// Place among the workers at the start.
        public var worker: Int
        public var at: Duration
        /// Time until it is there again; nil: gone for good.
        public var back: Duration?

        public init(worker: Int, at: Duration, back: Duration?) {
            self.worker = worker
            self.at = at
            self.back = back
        }
    }

    /// Each worker crashes again and again, at random times.
    public struct RandomCrashes: Hashable, Sendable {
        /// Mean time of a worker between its return and its next crash.
        public var every: Duration
        public var back: Duration
        public var until: Duration

        public init(every: Duration, back: Duration, until: Duration) {
            self.every = every
            self.back = back
            self.until = until
        }
    }

    public struct Sharing: Hashable, Sendable {
        public var worker: Int
        public var at: Duration
        public var duration: Duration
        public var remaining: Resources

        public init(worker: Int, at: Duration, duration: Duration, remaining: Resources) {
            self.worker = worker
            self.at = at
            self.duration = duration
            self.remaining = remaining
        }
    }

    public struct HungryTasks: Hashable, Sendable {
        public var permille: UInt64
        /// Of what is declared; where nothing is, of the true peak.
        public var factor: Double

        public init(permille: UInt64, factor: Double) {
            self.permille = permille
            self.factor = factor
        }
    }

    /// A worker that the cluster does not have.
    public struct UnknownWorker: Error, Hashable, Sendable {
        public var worker: Int
        public var count: Int

        public init(worker: Int, count: Int) {
            self.worker = worker
            self.count = count
        }
    }

    /// What the orchestrator is told about tasks, with these errors.
    public func expectations(seed: UInt64) -> Expectations {
        Expectations(seed: seed, durationError: durationError, memoryError: memoryError)
    }

    /// - Throws: a worker that is not among these.
    public func plan(for workers: [Machine]) throws(UnknownWorker) -> FaultPlan {
        let ends = ratesEnd.map { Instant.zero.advanced(by: $0) } ?? Instant(nanoseconds: .max)
        var plan = FaultPlan(seed: seed, incidents: incidents, rates: rates, networkDelay: networkDelay, endsAt: ends)
        for sharing in sharings {
            guard workers.indices.contains(sharing.worker) else {
                throw UnknownWorker(worker: sharing.worker, count: workers.count)
            }
            let kind = FaultPlan.Incident.Kind.workerShared(
                Worker.ID(sharing.worker), remaining: sharing.remaining, sharing.duration)
            plan.incidents.append(FaultPlan.Incident(at: Instant.zero.advanced(by: sharing.at), kind))
        }
        if let unknown = crashes.first(where: { !workers.indices.contains($0.worker) }) {
            throw UnknownWorker(worker: unknown.worker, count: workers.count)
        }
        plan.incidents += crashIncidents(workers)
        return plan
    }

    /// A machine that comes back is a new worker with the next number, so the numbers follow the order of returns.
    private func crashIncidents(_ workers: [Machine]) -> [FaultPlan.Incident] {
        var steps: [(at: Duration, worker: Int, isReturn: Bool)] = []
        for crash in crashes + drawnCrashes(workers.count) {
            steps.append((crash.at, crash.worker, false))
            if let back = crash.back { steps.append((crash.at + back, crash.worker, true)) }
        }
        steps.sort { ($0.at, $0.worker, $0.isReturn ? 1 : 0) < ($1.at, $1.worker, $1.isReturn ? 1 : 0) }
        // Nil while it is down.
        var numbers: [Int?] = Array(workers.indices)
        var next = workers.count
        return steps.compactMap { step in
            let at = Instant.zero.advanced(by: step.at)
            if step.isReturn {
                guard numbers[step.worker] == nil else { return nil }
                numbers[step.worker] = next
                next += 1
                return FaultPlan.Incident(at: at, .workerJoins(workers[step.worker]))
            }
            // It is down already.
            guard let number = numbers[step.worker] else { return nil }
            numbers[step.worker] = nil
            return FaultPlan.Incident(at: at, .workerLost(Worker.ID(number)))
        }
    }

    private func drawnCrashes(_ workers: Int) -> [WorkerCrash] {
        guard let randomCrashes, randomCrashes.every > .zero else { return [] }
        var drawn: [WorkerCrash] = []
        for worker in 0..<workers {
            var generator = SeededGenerator(seed: SeededGenerator.mix(seed) ^ SeededGenerator.mix(UInt64(worker) + 1))
            var at = Duration.zero
            while true {
                let wait = -PortableMath.log(1 - generator.unit()) * randomCrashes.every.seconds
                at += .nanoseconds(Int64(min(wait, 3e9) * 1e9))
                if at >= randomCrashes.until { break }
                drawn.append(WorkerCrash(worker: worker, at: at, back: randomCrashes.back))
                at += randomCrashes.back
            }
        }
        return drawn
    }

    /// The same workload, in which the drawn tasks need more memory.
    ///
    /// The draw depends on the seed, the run and the task alone.
    public func applied(to workload: Workload) -> Workload {
        guard hungryTasks.permille > 0 else { return workload }
        var workload = workload
        for index in workload.arrivals.indices {
            let arrival = workload.arrivals[index]
            guard let expansion = try? arrival.submission.expand() else { continue }
            var behaviours = arrival.instanceBehaviours
            if behaviours.isEmpty { behaviours = expansion.instances.map { arrival.behaviours[Int($0.task)] } }
            for (place, instance) in expansion.instances.enumerated() where instance.kind == .command {
                let attempt = Attempt.ID(run: arrival.submission.run, task: TaskInstance.ID(place), number: 0)
                guard SeededGenerator.mix(attempt.seed ^ seed) % 1000 < hungryTasks.permille else { continue }
                let base = instance.request.memoryBytes ?? behaviours[place].peakMemoryBytes
                let peak = Int64(min(Double(base) * hungryTasks.factor, 1e15))
                behaviours[place].peakMemoryBytes = max(behaviours[place].peakMemoryBytes, peak)
            }
            workload.arrivals[index].instanceBehaviours = behaviours
        }
        return workload
    }
}
