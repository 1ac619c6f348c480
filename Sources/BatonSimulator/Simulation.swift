public import BatonCore

/// A virtual cluster, what is submitted to it and what goes wrong there.
public struct Scenario: Hashable, Sendable {
    public var workers: [Machine]
    public var workload: Workload
    public var durations: DurationModel
    /// Nil: the orchestrator knows only what workflows declare.
    public var expectations: Expectations?
    public var faults: FaultPlan
    /// Keeps in the report where and when each attempt ran.
    public var recordsSpans: Bool
    /// Limits of one name are one limit for all runs, as on one machine; else each run has its own.
    public var sharesLimits: Bool
    /// Checks the engine's invariants after every event and the world's at every start; slow.
    public var isChecked: Bool

    public init(
        workers: [Machine], workload: Workload, durations: DurationModel = DurationModel(seed: 0, spread: .exact),
        expectations: Expectations? = nil, faults: FaultPlan = FaultPlan(), recordsSpans: Bool = false,
        sharesLimits: Bool = false, isChecked: Bool = false
    ) {
        self.workers = workers
        self.workload = workload
        self.durations = durations
        self.expectations = expectations
        self.faults = faults
        self.recordsSpans = recordsSpans
        self.sharesLimits = sharesLimits
        self.isChecked = isChecked
    }

    /// A log is needed to recover from, and to look at.
    var keepsLog: Bool { isChecked || !faults.isEmpty }
}

/// A whole orchestrator in virtual time: the real engine, a world of pushed events, and a log that can be replayed.
///
/// Its use is one loop; the policy stays outside:
///
///     while case .decision(let observation) = simulation.advance() {
///         simulation.apply(policy.decide(observation))
///     }
///
/// An observation that is still held when the simulation moves on makes it copy its state; `run(under:)` never holds
/// one, and also replaces the policy when the simulated orchestrator dies, as a real restart would.
public struct Simulation: Sendable {
    public enum Step: Sendable {
        /// The engine wants to know what to start.
        case decision(Observation)
        /// Nothing more will happen.
        case finished(Report)
    }

    public private(set) var engine = Engine()
    public private(set) var now = Instant.zero
    public internal(set) var counts = Report.Counts()
    /// The latest answer of a policy that was not admitted.
    public private(set) var rejection: Rejection?

    let scenario: Scenario
    var world: SimulatedWorld
    var store = SimulatedStore()
    var witness = Witness()
    /// By arrival; nil before it.
    var results: [Report.RunResult?]
    /// False between a crash and the restart.
    var isUp = true
    /// Places of runs among the arrivals.
    private var arrivals = RunIndex()
    private var batch: [Recorded] = []
    private var orders: [Effect] = []
    private var effects: [Effect] = []
    private var wantsDecision = false
    private var plannedLeft: Int
    private let hasBackground: Bool
    private var crashes: ArraySlice<FaultPlan.Crash>
    private var decisionNumber: Int64 = 0

    public init(_ scenario: Scenario) {
        self.scenario = scenario
        engine.announcesTasks = scenario.keepsLog
        world = SimulatedWorld(
            durations: scenario.durations, faults: scenario.faults, remembersEnds: scenario.keepsLog,
            recordsSpans: scenario.recordsSpans
        )
        results = Array(repeating: nil, count: scenario.workload.arrivals.count)
        crashes = scenario.faults.crashes.sorted { $0.turn < $1.turn }[...]
        plannedLeft = scenario.workload.arrivals.count
        hasBackground = scenario.workload.arrivals.contains(where: \.isBackground)
        for (index, arrival) in scenario.workload.arrivals.enumerated() {
            arrivals[arrival.submission.run] = index
            world.queue.push(.arrival(index), at: arrival.at)
        }
        for incident in scenario.faults.incidents { plan(incident.kind, at: incident.at) }
        for machine in scenario.workers { handle(.workerJoined(world.addWorker(machine))) }
    }

    /// Everything that was appended, oldest first; empty unless the scenario is checked or has faults.
    public var log: [Recorded] { store.log }

    /// Lets time pass until a decision is wanted or nothing more will happen.
    public mutating func advance() -> Step {
        while true {
            if needsDecision() { return .decision(engine.observe(at: now)) }
            guard let at = nextTurn() else { return .finished(report) }
            now = at
            while world.queue.nextAt == at, let happening = world.queue.pop() { take(happening) }
        }
    }

    /// Runs to the end under a policy.
    ///
    /// - Parameter makePolicy: called once, and again after every death of the simulated orchestrator.
    public mutating func run(under makePolicy: () -> any Policy) -> Report {
        var policy = makePolicy()
        var restarts = counts.restarts
        while true {
            while needsDecision() {
                if restarts != counts.restarts {
                    policy = makePolicy()
                    restarts = counts.restarts
                }
                apply(policy.decide(engine.observe(at: now)))
            }
            guard let at = nextTurn() else { return report }
            now = at
            while world.queue.nextAt == at, let happening = world.queue.pop() { take(happening) }
        }
    }

