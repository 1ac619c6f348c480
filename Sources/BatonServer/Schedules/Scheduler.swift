import BatonCore
import BatonFormats
import BatonRuntime
import BatonStore
import Logging
import ServiceLifecycle

/// Starts the runs of schedules when their times have come.
///
/// A time that has come is written down as a firing, and the schedule's place in time with it, before anything is done about
/// it; the id of its run is written into it before the run is made. So whoever dies in between loses no time and runs none
/// twice. Every change of a schedule goes through here, one after the other.
actor Scheduler: Service {
    /// A schedule as it is kept, and what follows from it.
    struct Entry: Sendable {
        var automation: Automation
        var schedule: Schedule
        /// The first time that was not dealt with; nil: none comes any more.
        var next: Instant?
        /// Oldest first.
        var backfills: [Backfill] = []
        /// Batches in which firings may wait.
        var waiting: Set<String> = []
    }

    let stores: StorePool
    /// On the wall.
    let clock: @Sendable () -> Instant
    private let control: any RunControl
    private let configuration: ServerConfiguration
    private let shelf: WorkflowShelf
    private let events: EventBus
    private let audit: AuditLog
    private let metrics: Metrics
    private let logger: Logger
    /// By name; nil until they were read.
    var entries: [String: Entry]?
    /// Written down at once: a few milliseconds.
    private static let portion = 1_000
    /// A clock that goes back further was wrong before: what it showed is still to come. Times that ran all the same don't
    /// run again.
    private static let settingBack = Duration.seconds(3_600)
    /// Started of a batch before the others' turn comes: half a second.
    private static let startsMax = 100

    init(
        stores: StorePool, control: any RunControl, configuration: ServerConfiguration, dataDirectory: String,
        events: EventBus, audit: AuditLog, metrics: Metrics, clock: @escaping @Sendable () -> Instant, logger: Logger
    ) {
        self.stores = stores
        self.control = control
        self.configuration = configuration
        shelf = WorkflowShelf(workingDirectory: configuration.workingDirectory, dataDirectory: dataDirectory)
        self.events = events
        self.audit = audit
        self.metrics = metrics
        self.clock = clock
        self.logger = logger
    }

    func run() async throws {
        let interval = configuration.scheduleInterval
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                try? await Task.sleep(for: interval)
                if !Task.isCancelled { await self.tick() }
            }
        }
    }

    /// Writes down what has come, then starts whatever waits and may go on.
    func tick() async {
        do {
            try await collect()
            for entry in try all() {
                for batch in [Schedule.manual, Schedule.regular] { try await startWaiting(entry.schedule.name, batch) }
            }
            // What is due now goes before what makes up for the past.
            for entry in try all() {
                for backfill in entry.backfills { try await startWaiting(entry.schedule.name, backfill.id) }
            }
        } catch {
            logger.error("schedules", metadata: ["error": .string("\(error)")])
        }
    }

    /// Writes down the times that have come.
    func collect() async throws {
        let now = clock()
        for name in try known().keys.sorted() {
            // Whoever has been away for long has much to write, and others wait for this actor.
            while try collectPortion(name, at: now) { await Task.yield() }
        }
    }

    /// - Returns: true when more than could be written at once have come.
    func collectPortion(_ name: String, at now: Instant) throws -> Bool {
        guard var entry = try known()[name], entry.schedule.isEnabled else { return false }
        if now.duration(to: entry.automation.seen) > Self.settingBack {
            _ = try keep(entry.schedule, seen: now, after: entry)
            return false
        }
        guard let next = entry.next, next <= now else { return false }
        let due = entry.schedule.times(after: entry.automation.seen, through: now, limit: Self.portion + 1)
        let isLast = due.count <= Self.portion
        let taken = Array(due.prefix(Self.portion))
        let schedule = entry.schedule
        let seen = isLast ? now : taken[taken.count - 1]
        entry.automation.seen = seen
        let automation = entry.automation
        try stores.with { (store) throws(StoreError) in
            let waiting = try store.firingCounts(of: .schedule, named: name, batch: Schedule.regular)[.waiting] ?? 0
            let room = schedule.activeRunsMax - waiting - (try Self.openRuns(of: name, in: Schedule.regular, store))
            _ = try store.keep(
                automation, firings: schedule.firings(for: taken, isLast: isLast, at: now, room: room))
            try store.flush()
        }
        entry.next = schedule.times(after: seen, limit: 1).first
        entry.waiting.insert(Schedule.regular)
        entries?[name] = entry
        return !isLast
    }

    /// Starts what waits in a batch, as far as there is room.
    private func startWaiting(_ name: String, _ batch: String) async throws {
        for _ in 0..<Self.startsMax {
            guard let firing = try nextToStart(name, batch), try await start(firing).state != .waiting else { return }
        }
    }

    private func nextToStart(_ name: String, _ batch: String) throws -> Firing? {
        guard let entry = try known()[name], entry.waiting.contains(batch),
            entry.schedule.isEnabled || batch == Schedule.manual
        else { return nil }
        let backfill = entry.backfills.first { $0.id == batch }
        let most = backfill?.activeRunsMax ?? entry.schedule.activeRunsMax
        let (firing, hasRoom) = try stores.with { (store) throws(StoreError) -> (Firing?, Bool) in
            let firing = try store.waitingFirings(of: .schedule, named: name, batch: batch, limit: 1).first
            // What somebody asks for at once does not wait for others.
            if firing == nil || batch == Schedule.manual { return (firing, true) }
            return (firing, try Self.openRuns(of: name, in: batch, store) < most)
        }
        if firing == nil { entries?[name]?.waiting.remove(batch) }
        return hasRoom ? firing : nil
    }

    /// How many runs go on that count against the limit of a batch: those that somebody asked for count with the regular.
    private static func openRuns(of name: String, in batch: String, _ store: any Store) throws(StoreError) -> Int {
        let open = try store.openFirings(of: .schedule, named: name, batch: batch)
        guard batch == Schedule.regular else { return open }
        return open + (try store.openFirings(of: .schedule, named: name, batch: Schedule.manual))
    }

    /// Makes the run of a firing, unless it is there already.
    ///
    /// - Returns: the firing as it is then; it still waits where its turn has not come: the queue is full, a disk is.
    func start(_ firing: Firing) async throws -> Firing {
        guard let entry = try known()[firing.name] else { return firing }
        var firing = firing
        do {
            let run = try claim(&firing)
            if try isMissing(run) { try await submit(run, of: entry.schedule, firing) }
            firing.state = .started
        } catch {
            let problem = Problem(error)
            switch problem?.status {
            case 409? where problem?.code == "duplicate-run": firing.state = .started
            case 429?: return firing
            case let status? where status < 500:
                firing.state = .refused
                firing.reason = problem?.detail ?? problem?.title
                metrics.add(to: .schedulingErrors)
                logger.error("schedule", metadata: metadata(of: firing, "\(error)"))
            case _?, nil:
                logger.error("schedule", metadata: metadata(of: firing, "\(error)"))
                return firing
            }
        }
        let settled = firing
        try stores.with { (store) throws(StoreError) in try store.settle(settled) }
        return settled
    }

    /// The id of the run to be made, on the disk.
    private func claim(_ firing: inout Firing) throws(StoreError) -> Run.ID {
        if let run = firing.run { return run }
        let run = Run.ID(at: clock(), random: UInt32.random(in: 0...UInt32.max))
        firing.run = run
        let claimed = firing
        try stores.with { (store) throws(StoreError) in
            try store.settle(claimed)
            try store.flush()
        }
        return run
    }

    private func isMissing(_ run: Run.ID) throws(StoreError) -> Bool {
        try stores.with { (store) throws(StoreError) in
            do throws(StoreError) {
                _ = try store.run(run)
                return false
            } catch {
                if error.code == .unknownRun { return true }
                throw error
            }
        }
    }

    private func submit(_ run: Run.ID, of schedule: Schedule, _ firing: Firing) async throws {
        let isBackfilled = firing.batch != Schedule.regular && firing.batch != Schedule.manual
        let submission = try await workflow(of: schedule).submission(
            of: schedule, run: run, for: firing.at, priority: isBackfilled ? Backfill.priority : nil)
        try await control.submit(submission)
        events.publish()
        audit.collect(
            AuditEntry(
                at: clock(), actor: "schedule:\(schedule.name)", action: "run.submitted", subject: run.description,
                detail: submission.workflow.name))
    }

    func workflow(of schedule: Schedule) async throws -> ScheduledWorkflow {
        try await ScheduledWorkflow.find(for: schedule, stores: stores, shelf: shelf, configuration: configuration)
    }

    /// All schedules, read from the record the first time.
    func known() throws -> [String: Entry] {
        if let entries { return entries }
        let (schedules, backfills) = try stores.with { (store) throws(StoreError) in
            (try store.automations(of: .schedule), try store.automations(of: .backfill))
        }
        var found: [String: Entry] = [:]
        for automation in schedules {
            do {
                let schedule = try Schedule(automation)
                found[schedule.name] = Entry(
                    automation: automation, schedule: schedule,
                    next: schedule.times(after: automation.seen, limit: 1).first,
                    waiting: [Schedule.regular, Schedule.manual])
            } catch {
                // The others go on; whoever writes it down anew mends it.
                logger.error(
                    "schedule", metadata: ["schedule": .string(automation.name), "error": .string("\(error)")])
            }
        }
        for automation in backfills.sorted(by: { $0.created < $1.created }) {
            guard let backfill = try? Backfill(automation) else { continue }
            found[backfill.schedule]?.backfills.append(backfill)
            found[backfill.schedule]?.waiting.insert(backfill.id)
        }
        entries = found
        return found
    }

    private func metadata(of firing: Firing, _ error: String) -> Logger.Metadata {
        ["schedule": .string(firing.name), "time": .string(firing.at.rfc3339), "error": .string(error)]
    }
}
