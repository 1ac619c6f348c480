import BatonCore
import BatonFormats
import BatonStore

/// What somebody wrote down under a name: which workflow runs when something happens.
struct Trigger: Sendable {
    let name: String
    var template: RunTemplate
    var cause: Cause
    var isEnabled: Bool
    /// What happened before does not count.
    var since = Instant.zero

    enum Cause: Hashable, Sendable {
        /// A request that is signed with the secret of this name; the parameter gets its body.
        case webhook(secret: String, parameter: String?)
        /// A run of the workflow of this name ended so; the parameter gets its id.
        case runEnded(workflow: String, statuses: [Run.Status], parameter: String?)
    }

    /// All its firings are in one batch.
    static let batch = "trigger"
    private static let activeRunsMax: Int64 = 10

    /// - Parameter definition: JSON as clients send it.
    init(name: String, _ definition: Value) throws(Problem) {
        var fields = try Fields(definition)
        try self.init(name: name, &fields)
        try fields.finish()
    }

    private init(name: String, _ fields: inout Fields) throws(Problem) {
        self.name = try Automation.checked(name: name, of: "trigger")
        template = try RunTemplate(&fields, activeRunsMax: Self.activeRunsMax)
        isEnabled = try fields.boolean("enabled") ?? true
        switch (try fields.object("webhook"), try fields.object("run_ended")) {
        case (let webhook?, nil): cause = try Self.webhook(webhook)
        case (nil, let ended?): cause = try Self.runEnded(ended)
        case (nil, nil), (_?, _?):
            throw .invalid("send either 'webhook' or 'run_ended': what the trigger waits for")
        }
        let parameter: String? =
            switch cause {
            case .webhook(_, let parameter), .runEnded(_, _, let parameter): parameter
            }
        if let parameter, template.parameters.contains(where: { $0.name == parameter }) {
            throw .invalid("'\(parameter.prefix(60))' is set by the trigger: leave it out of 'parameters'")
        }
    }

    private static func webhook(_ fields: Fields) throws(Problem) -> Cause {
        var fields = fields
        let secret = try fields.require("secret", try fields.string("secret"))
        let parameter = try fields.string("body_parameter")
        try fields.finish()
        return .webhook(secret: secret, parameter: parameter)
    }

    private static func runEnded(_ fields: Fields) throws(Problem) -> Cause {
        var fields = fields
        let workflow = try fields.require("workflow", try fields.string("workflow"))
        let words = try fields.strings("statuses") ?? [Run.Status.succeeded.rawValue]
        let parameter = try fields.string("run_parameter")
        try fields.finish()
        var statuses: [Run.Status] = []
        for word in words {
            guard let status = Run.Status(rawValue: word), status.isTerminal else {
                throw .invalid("'run_ended.statuses' are of succeeded, failed, cancelled, not '\(word.prefix(40))'")
            }
            statuses.append(status)
        }
        guard !statuses.isEmpty else { throw .invalid("'run_ended.statuses' is empty: nothing would ever start") }
        return .runEnded(workflow: workflow, statuses: statuses, parameter: parameter)
    }
}

extension Trigger {
    /// As it was kept.
    init(_ automation: Automation) throws {
        var fields = try Fields(try JSONInput.read(automation.definition))
        let workflow = try fields.string("workflow_name")
        let since = try fields.time("since")
        try self.init(name: automation.name, &fields)
        try fields.finish()
        template.workflow = workflow ?? ""
        self.since = since ?? automation.created
    }

    /// What the record keeps.
    var definition: String {
        let kept = [
            Value.Entry(key: "workflow_name", value: .string(template.workflow)),
            Value.Entry(key: "since", value: .time(since)),
        ]
        return Value.map(kept + entries(withWorkflow: true)).json
    }

    /// What was written down, as clients send it.
    func entries(withWorkflow: Bool) -> [Value.Entry] {
        let what: Value.Entry
        switch cause {
        case .webhook(let secret, let parameter):
            let object = Value.object(["secret": .string(secret), "body_parameter": parameter.map { .string($0) }])
            what = Value.Entry(key: "webhook", value: object)
        case .runEnded(let workflow, let statuses, let parameter):
            let object = Value.object([
                "workflow": .string(workflow), "statuses": .strings(statuses.map(\.rawValue)),
                "run_parameter": parameter.map { .string($0) },
            ])
            what = Value.Entry(key: "run_ended", value: object)
        }
        return [what] + template.entries(withWorkflow: withWorkflow)
            + [Value.Entry(key: "enabled", value: .boolean(isEnabled))]
    }

    /// What a run is told.
    ///
    /// - Parameter input: the body of the request, or the id of the run that ended.
    func occasion(_ input: String) -> Occasion {
        switch cause {
        case .webhook(_, let parameter): Occasion(parameter: parameter, standard: "body", text: input)
        case .runEnded(_, _, let parameter): Occasion(parameter: parameter, standard: "run", text: input)
        }
    }

    /// An occasion as it may come: a body can be whatever the parameter is.
    func sample(for workflow: Workflow) -> Occasion {
        guard case .webhook = cause else { return occasion(Run.ID(rawValue: 0).description) }
        let occasion = occasion("")
        let name = occasion.parameter ?? occasion.standard
        switch workflow.parameters.first(where: { $0.name == name })?.kind {
        case .map?: return self.occasion("{}")
        case .list?: return self.occasion("[]")
        case .number?: return self.occasion("0")
        case .boolean?: return self.occasion("true")
        case .string?, nil: return occasion
        }
    }
}