    /// Answers the decision that `advance` asked for; one that the engine does not admit is counted and dropped.
    public mutating func apply(_ decision: Decision) {
        wantsDecision = false
        counts.decisions += 1
        guard !decision.placements.isEmpty || decision.secondOpinion != nil else { return }
        decisionNumber += 1
        var decision = decision
        decision.number = decisionNumber
        if scenario.sharesLimits {
            let count = decision.placements.count
            decision = engine.keepingSharedLimits(decision)
            if decision.placements.count < count {
                engine.offerAgain()
                wantsDecision = true
            }
        }
        do throws(Rejection) {
            handle(try engine.admit(decision))
        } catch {
            counts.rejections += 1
            rejection = error
        }
    }

    /// A wish for a decision that finds nothing to decide is spent, as in the live world: the engine must ask again.
    private mutating func needsDecision() -> Bool {
        guard wantsDecision, isUp, !store.isFull else { return false }
        wantsDecision = engine.hasReadyTasks
        if wantsDecision, scenario.sharesLimits { for event in engine.limitNews() { handle(event) } }
        return wantsDecision
    }

    /// Nobody waits for those in the background.
    var hasOpenRuns: Bool {
        guard hasBackground else { return engine.hasOpenRuns }
        return results.indices.contains { index in
            !scenario.workload.arrivals[index].isBackground && results[index]?.status?.isTerminal == false
        }
    }

    /// Ends the turn: what was handled is appended and acted on.
    ///
    /// - Returns: when something happens next; nil when it is all over.
    private mutating func nextTurn() -> Instant? {
        if isUp {
            counts.turns += 1
            endTurn()
        }
        if isUp && plannedLeft == 0 && batch.isEmpty && !hasOpenRuns { return nil }
        return world.queue.nextAt
    }

    // MARK: Facts

    mutating func handle(_ event: Event) {
        counts.events += 1
        effects.removeAll(keepingCapacity: true)
        engine.handle(event, at: now, into: &effects)
        if case .attemptEnded(_, let outcome, _) = event { counts.note(outcome, isStale: effects.isEmpty) }
        var changes: [Change] = []
        for effect in effects {
            switch effect {
            case .decide: wantsDecision = true
            case .start, .stop, .wake: orders.append(effect)
            case .recall: continue  // no earlier results are simulated
            case .announce(let change):
                if scenario.keepsLog { changes.append(change) }
                if case .runStatus(let run, let status, let at) = change { note(status, of: run, at: at) }
            }
        }
        if scenario.keepsLog { batch.append(Recorded(event: event, at: now, changes: changes)) }
        if scenario.isChecked { witness.check(engine, after: event, world) }
    }

    private mutating func note(_ status: Run.Status, of run: Run.ID, at: Instant) {
        guard let index = arrivals[run] else { return }
        results[index]?.status = status
        results[index]?.endedAt = status.isTerminal ? at : nil
    }

    private mutating func take(_ happening: Happening) {
        switch happening {
        case .arrival(let index):
            plannedLeft -= 1
            let run = scenario.workload.arrivals[index].submission.run
            results[index] = Report.RunResult(run: run, submittedAt: now)
            if isUp { submit(index) }
        case .incident(let kind):
            plannedLeft -= 1
            suffer(kind)
        case .alarm(let alarm, let restarts):
            if isUp && restarts == counts.restarts { handle(.alarmRang(alarm)) }
        case .exit(let attempt, let slot, let isStopped):
            if let report = world.exit(attempt, slot: slot, isStopped: isStopped, at: now) { receive(report) }
        case .sharedExit(let group, let revision):
            if let report = world.exitFirst(of: group, revision: revision, at: now) { receive(report) }
        case .growth(let attempt, let memoryBytes):
            if isUp && world.isRunning(attempt) { handle(.attemptGrew(attempt, memoryBytes: memoryBytes)) }
        case .report(let attempt):
            if let report = world.report(of: attempt) { receive(report) }
        case .reconnection:
            if isUp && world.isSupervisorUp { reconcile() }
        case .supervisorIsBack:
            world.isSupervisorUp = true
            if isUp { reconcile() }
        case .storeHasRoom:
            store.isFull = false
            wantsDecision = true
        case .workerIsFree(let worker):
            world.share(worker, remaining: world.workers[Int(worker.index)].capacity)
            resize(worker)
        case .restart:
            recover()
        }
    }

    private mutating func receive(_ report: SimulatedWorld.Ending) {
        guard isUp else { return }  // nobody listens; it will be asked for
        handle(.attemptEnded(report.attempt, report.outcome, report.usage))
    }

    private mutating func submit(_ index: Int) {
        let arrival = scenario.workload.arrivals[index]
        wish(.submit(arrival.submission))
        if let expectations = scenario.expectations {
            let instances = engine.instances(of: arrival.submission.run)
            let estimates = expectations.estimates(for: instances, of: arrival, scenario.durations)
            if !estimates.isEmpty { handle(.estimated(arrival.submission.run, estimates)) }
        }
        guard !arrival.running.isEmpty, engine.status(of: arrival.submission.run) != nil else { return }
        handle(.decided(Decision(policy: "", placements: arrival.running)))
    }

