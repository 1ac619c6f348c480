public import BatonCore
public import BatonStore
import CBatonSystem
import Glibc

/// Drives runs on this machine: a loop on one thread around one engine.
///
/// Each turn: take in facts, let the engine handle them, ask the policy, append everything in one transaction, act,
/// flush to disk, and only then tell the observer. So what was reported as done is on disk, and a kill at any point
/// leaves either a fact that a supervisor still knows or an order that can safely be given again.
public final class Orchestrator {
    public struct Options: Sendable {
        /// Between the polite and the final signal when an attempt must end.
        public var grace: Duration = .seconds(10)
        /// How long a finished fact may wait for others before all are flushed and shown together.
        public var flushInterval: Duration = .milliseconds(50)
        /// Tasks that may wait or run at once in all runs together; submissions beyond it are refused.
        public var queueSize = Int.max

        public init() {}
    }

    let setup: LiveSetup
    let store: any Store
    let clock = LiveClock()
    var engine = Engine()
    var policy: any Policy
    /// Those that have not ended, or whose end is not on record.
    var runs: [Run.ID: DrivenRun] = [:]
    let pool = MachinePool.defaultPath().flatMap(MachinePool.init)
    let inbox = Inbox()
    /// For other threads.
    public let control: LiveControl
    private var alarms = TimedQueue<Alarm>()
    /// Of attempts beside which a second one may start; they wait until it is known what others leave of the machine.
    var copyAlarms: [Alarm] = []

    var orders: [Effect] = []
    var wantsDecision = false
    var unshown: [Recorded] = []
    var showAt: Instant?
    var retryStoreAt: Instant?
    var storeTrouble: StoreError?
    /// Answers to wishes that are granted but not on the disk yet.
    var answers: [@Sendable (RuntimeError?) -> Void] = []
    /// Single tasks that came in since the last turn.
    var scheduled: [Inbox.Scheduled] = []
    /// The run that takes single tasks in.
    var queue: Run.ID?
    var lookAtPoolAt: Instant?
    /// New plans of the policy so far, and why the latest was preferred.
    var plans: (count: Int, latest: Rationale?) = (0, nil)
    /// In whose name this process waits while none of its runs has a supervisor.
    let processID = getpid()
    /// Runs of which something came in: from their supervisor, or from somebody at their control socket.
    private var heard: [DrivenRun] = []
    /// Runs whose supervisor was found again, and may have said more than it was asked.
    private var reconnected: [DrivenRun] = []
    /// How the runs ended that were driven here.
    private var ends: [Run.ID: Run.Status] = [:]
    private var interrupts = 0
    private var isStopped = false
    /// All that this machine has, whatever of it may be used here.
    let machine = Machine.capacity(directory: "/")

    public init(_ setup: LiveSetup, store: any Store) {
        self.setup = setup
        self.store = store
        policy = setup.policy
        control = LiveControl(inbox: inbox)
    }

    /// Drives what was begun or taken over until all of it has ended and everything about it is on disk.
    ///
    /// - Returns: how each run ended, and the signal that cancelled them, if one did.
    public func drive() throws(RuntimeError) -> (ends: [Run.ID: Run.Status], signal: Int32?) {
        let signals = baton_signal_descriptor()
        defer { close(signals) }
        var lastSignal: Int32?
        turn()
        while !runs.isEmpty {
            wait(alsoFor: [signals])
            while case let signal = baton_next_signal(signals), signal != 0 {
                if signal == SIGHUP { continue }  // the terminal went away; the runs go on
                lastSignal = signal
                interrupt()
            }
            takeIn()
            turn()
            // A cancellation can't be recorded, so it can't be carried out; tasks go on, and `resume` finds them.
            if lastSignal != nil, let storeTrouble { throw .store(storeTrouble) }
        }
        return (ends, lastSignal)
    }

