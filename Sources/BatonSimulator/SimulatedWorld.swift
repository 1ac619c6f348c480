import BatonCore

/// The outside of a simulated orchestrator: workers, a supervisor with its processes, and what is going to happen.
///
/// It carries out orders by pushing what follows from them. Like its live counterpart it remembers how every attempt
/// ended, so that a restarted orchestrator can ask.
struct SimulatedWorld: Sendable {
    var queue = EventQueue<Happening>()
    private(set) var workers: [SimulatedWorker] = []
    var isSupervisorUp = true
    /// What processes that have ended held and used over time.
    private(set) var consumption = Consumption()
    /// Where and when processes that have ended ran; empty unless asked for.
    private(set) var spans: [Report.Span] = []
    /// Starts that must never be ordered; for the witness.
    private(set) var violations: [String] = []

    private let durations: DurationModel
    private let faults: FaultPlan
    private let recordsSpans: Bool
    private var processes: ProcessTable
    /// By group of those that share something.
    private var paces: [Int: SharedPace] = [:]

    struct SimulatedWorker: Sendable {
        let worker: Worker
        /// Less than the capacity while others use the machine.
        var available: Resources
        var used = Resources.zero
        var isAlive = true
        /// Of the last of its processes that has ended.
        var lastEnd = Instant.zero

        var capacity: Resources { worker.capacity }
    }

    /// Integrals over time.
    struct Consumption {
        var grantedCPUSeconds = 0.0
        var grantedByteSeconds = 0.0
        var usedByteSeconds = 0.0
    }

    /// - Parameter remembersEnds: false when nobody will ever ask, which saves memory.
    init(durations: DurationModel, faults: FaultPlan, remembersEnds: Bool, recordsSpans: Bool) {
        self.durations = durations
        self.faults = faults
        processes = ProcessTable(remembersEnds: remembersEnds)
        self.recordsSpans = recordsSpans
    }

    // MARK: Orders

    /// - Parameters:
    ///   - transferNanoseconds: how long it takes to bring the data of its dependencies.
    ///   - isBackground: nothing of it is measured.
    mutating func start(
        _ order: Effect.Order, _ behaviour: Workload.Behaviour, transferNanoseconds: Int64, isBackground: Bool = false,
        at now: Instant
    ) -> Bool {
        guard isSupervisorUp, workers[Int(order.worker.index)].isAlive else { return false }  // spoken to nobody
        guard !processes.remembers(order.attempt) else {
            violations.append("\(order.attempt) was started twice")
            return false
        }
        let luck = faults.luck(of: order.attempt, at: now)
        let usual = behaviour.duration(ofAttempt: order.attempt.number)
        var nanoseconds = durations.nanoseconds(usually: usual.nanoseconds, of: order.attempt)
        if luck.isStraggler { nanoseconds *= 10 }
        nanoseconds = workers[Int(order.worker.index)].worker.executionNanoseconds(nanoseconds)
        var outcome = Outcome.succeeded(behaviour.values)
        if behaviour.peakMemoryBytes > order.grant.memoryBytes {
            outcome = .failed(.outOfMemory)
            nanoseconds /= 2
        } else if let failure = luck.spuriousFailure {
            outcome = .failed(failure)
        } else if Int(order.attempt.number) <= behaviour.failures.count {
            outcome = .failed(.exitCode(behaviour.failures[Int(order.attempt.number) - 1]))
        }
        nanoseconds += transferNanoseconds + luck.startDelayNanoseconds
        let slot = processes.add(
            .init(
                order.attempt, on: order.worker, since: now, grant: order.grant, outcome: outcome,
                peakMemoryBytes: min(behaviour.peakMemoryBytes, order.grant.memoryBytes),
                group: behaviour.sharing?.group, isBackground: isBackground
            ))
        workers[Int(order.worker.index)].used += order.grant
        if let sharing = behaviour.sharing {
            let member = SharedPace.Member(attempt: order.attempt, slot: slot)
            paces[sharing.group, default: SharedPace(sharing.slowDown)].join(member, nanoseconds: nanoseconds, at: now)
            planFirstEnd(in: sharing.group, at: now)
        } else {
            let end = Instant(nanoseconds: now.nanoseconds + nanoseconds)
            queue.push(.exit(order.attempt, slot: slot, isStopped: false), at: end)
        }
        if luck.grows {
            let bytes = order.grant.memoryBytes + order.grant.memoryBytes / 5
            queue.push(
                .growth(order.attempt, memoryBytes: bytes), at: Instant(nanoseconds: now.nanoseconds + nanoseconds / 2))
        }
        return true
    }

    /// A process takes a while to end, unless it is killed.
    mutating func stop(_ attempt: Attempt.ID, _ reason: StopReason, at now: Instant) {
        guard isSupervisorUp, let slot = processes.slot(of: attempt), processes[slot].end == nil else { return }
        let grace: Int64
        switch reason {
        case .timeout, .cancelled, .outrun: grace = Int64(attempt.seed % 10_000)
        case .killed: grace = 1
        }
        queue.push(.exit(attempt, slot: slot, isStopped: true), at: now.advanced(by: .milliseconds(grace)))
    }

    private mutating func planFirstEnd(in group: Int, at now: Instant) {
        while let first = paces[group]?.first, processes.living(first.attempt, in: first.slot) == nil {
            paces[group]?.removeFirst()
        }
        guard let end = paces[group]?.firstEnd(at: now), let revision = paces[group]?.revision else { return }
        queue.push(.sharedExit(group: group, revision: revision), at: end)
    }

