import BatonCore
import BatonStore
import Logging
import ServiceLifecycle

/// Starts the runs of schedules when their times have come.
///
/// A time that has come is written down as a firing, and the schedule's place in time with it, before anything is done
/// about it. So whoever dies in between loses no time and runs none twice. Every change of a schedule goes through here,
/// one after the other.
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

    let starter: FiringStarter
    private let interval: Duration
    /// By name; nil until they were read.
    var entries: [String: Entry]?
    /// Written down at once: a few milliseconds.
    private static let portion = 1_000
    /// A clock that goes back further was wrong before: what it showed is still to come. Times that ran all the same don't
    /// run again.
    private static let settingBack = Duration.seconds(3_600)
    /// Started of a batch before the others' turn comes: half a second.
    private static let startsMax = 100

    /// - Parameter starter: its clock is the one on the wall.
    init(starter: FiringStarter, interval: Duration) {
        self.starter = starter
        self.interval = interval
    }

    var stores: StorePool { starter.stores }
    var now: Instant { starter.clock() }

    func run() async throws {
        let interval = interval
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
            starter.logger.error("schedules", metadata: ["error": .string("\(error)")])
        }
    }

    /// Writes down the times that have come.
    func collect() async throws {
        let now = now
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
        let firings = try stores.with { (store) throws(StoreError) in
            let waiting = try store.firingCounts(of: .schedule, named: name, batch: Schedule.regular)[.waiting] ?? 0
            let room =
                schedule.template.activeRunsMax - waiting - (try Self.openRuns(of: name, in: Schedule.regular, store))
            let firings = schedule.firings(for: taken, isLast: isLast, at: now, room: room)
            _ = try store.keep(automation, firings: firings)
            try store.flush()
            return firings
        }
        for firing in firings { starter.metrics.count(firing) }
        entry.next = schedule.times(after: seen, limit: 1).first
        entry.waiting.insert(Schedule.regular)
        entries?[name] = entry
        return !isLast
    }

    /// For how long the most overdue time of all schedules is due: a second or so, while this works.
    func lag() throws -> Duration {
        let now = now
        let due = try known().values.filter(\.schedule.isEnabled).compactMap(\.next)
        return due.map { $0.duration(to: now) }.reduce(.zero, max)
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
        let most = backfill?.activeRunsMax ?? entry.schedule.template.activeRunsMax
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

    /// - Returns: the firing as it is then; it may still wait.
    func start(_ firing: Firing) async throws -> Firing {
        guard let schedule = try known()[firing.name]?.schedule else { return firing }
        let isBackfilled = firing.batch != Schedule.regular && firing.batch != Schedule.manual
        let errand = FiringStarter.Errand(
            template: schedule.template, occasion: schedule.occasion(at: firing.at),
            priority: isBackfilled ? Backfill.priority : nil)
        return try await starter.start(firing, for: errand)
    }

    /// All schedules, read from the record the first time.
    func known() throws -> [String: Entry] {
        if let entries { return entries }
        var found = try stores.entries(of: .schedule, starter.logger) { automation in
            let schedule = try Schedule(automation)
            return Entry(
                automation: automation, schedule: schedule,
                next: schedule.times(after: automation.seen, limit: 1).first,
                waiting: [Schedule.regular, Schedule.manual])
        }
        let backfills = try stores.entries(of: .backfill, starter.logger) { try Backfill($0) }
        for backfill in backfills.values.sorted(by: { ($0.created, $0.id) < ($1.created, $1.id) }) {
            found[backfill.schedule]?.backfills.append(backfill)
            found[backfill.schedule]?.waiting.insert(backfill.id)
        }
        entries = found
        return found
    }
}
