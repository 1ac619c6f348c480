import BatonCore
import BatonFormats
import BatonStore
import HTTPTypes

extension RouteTable {
    static let schedules: [Route] = [
        .get(
            "\(prefix)/schedules", .schedules, "All schedules by name, when each is due next, and what it did last.",
            answer: .json("Schedules"),
            handle: { call in
                let entries = try await call.core.schedules.all()
                let found = try entries.map { try ScheduleRoutes.json($0, call, withWorkflow: false) }
                return .json(.object(["schedules": .list(found)]))
            }),
        .get(
            "\(prefix)/schedules/{schedule}", .schedules, "One schedule, with its workflow.", answer: .json("Schedule"),
            handle: { call in
                let entry = try await call.core.schedules.entry(try call.parameter("schedule"))
                return .json(try ScheduleRoutes.json(entry, call))
            }),
        Route(
            path: "\(prefix)/schedules/{schedule}", method: .put, group: .schedules,
            summary: "Add a schedule, or put another one in its place.", access: .role(.operator),
            body: [.json("ScheduleDefinition")], answer: .json("Schedule"), handle: ScheduleRoutes.set),
        Route(
            path: "\(prefix)/schedules/{schedule}", method: .delete, group: .schedules,
            summary: "Remove a schedule with its backfills; runs that were started go on.", access: .role(.operator),
            answer: .json("Schedule"),
            handle: { call in
                let name = try call.parameter("schedule")
                let entry = try await call.core.schedules.entry(name)
                let before = try ScheduleRoutes.json(entry, call)
                _ = try await call.core.schedules.remove(name)
                try call.audit("schedule.removed", name)
                return .json(before)
            }),
        enabling(
            "pause", "Start nothing of a schedule until it is resumed; times that pass meanwhile are left out.", false),
        enabling("resume", "Let a schedule go on from now.", true),
        .post(
            "\(prefix)/schedules/{schedule}/run", .schedules,
            "Run the workflow of a schedule now, whatever else of it goes on.", status: 201, answer: .json("Firing"),
            isIdempotent: true, handle: ScheduleRoutes.run),
        .post(
            "\(prefix)/schedules/{schedule}/backfills", .schedules,
            "Run a schedule for the times of the past that it did not run for, with low priority.",
            body: [.json("BackfillRequest")], status: 201, answer: .json("Backfill"), isIdempotent: true,
            handle: ScheduleRoutes.backfill),
        Route(
            path: "\(prefix)/schedules/{schedule}/backfills/{backfill}", method: .delete, group: .schedules,
            summary: "Skip what a backfill has not started yet.", access: .role(.operator), answer: .json("Backfill"),
            handle: { call in
                let (name, id) = (try call.parameter("schedule"), try call.parameter("backfill"))
                let backfill = try await call.core.schedules.cancelBackfill(id, of: name)
                try call.audit("schedule.backfill_cancelled", name, detail: id)
                return .json(try ScheduleRoutes.json(backfill, call))
            }),
        .get(
            "\(prefix)/schedules/{schedule}/firings", .schedules,
            "The times of a schedule and what came of each, newest first.",
            query: [
                .limit(50, max: 500), .cursor,
                .init(name: "backfill", summary: "Only those of this backfill."),
            ],
            answer: .json("FiringPage"),
            handle: { call in
                let name = try await call.core.schedules.entry(try call.parameter("schedule")).schedule.name
                return try FiringAnswers.page(call, of: .schedule, named: name, batch: try call.query("backfill"))
            }),
    ]

    private static func enabling(_ verb: String, _ summary: String, _ isEnabled: Bool) -> Route {
        .post("\(prefix)/schedules/{schedule}/\(verb)", .schedules, summary, answer: .json("Schedule")) { call in
            let name = try call.parameter("schedule")
            let entry = try await call.core.schedules.enable(name, isEnabled)
            try call.audit("schedule.\(verb)d", name)
            return .json(try ScheduleRoutes.json(entry, call))
        }
    }
}

enum ScheduleRoutes {
    /// In a list, and beside a schedule.
    private static let newest = 5

    @Sendable static func set(_ call: Call) async throws -> Reply {
        let name = try call.parameter("schedule")
        let entry = try await call.core.schedules.set(try Schedule(name: name, try call.json()))
        try call.audit("schedule.set", name, detail: "\(entry.schedule.template.workflow), \(entry.schedule.cron.text)")
        return .json(try json(entry, call))
    }

    @Sendable static func run(_ call: Call) async throws -> Reply {
        let name = try call.parameter("schedule")
        let firing = try await call.core.schedules.fire(name, run: call.run)
        try call.audit("schedule.run", name, detail: call.run.description)
        return .json(try FiringAnswers.json(firing, call), status: .created)
    }

    @Sendable static func backfill(_ call: Call) async throws -> Reply {
        let name = try call.parameter("schedule")
        var fields = try Fields(try call.json())
        let from = try fields.require("from", try fields.time("from"))
        let through = try fields.require("to", try fields.time("to"))
        let most = Int(try fields.integer("max_active_runs", in: RunTemplate.activeRunsRange) ?? 1)
        try fields.finish()
        let backfill = try await call.core.schedules.backfill(
            name, id: call.run.description, from: from, through: through, activeRunsMax: most)
        try call.audit("schedule.backfill", name, detail: "\(from.rfc3339) to \(through.rfc3339)")
        return .json(try json(backfill, call), status: .created)
    }

    static func json(_ entry: Scheduler.Entry, _ call: Call, withWorkflow: Bool = true) throws -> Value {
        let schedule = entry.schedule
        let (newest, counts, open) = try call.read { (store) throws(StoreError) in
            (
                try store.firings(of: .schedule, named: schedule.name, batch: nil, before: nil, limit: Self.newest),
                try store.firingCounts(of: .schedule, named: schedule.name, batch: Schedule.regular),
                try store.openFirings(of: .schedule, named: schedule.name, batch: Schedule.regular)
            )
        }
        let state = Value.object([
            "created": .time(entry.automation.created),
            "next_time": schedule.isEnabled ? entry.next.map { .time($0) } ?? .null : .null,
            "waiting": .number(counts[.waiting] ?? 0), "active_runs": .number(open),
            "last_firings": .list(try newest.map { try FiringAnswers.json($0, call) }),
            "backfills": .list(try entry.backfills.suffix(Self.newest).reversed().map { try json($0, call) }),
        ])
        guard case .map(let known) = state else { preconditionFailure("an object is a map") }
        let title = [
            Value.Entry(key: "name", value: .string(schedule.name)),
            Value.Entry(key: "workflow_name", value: .string(schedule.template.workflow)),
        ]
        return .map(title + schedule.entries(withWorkflow: withWorkflow) + known)
    }

    static func json(_ backfill: Backfill, _ call: Call) throws -> Value {
        let (counts, open) = try call.read { (store) throws(StoreError) in
            (
                try store.firingCounts(of: .schedule, named: backfill.schedule, batch: backfill.id),
                try store.openFirings(of: .schedule, named: backfill.schedule, batch: backfill.id)
            )
        }
        let states = Firing.State.allCases.map { state in
            Value.Entry(key: state.rawValue, value: .number(counts[state] ?? 0))
        }
        let rest = [
            Value.Entry(key: "created", value: .time(backfill.created)),
            Value.Entry(key: "times", value: .number(counts.values.reduce(0, +))),
            Value.Entry(key: "active_runs", value: .number(open)), Value.Entry(key: "counts", value: .map(states)),
        ]
        return .map(backfill.entries + rest)
    }
}
