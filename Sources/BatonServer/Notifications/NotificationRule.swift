import BatonCore
import BatonFormats
import BatonStore

/// What somebody wrote down under a name: who is told of which runs.
struct NotificationRule: Hashable, Sendable {
    let name: String
    /// How a run ends that is told of; never empty.
    let statuses: [Run.Status]
    /// Whose runs, by name; nil: of all workflows.
    let workflow: String?
    let receiver: Receiver
    var isEnabled: Bool
    /// What ended before does not count.
    var since = Instant.zero

    /// All its deliveries are in one.
    static let batch = "notification"

    /// - Parameter definition: JSON as clients send it.
    init(name: String, _ definition: Value) throws(Problem) {
        var fields = try Fields(definition)
        try self.init(name: name, &fields)
        try fields.finish()
    }

    private init(name: String, _ fields: inout Fields) throws(Problem) {
        self.name = try Automation.checked(name: name, of: "notification")
        statuses = try Self.statuses(try fields.require("on", try fields.strings("on")))
        workflow = try fields.string("workflow")
        receiver = try Receiver(&fields)
        isEnabled = try fields.boolean("enabled") ?? true
    }

    private static func statuses(_ words: [String]) throws(Problem) -> [Run.Status] {
        var statuses: [Run.Status] = []
        for word in words {
            guard let status = Run.Status(event: word) else {
                throw .invalid("'on' has run.succeeded, run.failed, run.cancelled, not '\(word.prefix(40))'")
            }
            if !statuses.contains(status) { statuses.append(status) }
        }
        guard !statuses.isEmpty else { throw .invalid("'on' is empty: nobody would ever be told of anything") }
        return statuses
    }
}

extension NotificationRule {
    /// As it was kept.
    init(_ automation: Automation) throws {
        var fields = try Fields(try JSONInput.read(automation.definition))
        let since = try fields.time("since")
        try self.init(name: automation.name, &fields)
        try fields.finish()
        self.since = since ?? automation.created
    }

    /// What the record keeps.
    var definition: String {
        Value.map([Value.Entry(key: "since", value: .time(since))] + entries).json
    }

    /// What was written down, as clients send it.
    var entries: [Value.Entry] {
        var entries = [Value.Entry(key: "on", value: .strings(statuses.map(\.event)))]
        if let workflow { entries.append(Value.Entry(key: "workflow", value: .string(workflow))) }
        return entries + [receiver.entry, Value.Entry(key: "enabled", value: .boolean(isEnabled))]
    }
}

extension Run.Status {
    /// What is told of a run that ended so: `run.failed`.
    var event: String { "run.\(rawValue)" }

    /// Nil for what is no end.
    fileprivate init?(event: String) {
        guard event.hasPrefix("run."), let status = Run.Status(rawValue: String(event.dropFirst(4))), status.isTerminal
        else { return nil }
        self = status
    }
}
