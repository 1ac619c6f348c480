public import BatonCore
import BatonStore
import CBatonSystem
import Glibc

/// Drives one run on this machine: a loop on one thread around the engine.
///
/// Each turn: take in facts, let the engine handle them, ask the policy, append everything in one transaction, act,
/// flush to disk, and only then tell the observer. So what was reported as done is on disk, and a kill at any point
/// leaves either a fact that the supervisor still knows or an order that can safely be given again.
public final class Orchestrator {
    public struct Options: Sendable {
        /// Between the polite and the final signal when an attempt must end.
        public var grace: Duration = .seconds(10)
        /// How long a finished fact may wait for others before all are flushed and shown together.
        public var flushInterval: Duration = .milliseconds(50)

        public init() {}
    }

    let run: Run.ID
    var engine: Engine
    private let store: any Store
    private var policy: any Policy
    var estimator: any Estimator
    let estimatorSlot: EstimatorSlot
    private let world: LiveWorld
    private let pool: MachinePool?
    private let observer: any RunObserver
    private let options: Options
    let clock: LiveClock
    /// Held as long as this process drives the run.
    private let lease: FileLock
    /// Measurements per task of the workflow.
    var learned: [Int32: Int] = [:]

    private var batch: [Recorded] = []
    private var orders: [Effect] = []
    private var wantsDecision = false
    private var unshown: [Recorded] = []
    private var showAt: Instant?
    private var retryStoreAt: Instant?
    private var storeTrouble: StoreError?
    private var lookAtPoolAt: Instant?
    /// The state of the machine that was recorded last, and how many tasks had ended then.
    var recorded: (state: SystemState, ended: Int)?
    private var decisions: Int64
    private var interrupts = 0
    private var available: Resources?
    /// All that this machine has, whatever of it this run may use.
    private let machine: Resources
    /// Names of the workflow's limits, which are shared with other runs of this machine.
    private let limits: [String]

    init(
        run: Run.ID, engine: Engine, store: any Store, policy: any Policy, estimator: any Estimator,
        estimatorSlot: EstimatorSlot, world: LiveWorld, pool: MachinePool?, observer: any RunObserver,
        options: Options, clock: LiveClock, decisions: Int64, lease: FileLock, limits: [String]
    ) {
        self.run = run
        self.engine = engine
        self.store = store
        self.policy = policy
        self.estimator = estimator
        self.estimatorSlot = estimatorSlot
        self.world = world
        self.pool = pool
        self.observer = observer
        self.options = options
        self.clock = clock
        self.decisions = decisions
        self.lease = lease
        machine = Machine.capacity(directory: "/")
        self.limits = limits
    }

    /// Runs until the run has ended and everything about it is on disk.
    ///
    /// - Returns: the final status, and the signal that cancelled it, if one did.
    public func drive() throws(RuntimeError) -> (status: Run.Status, signal: Int32?) {
        let signals = baton_signal_descriptor()
        defer { close(signals) }
        var lastSignal: Int32?
        try takeInReports()
        turn()
        while !isFinished {
            wait(alsoFor: signals)
            while case let signal = baton_next_signal(signals), signal != 0 {
                if signal == SIGHUP { continue }  // the terminal went away; the run goes on
                lastSignal = signal
                interrupt()
            }
            try takeInReports()
            takeInMessages()
            world.answerControl { command in
                if let refusal = wish(command) { return refusal }
                // An answer is a promise: it is given once the wish is on record.
                return commit() ? nil : "the record of the run can't be written at the moment; try again"
            }
            ringAlarms()
            turn()
            // A cancellation can't be recorded, so it can't be carried out; tasks go on, and `resume` finds them.
            if lastSignal != nil, let storeTrouble { throw .store(storeTrouble) }
        }
        world.executor.finish()
        if let pool { pool.withLock { pool.withdraw() } }
        return (engine.status(of: run) ?? .failed, lastSignal)
    }

    private var isFinished: Bool {
        engine.status(of: run)?.isTerminal == true && batch.isEmpty && unshown.isEmpty
    }

    // MARK: Facts

