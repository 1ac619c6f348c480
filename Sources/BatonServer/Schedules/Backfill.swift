import BatonCore
import BatonFormats
import BatonStore

/// Times of the past that a schedule is to run for.
struct Backfill: Hashable, Sendable {
    /// Of the schedule.
    let schedule: String
    /// The batch of its firings.
    let id: String
    var from: Instant
    var through: Instant
    /// How many of its runs go on at once; the schedule's own are not counted.
    var activeRunsMax: Int
    var created: Instant

    /// More would hold the record up for too long at once.
    static let timesMax = 10_000
    /// Of its tasks: what is due now goes first.
    static let priority: Int32 = 10
}

extension Backfill {
    /// As it was kept.
    init(_ automation: Automation) throws {
        var fields = try Fields(try JSONInput.read(automation.definition))
        schedule = try fields.require("schedule", try fields.string("schedule"))
        id = try fields.require("backfill", try fields.string("backfill"))
        from = try fields.require("from", try fields.time("from"))
        through = try fields.require("to", try fields.time("to"))
        activeRunsMax = Int(try fields.integer("max_active_runs", in: RunTemplate.activeRunsRange) ?? 1)
        created = automation.created
    }

    var automation: Automation {
        let definition = Value.map(entries + [Value.Entry(key: "schedule", value: .string(schedule))])
        return Automation(
            kind: .backfill, name: "\(schedule)/\(id)", definition: definition.json, seen: created, created: created)
    }

    /// What somebody asked for.
    var entries: [Value.Entry] {
        [
            Value.Entry(key: "backfill", value: .string(id)), Value.Entry(key: "from", value: .time(from)),
            Value.Entry(key: "to", value: .time(through)),
            Value.Entry(key: "max_active_runs", value: .number(activeRunsMax)),
        ]
    }
}
