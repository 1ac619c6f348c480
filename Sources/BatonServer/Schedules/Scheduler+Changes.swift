import BatonCore
import BatonFormats
import BatonStore

/// What people do with schedules.
extension Scheduler {
    /// More would be looked at each second.
    static let schedulesMax = 1_000

    /// - Throws: `Problem` 404.
    func entry(_ name: String) throws -> Entry {
        guard let entry = try known()[name] else { throw Automation.Kind.schedule.missing(name) }
        return entry
    }

    /// By name.
    func all() throws -> [Entry] { try known().values.sorted { $0.schedule.name < $1.schedule.name } }

    /// Adds a schedule or puts it in the place of the one before; what was due until now was due by the old one.
    ///
    /// - Throws: what is wrong with it or its workflow.
    func set(_ schedule: Schedule) async throws -> Entry {
        var schedule = schedule
        let made = schedule.occasion(at: now)
        schedule.template = try await starter.check(
            schedule.template, origin: "schedule:\(schedule.name)", on: { _ in made })
        let now = now
        guard schedule.times(after: now, limit: 1).first != nil else {
            throw Problem.invalid("'cron' is wrong: '\(schedule.cron.text)' names a day that never comes")
        }
        let others = try known()
        guard others[schedule.name] != nil || others.count < Self.schedulesMax else {
            throw Automation.Kind.schedule.full(Self.schedulesMax)
        }
        while try collectPortion(schedule.name, at: now) {}
        return try keep(schedule, seen: now, after: try known()[schedule.name])
    }

    /// - Parameter isEnabled: false: nothing of it is started but what somebody asks for. Times that pass meanwhile are
    ///   left out.
    func enable(_ name: String, _ isEnabled: Bool) throws -> Entry {
        let before = try entry(name)
        guard before.schedule.isEnabled != isEnabled else { return before }
        var schedule = before.schedule
        schedule.isEnabled = isEnabled
        return try keep(schedule, seen: now, after: before)
    }

    /// - Parameter seen: times up to here are dealt with.
    func keep(_ schedule: Schedule, seen: Instant, after before: Entry?) throws -> Entry {
        let automation = Automation(
            kind: .schedule, name: schedule.name, definition: schedule.definition, seen: seen,
            created: before?.automation.created ?? seen)
        try stores.keep(automation)
        let entry = Entry(
            automation: automation, schedule: schedule, next: schedule.times(after: seen, limit: 1).first,
            backfills: before?.backfills ?? [], waiting: before?.waiting ?? [Schedule.regular])
        entries?[schedule.name] = entry
        return entry
    }

    /// Forgets a schedule, its backfills and all firings; its runs go on.
    func remove(_ name: String) throws -> Entry {
        let entry = try entry(name)
        try stores.forget(entry.backfills.map(\.automation) + [entry.automation])
        entries?[name] = nil
        return entry
    }

    /// Makes a run at once, whatever else goes on.
    ///
    /// - Parameter run: the same as before for a request that comes again.
    /// - Throws: `Problem` 422 with the reason of a refusal.
    func fire(_ name: String, run: Run.ID) async throws -> Firing {
        let entry = try entry(name)
        // To the millisecond, as the workflow gets it.
        let time = Instant(nanoseconds: now.nanoseconds / 1_000_000 * 1_000_000)
        let firing = Firing(
            kind: .schedule, name: name, key: "run \(run)", batch: Schedule.manual, run: run, at: time)
        try stores.keep(entry.automation, [firing])
        entries?[name]?.waiting.insert(Schedule.manual)
        let started = try await start(firing)
        guard started.state != .refused else {
            throw Problem.invalid("the run of '\(name)' was refused: \(started.reason ?? "no reason is known")")
        }
        return started
    }

    /// Writes down all times from one to another that were not run, to be started one after the other.
    ///
    /// - Parameter id: the same as before for a request that comes again.
    func backfill(
        _ name: String, id: String, from: Instant, through: Instant, activeRunsMax: Int
    ) throws -> Backfill {
        let entry = try entry(name)
        let now = now
        guard from <= through else { throw Problem.invalid("'from' must not be later than 'to'") }
        guard through <= now else {
            throw Problem.invalid("'to' lies in the future; what is still to come is started by the schedule itself")
        }
        let times = entry.schedule.times(
            after: from.advanced(by: .nanoseconds(-1)), through: through, limit: Backfill.timesMax + 1)
        guard let first = times.first else {
            throw Problem.invalid(
                "'\(entry.schedule.cron.text)' has no time from 'from' to 'to'; choose a longer range")
        }
        guard times.count <= Backfill.timesMax else {
            let last = times[Backfill.timesMax - 1].rfc3339
            throw Problem.invalid(
                "these are more than \(Backfill.timesMax) times: take those from \(first.rfc3339) to \(last) first")
        }
        // Those of now are the schedule's own, if it is not paused.
        while try collectPortion(name, at: now) {}
        let backfill = Backfill(
            schedule: name, id: id, from: from, through: through, activeRunsMax: activeRunsMax, created: now)
        try stores.keep(backfill.automation, times.map { entry.schedule.firing(for: $0, in: id) })
        entries?[name]?.backfills.removeAll { $0.id == id }
        entries?[name]?.backfills.append(backfill)
        entries?[name]?.waiting.insert(id)
        return backfill
    }

    /// Lets the rest of a backfill be; what goes on goes on.
    func cancelBackfill(_ id: String, of name: String) throws -> Backfill {
        guard let backfill = try entry(name).backfills.first(where: { $0.id == id }) else {
            throw Problem.notFound("schedule '\(name)' has no backfill '\(id.prefix(40))'")
        }
        try stores.with { (store) throws(StoreError) in
            try store.skipFirings(of: .schedule, named: name, batch: id, because: "the backfill was cancelled")
            try store.flush()
        }
        return backfill
    }
}