    /// Lets the engine handle one fact now; what follows from it is logged and acted on at the end of the turn.
    func handle(_ event: Event) {
        let now = clock.now
        let killed = killedBytes(event)
        var changes: [Change] = []
        for effect in engine.handle(event, at: now) {
            switch effect {
            case .announce(let change): changes.append(change)
            case .decide: wantsDecision = true
            case .start, .stop, .wake: orders.append(effect)
            }
        }
        batch.append(Recorded(event: event, at: now, changes: changes))
        learn(from: event, killed: killed, at: now)
    }

    private func takeInReports() throws(RuntimeError) {
        for report in try world.receive() {
            switch report {
            case .ended(let attempt, let outcome, let usage):
                end(attempt, outcome, usage)
            case .sampled(let attempt, let sample):
                take(sample, of: attempt)
            case .executorLost:
                reconcile(with: try world.restartExecutor())
            }
        }
    }

    /// An end counts once its files have been looked at, which may take another thread a moment.
    private func end(_ attempt: Attempt.ID, _ outcome: Outcome, _ usage: Usage?) {
        let outcome = world.named(outcome, of: attempt, engine: engine)
        if world.finish(attempt, outcome, usage, engine: engine) { handle(.attemptEnded(attempt, outcome, usage)) }
    }

    /// Brings the engine in line with what became of its attempts while nobody listened.
    func reconcile(with facts: (Attempt.ID) -> AttemptFact) {
        // Covers every order that still waits here, too; none may be given twice.
        orders = engine.outstandingEffects(facts).filter { $0 != .decide }
        for case .attemptEnded(let attempt, let outcome, let usage) in engine.missedEvents(facts) {
            end(attempt, outcome, usage)
        }
        wantsDecision = true
    }

    private func takeInMessages() {
        for message in world.inbox.drain() {
            switch message {
            case .start(let order): world.launch(order, engine: engine)
            case .ended(let attempt, let outcome, let usage): handle(.attemptEnded(attempt, outcome, usage))
            }
        }
    }

    /// - Returns: why the wish was refused, in words; nil when it was granted.
    private func wish(_ command: Command) -> String? {
        do throws(CommandError) {
            handle(try engine.validate(command))
            return nil
        } catch {
            return error.sentence
        }
    }

    /// Grants a wish before the run is driven.
    public func submit(_ command: Command) throws(RuntimeError) {
        do {
            handle(try engine.validate(command))
        } catch {
            throw .refused(error)
        }
    }

    private func interrupt() {
        interrupts += 1
        _ = wish(.cancel(run, force: interrupts > 1))
    }

    private func ringAlarms() {
        while let alarm = world.alarms.popDue(at: clock.now) { handle(.alarmRang(alarm)) }
    }

    private func take(_ sample: UsageReading, of attempt: Attempt.ID) {
        observer.sampled(attempt, sample)
        guard case .running(let running)? = engine.state(of: attempt.reference), running.attempt == attempt.number,
            sample.memoryBytes > running.grant.memoryBytes + running.grant.memoryBytes / 20
        else { return }
        handle(.attemptGrew(attempt, memoryBytes: sample.memoryBytes))
    }

    // MARK: A turn

    /// Decides, appends, acts, and shows what has become durable.
    private func turn() {
        if retryStoreAt == nil { decide() } else { publish() }
        guard commit() else { return }
        act()
        show()
    }

    private func decide() {
        if let lookAtPoolAt, clock.now >= lookAtPoolAt { wantsDecision = true }
        while wantsDecision {
            wantsDecision = false
            lookAtPoolAt = nil
            guard let pool else {
                decideOnce()
                continue
            }
            pool.withLock {
                pool.claim(for: world.executor.holder)
                adapt(to: pool, isShared: true)
                decideOnce()
                if engine.used(on: Worker.ID(0)) == .zero, engine.hasReadyTasks(in: run) {
                    adapt(to: pool, isShared: false)
                    decideOnce(mostPlacements: 1)
                }
                let isReady = engine.hasReadyTasks(in: run)
                let isWaiting = isReady && available != nil && available != capacity
                publish(to: pool, isWaiting: isWaiting)
                let waitsForLimit = isReady && engine.limitsHeldByOthers(than: run).contains { $0 > 0 }
                if isWaiting || waitsForLimit { lookAtPoolAt = clock.now.advanced(by: .milliseconds(100)) }
            }
        }
    }

    /// Lets others have what ended attempts held, while nothing new may start here.
    private func publish() {
        guard let pool else { return }
        pool.withLock {
            pool.claim(for: world.executor.holder)
            publish(to: pool, isWaiting: false)
        }
    }