    /// Drives whatever `control` is given until that says stop. Tasks that run then go on without it.
    public func serve() {
        turn()
        while !isStopped {
            control.publish(load)
            ends.removeAll(keepingCapacity: true)
            forgetEndedRuns()
            wait(alsoFor: [])
            takeIn()
            turn()
        }
        if let storeTrouble { answer(.store(storeTrouble)) }
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
            case .start, .stop, .wake, .recall: orders.append(effect)
            }
        }
        record(event, changes, at: now)
        if let run = event.run.flatMap({ runs[$0] }) { learn(from: event, of: run, killed: killed, at: now) }
    }

    private func takeIn() {
        takeInReports()
        takeInMessages()
        for run in heard {
            run.world.answerControl { command in
                if let refusal = wish(command) { return refusal.controlSentence }
                // An answer is a promise: it is given once the wish is on record.
                return commit() ? nil : "the record of the run can't be written at the moment; try again"
            }
        }
        while let alarm = alarms.popDue(at: clock.now) {
            if case .speculate = alarm {
                copyAlarms.append(alarm)
                wantsDecision = true
            } else {
                handle(.alarmRang(alarm))
            }
        }
    }

    private func takeInReports() {
        for run in heard {
            do throws(RuntimeError) {
                for report in try run.world.receive() {
                    switch report {
                    case .ended(let attempt, let outcome, let usage):
                        end(attempt, outcome, usage)
                    case .sampled(let attempt, let sample):
                        take(sample, of: attempt)
                    case .executorLost:
                        reconcile(run, with: try run.world.connect())
                    }
                }
            } catch {
                // Whatever it ran is gone with it, and the next attempt gets a new one.
                for attempt in engine.runningAttempts where attempt.run == run.id {
                    end(attempt, .failed(.notStarted(error.supervisorReason)), nil)
                }
            }
        }
    }

    /// An end counts once its files have been looked at, which may take another thread a moment.
    private func end(_ attempt: Attempt.ID, _ outcome: Outcome, _ usage: Usage?) {
        guard let world = runs[attempt.run]?.world else { return }
        let outcome = world.named(outcome, of: attempt, engine: engine)
        if world.finish(attempt, outcome, usage, engine: engine) { handle(.attemptEnded(attempt, outcome, usage)) }
    }

    /// Brings the engine in line with what became of a run's attempts while nobody listened.
    func reconcile(_ run: DrivenRun, with facts: (Attempt.ID) -> AttemptFact) {
        func isOwn(_ effect: Effect) -> Bool { effect.run == run.id }
        // Covers every order of the run that still waits here, too; none may be given twice.
        orders = orders.filter { !isOwn($0) } + engine.outstandingEffects(facts).filter(isOwn)
        for case .attemptEnded(let attempt, let outcome, let usage) in engine.missedEvents(facts)
        where attempt.run == run.id {
            end(attempt, outcome, usage)
        }
        wantsDecision = true
        reconnected.append(run)
    }

    private func takeInMessages() {
        for message in inbox.drain() {
            switch message {
            case .start(let order): runs[order.attempt.run]?.world.launch(order, engine: engine)
            case .ended(let attempt, let outcome, let usage): handle(.attemptEnded(attempt, outcome, usage))
            case .recalled(let task, let values, let run): handle(.recalled(task, values, from: run))
            case .wish(let wish):
                if let storeTrouble {
                    wish.answer(.store(storeTrouble))
                } else if let refusal = self.wish(wish.command) {
                    wish.answer(refusal)
                } else {
                    answers.append(wish.answer)
                }
            case .schedule(let task): scheduled.append(task)
            case .look(let look): look(engine)
            case .stop: isStopped = true
            }
        }
        takeInScheduled()
    }

    /// - Returns: why the wish was refused; nil when it was granted.
    private func wish(_ command: Command) -> RuntimeError? {
        do throws(RuntimeError) {
            try submit(command)
            return nil
        } catch {
            return error
        }
    }

    /// Grants a wish, or says why not.
    public func submit(_ command: Command) throws(RuntimeError) {
        if case .submit(let submission) = command { return try begin(submission) }
        if case .retry(let run) = command, runs[run] == nil { return try resume(run, retry: true) }
        do {
            handle(try engine.validate(command))
        } catch {
            throw .refused(error)
        }
    }

    private func interrupt() {
        interrupts += 1
        for run in runs.keys { _ = wish(.cancel(run, force: interrupts > 1)) }
    }

    private func take(_ sample: UsageReading, of attempt: Attempt.ID) {
        setup.observer.sampled(attempt, sample)
        guard let running = engine.running(attempt),
            sample.memoryBytes > running.grant.memoryBytes + running.grant.memoryBytes / 20
        else { return }
        handle(.attemptGrew(attempt, memoryBytes: sample.memoryBytes))
    }

    // MARK: A turn

    /// Decides, appends, acts, shows what has become durable, and lets go of runs that have ended.
    func turn() {
        if retryStoreAt == nil { decide() } else { publish() }
        guard commit() else { return }
        act()
        show()
        retire()
    }

    private func act() {
        for order in orders {
            switch order {
            case .start(let order): runs[order.attempt.run]?.world.start(order, engine: engine)
            case .stop(let attempt, let reason):
                runs[attempt.run]?.world.stop(attempt, grace: reason == .killed ? .zero : setup.options.grace)
            case .wake(let at, let alarm): alarms.insert(alarm, at: at)
            case .recall(let task): runs[task.run]?.world.recall(task, engine: engine)
            case .decide, .announce: preconditionFailure("not an order: \(order)")
            }
        }
        orders.removeAll(keepingCapacity: true)
        for run in runs.values { run.world.send() }
        publishNewSupervisors()
    }

    /// A run that has ended, and whose end is on disk and has been told, is nobody's business any more.
    private func retire() {
        guard unshown.isEmpty else { return }
        for run in runs.values {
            guard let status = engine.status(of: run.id), status.isTerminal, run.batch.isEmpty else { continue }
            run.world.finish()
            withdraw(run)
            runs[run.id] = nil
            ends[run.id] = status
        }
    }

    private func wait(alsoFor others: [Int32]) {
        var polled = ([inbox.descriptor] + others).map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        let first = polled.count
        var owners: [DrivenRun] = []
        for run in runs.values {
            for descriptor in run.world.controlDescriptors {
                polled.append(pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0))
                owners.append(run)
            }
            guard let executor = run.world.executor else { continue }
            let events = POLLIN | (executor.hasUnsent ? POLLOUT : 0)
            polled.append(pollfd(fd: executor.descriptor, events: Int16(events), revents: 0))
            owners.append(run)
        }
        // While the store can't be written nothing is shown or decided, so only the next try is worth waking for.
        let due =
            if let retryStoreAt {
                [alarms.next, retryStoreAt]
            } else {
                [alarms.next, unshown.isEmpty ? nil : showAt, lookAtPoolAt, setup.observer.refreshAt]
            }
        var timeout: Int32 = -1
        if !reconnected.isEmpty || wantsDecision && retryStoreAt == nil {
            timeout = 0
        } else if let next = due.compactMap({ $0 }).min() {
            let nanoseconds = max(0, next.nanoseconds - clock.now.nanoseconds)
            timeout = Int32(clamping: (nanoseconds + 999_999) / 1_000_000)
        }
        poll(&polled, nfds_t(polled.count), timeout)
        heard = reconnected
        reconnected = []
        for (place, owner) in owners.enumerated()
        where polled[first + place].revents != 0 && heard.last !== owner {
            heard.append(owner)
        }
    }
}

extension Effect {
    /// The one that the order is about; nil where it is about none.
    fileprivate var run: Run.ID? {
        switch self {
        case .start(let order): order.attempt.run
        case .stop(let attempt, _): attempt.run
        case .wake(_, let alarm): alarm.attempt.run
        case .recall(let task): task.run
        case .decide, .announce: nil
        }
    }
}

extension RuntimeError {
    /// For somebody at the other end of a control socket.
    fileprivate var controlSentence: String {
        if case .refused(let error) = self { error.sentence } else { "\(self)" }
    }
}