    // MARK: What happens to processes

    /// Attempts whose processes live.
    var running: [Attempt.ID] { processes.running.map { processes[$0].attempt } }

    func isRunning(_ attempt: Attempt.ID) -> Bool {
        processes.slot(of: attempt).map { processes[$0].end == nil } ?? false
    }

    /// Ends the process and sends the reports of it.
    ///
    /// - Returns: the report that arrives at once; nil when there is none.
    mutating func exit(_ attempt: Attempt.ID, slot: Int32, isStopped: Bool, at now: Instant) -> Ending? {
        guard let process = processes.living(attempt, in: slot) else { return nil }  // it ended in another way
        let outcome = isStopped ? .stopped : process.outcome
        let wall = process.since.duration(to: now)
        let usage = Usage(wall: wall, userCPU: wall, peakMemoryBytes: process.peakMemoryBytes, meter: .simulated)
        end(slot, as: outcome, .exited(usage), at: now)
        let luck = faults.luck(of: attempt, at: process.since)
        if let delay = luck.duplicateDelay { queue.push(.report(attempt), at: now.advanced(by: delay)) }
        if luck.losesReport {
            queue.push(.reconnection, at: now.advanced(by: .seconds(30)))
            return nil
        }
        if luck.reportDelayNanoseconds > 0 {
            queue.push(.report(attempt), at: Instant(nanoseconds: now.nanoseconds + luck.reportDelayNanoseconds))
            return nil
        }
        return Ending(attempt: attempt, outcome: outcome, usage: usage)
    }

    /// Ends the first process of a group, unless somebody has come or gone since that was planned.
    mutating func exitFirst(of group: Int, revision: Int32, at now: Instant) -> Ending? {
        guard paces[group]?.revision == revision, let first = paces[group]?.first else { return nil }
        return exit(first.attempt, slot: first.slot, isStopped: false, at: now)
    }

    /// The end of one attempt as the orchestrator hears of it.
    struct Ending {
        var attempt: Attempt.ID
        var outcome: Outcome
        var usage: Usage
    }

    /// What a late or repeated report says.
    func report(of attempt: Attempt.ID) -> Ending? {
        guard let slot = processes.slot(of: attempt), case .exited(let usage) = processes[slot].end else { return nil }
        return Ending(attempt: attempt, outcome: processes[slot].outcome, usage: usage)
    }

    /// What is known of an attempt to one who asks later.
    func fact(of attempt: Attempt.ID) -> AttemptFact {
        guard let slot = processes.slot(of: attempt) else { return .neverStarted }
        let process = processes[slot]
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
        for slot in processes.running { end(slot, as: .lost, .died, at: now) }
    }

    private mutating func end(_ slot: Int32, as outcome: Outcome, _ end: ProcessTable.End, at now: Instant) {
        let process = processes[slot]
        processes.end(slot, as: outcome, end)
        workers[Int(process.worker.index)].used -= process.grant
        if let group = process.group {
            paces[group]?.leave(at: now)
            planFirstEnd(in: group, at: now)
        }
        if recordsSpans { spans.append(span(process, until: now, outcome)) }
        if process.isBackground { return }
        workers[Int(process.worker.index)].lastEnd = now
        let seconds = Double(now.nanoseconds - process.since.nanoseconds) / 1e9
        consumption.grantedCPUSeconds += seconds * Double(process.grant.milliCPU) / 1000
        consumption.grantedByteSeconds += seconds * Double(process.grant.memoryBytes)
        consumption.usedByteSeconds += seconds * Double(process.peakMemoryBytes)
    }

    /// Where and when processes ran that still live; empty unless asked for.
    func openSpans(at now: Instant) -> [Report.Span] {
        guard recordsSpans else { return [] }
        return processes.running.map { span(processes[$0], until: now, processes[$0].outcome) }
    }

    private func span(_ process: ProcessTable.Process, until end: Instant, _ outcome: Outcome) -> Report.Span {
        Report.Span(
            attempt: process.attempt, worker: process.worker, start: process.since, end: end, grant: process.grant,
            outcome: outcome)
    }

    // MARK: Workers

    mutating func addWorker(_ machine: Machine) -> Worker {
        let worker = machine.worker(workers.count)
        workers.append(SimulatedWorker(worker: worker, available: machine.capacity))
        return worker
    }

    mutating func loseWorker(_ id: Worker.ID, at now: Instant) {
        workers[Int(id.index)].isAlive = false
        for slot in processes.running where processes[slot].worker == id { end(slot, as: .lost, .died, at: now) }
    }

    mutating func share(_ id: Worker.ID, remaining: Resources) {
        workers[Int(id.index)].available = remaining
    }
}

/// Something in a simulated world that an orchestrator may come to know of.
enum Happening: Sendable {
    case arrival(Int)
    // Large and rare; indirect, so that the others stay small.
    indirect case incident(FaultPlan.Incident.Kind)
    indirect case alarm(Alarm, restarts: Int)
    case exit(Attempt.ID, slot: Int32, isStopped: Bool)
    /// The first of those that share something ends.
    case sharedExit(group: Int, revision: Int32)
    case growth(Attempt.ID, memoryBytes: Int64)
    case report(Attempt.ID)
    /// The orchestrator asks the supervisor what it missed.
    case reconnection
    case supervisorIsBack
    case storeHasRoom
    case workerIsFree(Worker.ID)
    case restart
}
