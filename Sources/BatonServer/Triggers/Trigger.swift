import BatonCore
import BatonFormats
import BatonStore

/// What somebody wrote down under a name: which workflow runs when something happens.
struct Trigger: Sendable {
    let name: String
    var template: RunTemplate
    let cause: Cause
    /// The parameter that gets what happened; nil: that of the cause, where the workflow has such a one.
    let parameter: String?
    var isEnabled: Bool
    /// What happened before does not count.
    var since = Instant.zero

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
        let (cause, parameter) = try Self.cause(&fields)
        (self.cause, self.parameter) = (cause, parameter)
        if let parameter, template.parameters.contains(where: { $0.name == parameter }) {
            throw .invalid("'\(parameter.prefix(60))' is set by the trigger: leave it out of 'parameters'")
        }
    }

    /// All its firings are in one batch. That a file was seen is known for as long as the trigger is there.
    var batch: String {
        switch cause {
        case .webhook, .runEnded: "trigger"
        case .files: Firing.files
        }
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
        [causeEntry] + template.entries(withWorkflow: withWorkflow)
            + [Value.Entry(key: "enabled", value: .boolean(isEnabled))]
    }

    /// What a run is told.
    ///
    /// - Parameter input: the body of the request, the id of the run that ended, or the path of the file.
    func occasion(_ input: String) -> Occasion {
        Occasion(parameter: parameter, standard: cause.standardParameter, text: input)
    }

    /// An occasion as it may come: a body can be whatever the parameter is.
    func sample(for workflow: Workflow) -> Occasion {
        switch cause {
        case .runEnded: return occasion(Run.ID(rawValue: 0).description)
        case .files(let glob): return occasion(glob)
        case .webhook: break
        }
        let name = parameter ?? cause.standardParameter
        switch workflow.parameters.first(where: { $0.name == name })?.kind {
        case .map?: return occasion("{}")
        case .list?: return occasion("[]")
        case .number?: return occasion("0")
        case .boolean?: return occasion("true")
        case .string?, nil: return occasion("")
        }
    }
}