    private mutating func wish(_ command: Command) {
        if let event = try? engine.validate(command) { handle(event) }
    }

    private mutating func resize(_ worker: Worker.ID) {
        let state = world.workers[Int(worker.index)]
        if isUp && state.isAlive { handle(.workerResized(worker, capacity: state.available)) }
    }

    private mutating func suffer(_ kind: FaultPlan.Incident.Kind) {
        switch kind {
        case .supervisorDies(let back):
            world.loseSupervisor(at: now)
            world.queue.push(.supervisorIsBack, at: now.advanced(by: back))
        case .workerLost(let worker):
            world.loseWorker(worker, at: now)
            if isUp { handle(.workerLost(worker)) }
        case .workerJoins(let machine):
            let worker = world.addWorker(machine)
            if isUp { handle(.workerJoined(worker)) }
        case .storeFull(let duration):
            store.isFull = true
            world.queue.push(.storeHasRoom, at: now.advanced(by: duration))
        case .workerShared(let worker, let remaining, let duration):
            world.share(worker, remaining: remaining)
            resize(worker)
            world.queue.push(.workerIsFree(worker), at: now.advanced(by: duration))
        case .wish(let command):
            guard isUp else { return plan(kind, at: now.advanced(by: .seconds(10))) }  // the user tries again
            wish(command)
        }
    }

    private mutating func plan(_ kind: FaultPlan.Incident.Kind, at: Instant) {
        plannedLeft += 1
        world.queue.push(.incident(kind), at: at)
    }

    // MARK: A turn

    /// Append, then act; a crash may come anywhere in between.
    private mutating func endTurn() {
        var crash: FaultPlan.Crash?
        if let next = crashes.first, next.turn <= counts.turns { crash = crashes.removeFirst() }
        if let crash, crash.point == .beforeAppend { return die(crash) }
        if scenario.keepsLog && !batch.isEmpty {
            guard store.append(batch) else { return }
            if scenario.isChecked { witness.noteAppended(batch) }
            batch.removeAll(keepingCapacity: true)
        }
        if let crash, case .afterOrders(let count) = crash.point {
            for order in orders.prefix(count) { carryOut(order) }
            return die(crash)
        }
        for order in orders { carryOut(order) }
        orders.removeAll(keepingCapacity: true)
    }

    private mutating func carryOut(_ order: Effect) {
        switch order {
        case .start(let order):
            let attempt = order.attempt
            guard let index = arrivals[attempt.run] else { return }
            let behaviour = scenario.workload.arrivals[index].behaviour(
                of: Int(attempt.task.index), task: engine.taskIndex(of: attempt.reference))
            let transfer = engine.transferNanoseconds(
                of: attempt.reference, to: order.worker, bytes: behaviour.inputBytes)
            let background = scenario.workload.arrivals[index].isBackground
            guard world.start(order, behaviour, transferNanoseconds: transfer, isBackground: background, at: now)
            else { return }
            counts.attempts += 1
            if scenario.isChecked { witness.checkStart(order, engine, world) }
        case .stop(let attempt, let reason):
            world.stop(attempt, reason, at: now)
        case .wake(let at, let alarm):
            world.queue.push(.alarm(alarm, restarts: counts.restarts), at: max(at, now))
        case .decide, .recall, .announce:
            preconditionFailure("not an order: \(order)")
        }
    }

    private mutating func die(_ crash: FaultPlan.Crash) {
        isUp = false
        batch.removeAll()
        orders.removeAll()
        world.queue.push(.restart, at: now.advanced(by: crash.downtime))
    }

    // MARK: Recovery

    /// Replays the log and brings the engine in line with a world that went on without it.
    private mutating func recover() {
        isUp = true
        counts.restarts += 1
        engine = Engine()
        engine.announcesTasks = scenario.keepsLog
        decisionNumber = 0
        for record in store.log {
            _ = engine.handle(record.event, at: record.at)
            if case .decided(let decision) = record.event { decisionNumber = decision.number }
        }
        world.isSupervisorUp = true
        for index in world.workers.indices {
            if index >= engine.workerCount { handle(.workerJoined(world.workers[index].worker)) }
            if !world.workers[index].isAlive { handle(.workerLost(Worker.ID(index))) }
            resize(Worker.ID(index))
        }
        for index in results.indices {
            if let result = results[index], engine.status(of: result.run) == nil { submit(index) }
        }
        reconcile()
    }

    /// Orders that were waiting are among the outstanding ones, and would be given twice otherwise.
    private mutating func reconcile() {
        let world = world
        orders = engine.outstandingEffects(world.fact).filter { $0 != .decide }
        wantsDecision = true
        for event in engine.missedEvents(world.fact) { handle(event) }
    }
}
