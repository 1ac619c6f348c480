import ArgumentParser
import BatonCore
import BatonFormats

/// Something that a server does by itself, as the commands about it name it and show it.
protocol AutomationKind: SendableMetatype {
    /// One of them, as `schedule`. Its plural is the command, and the path of the interface.
    static var noun: String { get }
    static var summary: String { get }
    /// What a list says of it, between its name and what all have.
    static var columns: [Table.Column] { get }
    static func cells(of entry: Value, now: Instant) -> [StyledLine]
    static var history: AutomationHistory { get }
    /// Commands beside those that all have.
    static var commands: [any ParsableCommand.Type] { get }
}

extension AutomationKind {
    static var plural: String { noun + "s" }
    static var path: String { "/api/v1/\(plural)" }

    static func path(_ name: String) -> String { "\(path)/\(name.percentEncoded)" }
}

enum Schedules: AutomationKind {
    static let noun = "schedule"
    static let summary = "Runs that a server starts at times that cron's notation names."
    static let columns = [Table.Column(title: "WORKFLOW"), .init(title: "TIMES"), .init(title: "NEXT")]
    static let history = AutomationHistory.firings
    static let commands: [any ParsableCommand.Type] = [
        AutomationAction<Schedules, RunSchedule>.self, ScheduleBackfill.self, ScheduleBackfillCancel.self,
    ]

    static func cells(of entry: Value, now: Instant) -> [StyledLine] {
        let zone = entry.text("time_zone")
        let times = entry.text("cron") + (zone == "UTC" ? "" : " \(zone)")
        let next = entry.instant("next_time").map { TimeText.ahead($0, now: now) }
        return [StyledLine(entry.text("workflow_name")), StyledLine(times), StyledLine(next ?? "never", .faint)]
    }
}

enum Triggers: AutomationKind {
    static let noun = "trigger"
    static let summary = "Runs that a server starts when a request comes, another run ends or a file is new."
    static let columns = [Table.Column(title: "WORKFLOW"), .init(title: "WAITS FOR")]
    static let history = AutomationHistory.firings
    static let commands: [any ParsableCommand.Type] = []

    static func cells(of entry: Value, now: Instant) -> [StyledLine] {
        var cause = "POST /api/v1/hooks/\(entry.text("name"))"
        if let files = entry[entry: "files"] { cause = files.text("glob") }
        if let ended = entry[entry: "run_ended"] {
            let statuses = (ended[entry: "statuses"]?.elements ?? []).compactMap(\.string)
            cause = "\(ended.text("workflow")) \(Sentence.alternatives(statuses))"
        }
        return [StyledLine(entry.text("workflow_name")), StyledLine(cause)]
    }
}

enum Notifications: AutomationKind {
    static let noun = "notification"
    static let summary = "Whom a server tells what becomes of runs."
    static let columns = [Table.Column(title: "ON"), .init(title: "WORKFLOW"), .init(title: "TELLS")]
    static let history = AutomationHistory.deliveries
    static let commands: [any ParsableCommand.Type] = [AutomationAction<Notifications, TestNotification>.self]

    static func cells(of entry: Value, now: Instant) -> [StyledLine] {
        let events = (entry[entry: "on"]?.elements ?? []).compactMap(\.string)
        let command = entry[entry: "command"]
        let program = (command?.elements ?? []).compactMap(\.string).joined(separator: " ")
        let receiver = entry[entry: "webhook"]?.text("url") ?? command?.string ?? program
        let workflow = entry[entry: "workflow"]?.string
        return [
            StyledLine(events.joined(separator: ", ")), StyledLine(workflow.map(DisplayWidth.printable) ?? "all"),
            StyledLine(DisplayWidth.printable(receiver)),
        ]
    }
}

extension Value {
    /// An entry of an object, fit for a terminal; empty where there is none.
    func text(_ key: String) -> String { DisplayWidth.printable(self[entry: key]?.string ?? "") }

    func instant(_ key: String) -> Instant? { self[entry: key]?.string.flatMap { Instant(rfc3339: $0) } }

    func integer(_ key: String) -> Int? {
        if case .number(let number)? = self[entry: key] { Int(number) } else { nil }
    }
}
