import BatonCore
import BatonFormats
import BatonStore
import Foundation

/// What somebody wrote down under a name: which workflow runs, at which times, and what happens to times that were missed.
struct Schedule: Sendable {
    let name: String
    var source: Source
    /// The name of the workflow; empty until its text was read.
    var workflow = ""
    var parameters: [Workflow.Binding]
    /// The parameter that gets the time that a run stands for; nil: `scheduled_time`, where the workflow has that.
    var timeParameter: String?
    var cron: CronExpression
    let zone: TimeZone
    /// As it was named.
    let zoneName: String
    var isEnabled: Bool
    /// How many of its runs go on at once; at least 1.
    var activeRunsMax: Int
    var catchUp: CatchUp
    /// Where the tasks run, absolute; nil: where the workflow's own runs do, else the server's folder for tasks.
    var directory: String?

    enum Source: Hashable, Sendable {
        /// YAML.
        case text(String)
        /// A workflow as JSON.
        case document(Value)
        /// Of the workflow of this name, the newest revision that the server knows.
        case newest(String)
    }

    /// What happens to times that passed while the server did not run.
    enum CatchUp: String, Hashable, Sendable, CaseIterable {
        /// They are left out.
        case none
        /// One run stands for all of them.
        case latest
        /// Each gets its run, and none is left out because too many go on.
        case all
    }

    static let activeRunsRange: ClosedRange<Int64> = 1...1_000

    /// - Parameter definition: JSON as clients send it.
    init(name: String, _ definition: Value) throws(Problem) {
        var fields = try Fields(definition)
        try self.init(name: name, &fields)
        try fields.finish()
    }

    private init(name: String, _ fields: inout Fields) throws(Problem) {
        // It stands in paths.
        guard name.wholeMatch(of: #/[A-Za-z0-9][A-Za-z0-9._-]{0,99}/#) != nil else {
            throw .invalid(
                "a schedule's name is 1 to 100 letters, digits, '.', '_' or '-', the first of them a letter or digit")
        }
        self.name = name
        source = try Self.source(&fields)
        parameters = try Self.parameters(&fields)
        timeParameter = try fields.string("time_parameter")
        let text = try fields.require("cron", try fields.string("cron"))
        do throws(CronExpression.Invalid) {
            cron = try CronExpression(text)
        } catch {
            throw .invalid("'cron' is wrong: \(error.message)")
        }
        zoneName = try fields.string("time_zone") ?? "UTC"
        zone = try Self.zone(zoneName)
        isEnabled = try fields.boolean("enabled") ?? true
        activeRunsMax = Int(try fields.integer("max_active_runs", in: Self.activeRunsRange) ?? 1)
        let word = try fields.string("catchup") ?? CatchUp.latest.rawValue
        guard let rule = CatchUp(rawValue: word) else {
            let words = CatchUp.allCases.map(\.rawValue).joined(separator: ", ")
            throw .invalid("'catchup' is one of \(words), not '\(word.prefix(40))'")
        }
        catchUp = rule
        directory = try fields.string("directory")
        if let timeParameter, parameters.contains(where: { $0.name == timeParameter }) {
            throw .invalid("'\(timeParameter.prefix(60))' is the 'time_parameter': leave it out of 'parameters'")
        }
    }

    private static func source(_ fields: inout Fields) throws(Problem) -> Source {
        let given = fields.take("workflow")
        let name = try fields.string("workflow_id")
        switch (given, name) {
        case (nil, let name?): return .newest(name)
        case (.string(let text)?, nil): return .text(text)
        case (let document?, nil): return .document(document)
        case (nil, nil), (_?, _?):
            throw .invalid(
                "send either 'workflow', the workflow itself, or 'workflow_id', the name of one that ran here")
        }
    }

    private static func parameters(_ fields: inout Fields) throws(Problem) -> [Workflow.Binding] {
        guard let values = fields.take("parameters") else { return [] }
        guard case .map(let entries) = values else {
            throw .invalid("'parameters' must be an object, found \(values.kindName)")
        }
        return entries.map { Workflow.Binding(name: $0.key, value: $0.value) }
    }

    private static func zone(_ name: String) throws(Problem) -> TimeZone {
        guard let zone = TimeZone(identifier: name) else {
            let hint = Suggestion.hint(for: name, among: TimeZone.knownTimeZoneIdentifiers).map { " \($0)" }
            throw .invalid("there is no time zone '\(name.prefix(60))'; one is called Europe/Berlin.\(hint ?? "")")
        }
        return zone
    }
}

extension Schedule {
    /// As it was kept.
    init(_ automation: Automation) throws {
        var fields = try Fields(try JSONInput.read(automation.definition))
        let workflow = try fields.string("workflow_name")
        try self.init(name: automation.name, &fields)
        try fields.finish()
        self.workflow = workflow ?? ""
    }

    /// What the record keeps.
    var definition: String {
        Value.map([Value.Entry(key: "workflow_name", value: .string(workflow))] + entries(withWorkflow: true)).json
    }

    /// What was written down, as clients send it.
    ///
    /// - Parameter withWorkflow: with the workflow itself, which can be long.
    func entries(withWorkflow: Bool) -> [Value.Entry] {
        var text: Value?
        var id: Value?
        switch source {
        case .text(let source): text = .string(source)
        case .document(let document): text = document
        case .newest(let name): id = .string(name)
        }
        let object = Value.object([
            "workflow": withWorkflow ? text : nil, "workflow_id": id,
            "parameters": .map(parameters.map { Value.Entry(key: $0.name, value: $0.value) }),
            "time_parameter": timeParameter.map { .string($0) }, "cron": .string(cron.text),
            "time_zone": .string(zoneName), "enabled": .boolean(isEnabled),
            "max_active_runs": .number(activeRunsMax), "catchup": .string(catchUp.rawValue),
            "directory": directory.map { .string($0) },
        ])
        guard case .map(let entries) = object else { preconditionFailure("an object is a map") }
        return entries
    }
}