    private func publish(to pool: MachinePool, isWaiting: Bool) {
        pool.publish(engine.used(on: Worker.ID(0)), isWaiting: isWaiting)
        if !limits.isEmpty { pool.publish(engine.limitsInUse(by: run), of: limits) }
    }

    var capacity: Resources { engine.capacity(of: Worker.ID(0)) }

    private func adapt(to pool: MachinePool, isShared: Bool) {
        if !limits.isEmpty {
            let held = pool.heldByOthers(of: limits)
            if held != engine.limitsHeldByOthers(than: run) { handle(.limitsShared(run, heldByOthers: held)) }
            wantsDecision = false
        }
        let now = pool.available(of: capacity, machine: machine, isShared: isShared)
        guard now != available ?? capacity else { return }
        available = now
        handle(.workerResized(Worker.ID(0), capacity: now))
        wantsDecision = false
    }

    private func decideOnce(mostPlacements: Int = .max) {
        guard engine.hasReadyTasks(in: run) else { return }
        var decision = policy.decide(engine.observe(at: clock.now))
        guard !decision.placements.isEmpty || decision.secondOpinion != nil else { return }
        decision.placements.removeSubrange(min(mostPlacements, decision.placements.count)...)
        decisions += 1
        decision.number = decisions
        do throws(Rejection) {
            handle(try engine.admit(decision))
        } catch {
            preconditionFailure("policy \(policy.name) proposed \(error.placement): \(error.reason)")
        }
    }

    /// - Returns: false while the store can't take it; nothing may be acted on then.
    private func commit() -> Bool {
        if let retryStoreAt, clock.now < retryStoreAt { return false }
        guard !batch.isEmpty else { return true }
        do throws(StoreError) {
            try store.append(batch, for: run, state: momentToRecord())
        } catch {
            if retryStoreAt == nil { observer.storeFailed(error) }
            storeTrouble = error
            retryStoreAt = clock.now.advanced(by: .seconds(1))
            return false
        }
        if retryStoreAt != nil {
            retryStoreAt = nil
            storeTrouble = nil
            wantsDecision = true
        }
        if unshown.isEmpty { showAt = clock.now.advanced(by: options.flushInterval) }
        unshown += batch
        batch.removeAll(keepingCapacity: true)
        return true
    }

    private func act() {
        for order in orders {
            switch order {
            case .start(let order): world.start(order, engine: engine)
            case .stop(let attempt, let reason): world.stop(attempt, grace: reason == .killed ? .zero : options.grace)
            case .wake(let at, let alarm): world.alarms.insert(alarm, at: at)
            case .decide, .announce: preconditionFailure("not an order: \(order)")
            }
        }
        orders.removeAll(keepingCapacity: true)
        world.send()
    }

    private func show() {
        let now = clock.now
        if let showAt, !unshown.isEmpty, now >= showAt || engine.status(of: run)?.isTerminal == true {
            do throws(StoreError) {
                try store.flush()
            } catch {
                observer.storeFailed(error)
                self.showAt = now.advanced(by: .seconds(1))
                return
            }
            observer.durable(unshown)
            unshown.removeAll(keepingCapacity: true)
        }
        observer.refresh(at: now)
    }

    private func wait(alsoFor signals: Int32) {
        let descriptors = [world.inbox.descriptor, signals] + world.controlDescriptors
        var polled = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        let executorEvents = POLLIN | (world.executor.hasUnsent ? POLLOUT : 0)
        polled.append(pollfd(fd: world.executor.descriptor, events: Int16(executorEvents), revents: 0))
        // While the store can't be written nothing is shown or decided, so only the next try is worth waking for.
        let due =
            if let retryStoreAt {
                [world.alarms.next, retryStoreAt]
            } else {
                [world.alarms.next, unshown.isEmpty ? nil : showAt, lookAtPoolAt, observer.refreshAt]
            }
        var timeout: Int32 = -1
        if wantsDecision && retryStoreAt == nil {
            timeout = 0
        } else if let next = due.compactMap({ $0 }).min() {
            let nanoseconds = max(0, next.nanoseconds - clock.now.nanoseconds)
            timeout = Int32(clamping: (nanoseconds + 999_999) / 1_000_000)
        }
        poll(&polled, nfds_t(polled.count), timeout)
    }
}
