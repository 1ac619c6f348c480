import BatonCore
import BatonFormats
import BatonStore
import Foundation

/// What somebody wrote down under a name: which workflow runs, at which times, and what happens to times that were missed.
struct Schedule: Sendable {
    let name: String
    var template: RunTemplate
    /// The parameter that gets the time that a run stands for; nil: `scheduled_time`, where the workflow has that.
    var timeParameter: String?
    var cron: CronExpression
    let zone: TimeZone
    /// As it was named.
    let zoneName: String
    var isEnabled: Bool
    var catchUp: CatchUp

    /// What happens to times that passed while the server did not run.
    enum CatchUp: String, Hashable, Sendable, CaseIterable {
        /// They are left out.
        case none
        /// One run stands for all of them.
        case latest
        /// Each gets its run, and none is left out because too many go on.
        case all
    }

    /// - Parameter definition: JSON as clients send it.
    init(name: String, _ definition: Value) throws(Problem) {
        var fields = try Fields(definition)
        try self.init(name: name, &fields)
        try fields.finish()
    }

    private init(name: String, _ fields: inout Fields) throws(Problem) {
        self.name = try Automation.checked(name: name, of: "schedule")
        template = try RunTemplate(&fields, activeRunsMax: 1)
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
        let word = try fields.string("catchup") ?? CatchUp.latest.rawValue
        guard let rule = CatchUp(rawValue: word) else {
            let words = CatchUp.allCases.map(\.rawValue).joined(separator: ", ")
            throw .invalid("'catchup' is one of \(words), not '\(word.prefix(40))'")
        }
        catchUp = rule
        if let timeParameter, template.parameters.contains(where: { $0.name == timeParameter }) {
            throw .invalid("'\(timeParameter.prefix(60))' is the 'time_parameter': leave it out of 'parameters'")
        }
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
        template.workflow = workflow ?? ""
    }

    /// What the record keeps.
    var definition: String {
        Value.map([Value.Entry(key: "workflow_name", value: .string(template.workflow))] + entries(withWorkflow: true))
            .json
    }

    /// What was written down, as clients send it.
    ///
    /// - Parameter withWorkflow: with the workflow itself, which can be long.
    func entries(withWorkflow: Bool) -> [Value.Entry] {
        let times = Value.object([
            "time_parameter": timeParameter.map { .string($0) }, "cron": .string(cron.text),
            "time_zone": .string(zoneName), "enabled": .boolean(isEnabled), "catchup": .string(catchUp.rawValue),
        ])
        guard case .map(let entries) = times else { preconditionFailure("an object is a map") }
        return template.entries(withWorkflow: withWorkflow) + entries
    }

    /// What a run is told: the time that it stands for.
    func occasion(at time: Instant) -> Occasion {
        Occasion(parameter: timeParameter, standard: "scheduled_time", text: time.rfc3339)
    }
}
