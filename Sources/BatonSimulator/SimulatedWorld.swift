import BatonCore

/// The outside of a simulated orchestrator: workers, a supervisor with its processes, and what is going to happen.
///
/// It carries out orders by pushing what follows from them. Like its live counterpart it remembers how every attempt
/// ended, so that a restarted orchestrator can ask.
struct SimulatedWorld: Sendable {
    var queue = EventQueue<Happening>()
    private(set) var workers: [SimulatedWorker] = []
    /// Attempts whose processes live, in no particular but always the same order.
    private(set) var running: [Attempt.ID] = []
    var isSupervisorUp = true
    /// What processes that have ended held and used over time.
    private(set) var consumption = Consumption()
    /// Where and when processes that have ended ran; empty unless asked for.
    private(set) var spans: [Report.Span] = []
    /// Starts that must never be ordered; for the witness.
    private(set) var violations: [String] = []

    private let durations: DurationModel
    private let faults: FaultPlan
    private let remembersEnds: Bool
    private let recordsSpans: Bool
    private var processes: [Attempt.ID: Process] = [:]

    struct SimulatedWorker: Sendable {
        let worker: Worker
        /// Less than the capacity while others use the machine.
        var available: Resources
        var used = Resources.zero
        var isAlive = true

        var capacity: Resources { worker.capacity }
    }

    /// Integrals over time.
    struct Consumption {
        var grantedCPUSeconds = 0.0
        var grantedByteSeconds = 0.0
        var usedByteSeconds = 0.0
    }

    private struct Process: Sendable {
        var worker: Worker.ID
        var since: Instant
        var grant: Resources
        /// Where it stands in `running`.
        var place: Int
        /// How it ends when nothing comes in between, and at last how it did.
        var outcome: Outcome
        var peakMemoryBytes: Int64
        var end: End?
    }

    private enum End: Sendable {
        case exited(Usage)
        /// Gone with its worker or supervisor, without a word.
        case died
    }

    /// - Parameter remembersEnds: false when nobody will ever ask, which saves memory.
    init(durations: DurationModel, faults: FaultPlan, remembersEnds: Bool, recordsSpans: Bool) {
        self.durations = durations
        self.faults = faults
        self.remembersEnds = remembersEnds
        self.recordsSpans = recordsSpans
    }

    // MARK: Orders

    /// - Parameter transfer: how long it takes to bring the data of its dependencies.
    mutating func start(
        _ order: Effect.Order, _ behaviour: Workload.Behaviour, transfer: Duration, at now: Instant
    ) -> Bool {
        guard isSupervisorUp, workers[Int(order.worker.index)].isAlive else { return false }  // spoken to nobody
        guard processes[order.attempt] == nil else {
            violations.append("\(order.attempt) was started twice")
            return false
        }
        let luck = faults.luck(of: order.attempt, at: now)
        var duration = durations.duration(usually: behaviour.duration, of: order.attempt)
        if luck.isStraggler { duration *= 10 }
        let worker = workers[Int(order.worker.index)].worker
        duration = .nanoseconds(worker.executionNanoseconds(duration.nanoseconds))
        var outcome = Outcome.succeeded(behaviour.values)
        if behaviour.peakMemoryBytes > order.grant.memoryBytes {
            outcome = .failed(.outOfMemory)
            duration = duration / 2
        } else if let failure = luck.spuriousFailure {
            outcome = .failed(failure)
        } else if Int(order.attempt.number) <= behaviour.failures.count {
            outcome = .failed(.exitCode(behaviour.failures[Int(order.attempt.number) - 1]))
        }
        duration += transfer + luck.startDelay
        processes[order.attempt] = Process(
            worker: order.worker, since: now, grant: order.grant, place: running.count, outcome: outcome,
            peakMemoryBytes: min(behaviour.peakMemoryBytes, order.grant.memoryBytes)
        )
        running.append(order.attempt)
        workers[Int(order.worker.index)].used += order.grant
        queue.push(.exit(order.attempt, isStopped: false), at: now.advanced(by: duration))
        if luck.grows {
            let bytes = order.grant.memoryBytes + order.grant.memoryBytes / 5
            queue.push(.growth(order.attempt, memoryBytes: bytes), at: now.advanced(by: duration / 2))
        }
        return true
    }

    /// A process takes a while to end, unless it is killed.
    mutating func stop(_ attempt: Attempt.ID, _ reason: StopReason, at now: Instant) {
        guard isSupervisorUp, isRunning(attempt) else { return }
        let grace: Int64
        switch reason {
        case .timeout, .cancelled: grace = Int64(attempt.seed % 10_000)
        case .killed: grace = 1
        }
        queue.push(.exit(attempt, isStopped: true), at: now.advanced(by: .milliseconds(grace)))
    }

