import BatonCore
import BatonFormats
import BatonStore

/// What somebody wrote down under a name: who is told what of which runs.
struct NotificationRule: Hashable, Sendable {
    let name: String
    /// Never empty.
    let events: [Event]
    /// Whose runs, by name; nil: of all workflows.
    let workflow: String?
    let receiver: Receiver
    var isEnabled: Bool
    /// What happened before does not count.
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
        events = try Self.events(try fields.require("on", try fields.strings("on")))
        workflow = try fields.string("workflow")
        receiver = try Receiver(&fields)
        isEnabled = try fields.boolean("enabled") ?? true
    }

    private static func events(_ words: [String]) throws(Problem) -> [Event] {
        var events: [Event] = []
        for word in words {
            guard let event = Event(word: word) else {
                let known = Event.all.map(\.word).joined(separator: ", ")
                throw .invalid("'on' has \(known), not '\(word.prefix(40))'")
            }
            if !events.contains(event) { events.append(event) }
        }
        guard !events.isEmpty else { throw .invalid("'on' is empty: nobody would ever be told of anything") }
        return events
    }

    /// How runs end that are told of.
    var statuses: [Run.Status] {
        events.compactMap { event in
            if case .ended(let status) = event { status } else { nil }
        }
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
        var entries = [Value.Entry(key: "on", value: .strings(events.map(\.word)))]
        if let workflow { entries.append(Value.Entry(key: "workflow", value: .string(workflow))) }
        return entries + [receiver.entry, Value.Entry(key: "enabled", value: .boolean(isEnabled))]
    }
}