    // MARK: What happens to processes

    func isRunning(_ attempt: Attempt.ID) -> Bool {
        if let process = processes[attempt] { process.end == nil } else { false }
    }

    /// Ends the process and sends the reports of it.
    ///
    /// - Returns: the report that arrives at once; nil when there is none.
    mutating func exit(_ attempt: Attempt.ID, isStopped: Bool, at now: Instant) -> Ending? {
        guard var process = processes[attempt], process.end == nil else { return nil }  // it ended in another way
        if isStopped { process.outcome = .stopped }
        let wall = process.since.duration(to: now)
        let usage = Usage(wall: wall, userCPU: wall, peakMemoryBytes: process.peakMemoryBytes, meter: .simulated)
        process.end = .exited(usage)
        vacate(attempt, process, at: now)
        processes[attempt] = remembersEnds ? process : nil
        let luck = faults.luck(of: attempt, at: process.since)
        if let delay = luck.duplicateDelay { queue.push(.report(attempt), at: now.advanced(by: delay)) }
        if luck.losesReport {
            queue.push(.reconnection, at: now.advanced(by: .seconds(30)))
            return nil
        }
        if luck.reportDelay > .zero {
            queue.push(.report(attempt), at: now.advanced(by: luck.reportDelay))
            return nil
        }
        return Ending(attempt: attempt, outcome: process.outcome, usage: usage)
    }

    /// The end of one attempt as the orchestrator hears of it.
    struct Ending {
        var attempt: Attempt.ID
        var outcome: Outcome
        var usage: Usage
    }

    /// What a late or repeated report says.
    func report(of attempt: Attempt.ID) -> Ending? {
        guard let process = processes[attempt], case .exited(let usage) = process.end else { return nil }
        return Ending(attempt: attempt, outcome: process.outcome, usage: usage)
    }

    /// What is known of an attempt to one who asks later.
    func fact(of attempt: Attempt.ID) -> AttemptFact {
        guard let process = processes[attempt] else { return .neverStarted }
        switch process.end {
        case nil: return .alive
        case .died: return .lost
        case .exited(let usage):
            // A lost machine takes its records with it.
            return workers[Int(process.worker.index)].isAlive ? .ended(process.outcome, usage) : .lost
        }
    }

    mutating func loseSupervisor(at now: Instant) {
        isSupervisorUp = false
        for attempt in running { die(attempt, at: now) }
    }

    private mutating func die(_ attempt: Attempt.ID, at now: Instant) {
        guard var process = processes[attempt] else { return }
        process.end = .died
        process.outcome = .lost
        vacate(attempt, process, at: now)
        processes[attempt] = process
    }

    private mutating func vacate(_ attempt: Attempt.ID, _ process: Process, at now: Instant) {
        let last = running.removeLast()
        if process.place < running.count {
            running[process.place] = last
            processes[last]?.place = process.place
        }
        workers[Int(process.worker.index)].used -= process.grant
        let seconds = process.since.duration(to: now).seconds
        consumption.grantedCPUSeconds += seconds * Double(process.grant.milliCPU) / 1000
        consumption.grantedByteSeconds += seconds * Double(process.grant.memoryBytes)
        consumption.usedByteSeconds += seconds * Double(process.peakMemoryBytes)
        if recordsSpans {
            spans.append(
                Report.Span(
                    attempt: attempt, worker: process.worker, start: process.since, end: now, grant: process.grant,
                    outcome: process.outcome
                ))
        }
    }

    // MARK: Workers

    mutating func addWorker(_ machine: Machine) -> Worker {
        let worker = machine.worker(workers.count)
        workers.append(SimulatedWorker(worker: worker, available: machine.capacity))
        return worker
    }

    mutating func loseWorker(_ id: Worker.ID, at now: Instant) {
        workers[Int(id.index)].isAlive = false
        for attempt in running where processes[attempt]?.worker == id { die(attempt, at: now) }
    }

    mutating func share(_ id: Worker.ID, remaining: Resources) {
        workers[Int(id.index)].available = remaining
    }
}

/// Something in a simulated world that an orchestrator may come to know of.
enum Happening: Sendable {
    case arrival(Int)
    /// Indirect: it is large and rare, and all others are moved about in a heap.
    indirect case incident(FaultPlan.Incident.Kind)
    case alarm(Alarm, restarts: Int)
    case exit(Attempt.ID, isStopped: Bool)
    case growth(Attempt.ID, memoryBytes: Int64)
    case report(Attempt.ID)
    /// The orchestrator asks the supervisor what it missed.
    case reconnection
    case supervisorIsBack
    case storeHasRoom
    case workerIsFree(Worker.ID)
    case restart
}
