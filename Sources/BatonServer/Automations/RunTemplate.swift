import BatonCore
import BatonFormats
import BatonStore

/// What is to be run again and again: which workflow, with which values, where.
struct RunTemplate: Hashable, Sendable {
    var source: Source
    /// The name of the workflow; empty until its text was read.
    var workflow = ""
    var parameters: [Workflow.Binding]
    /// Where the tasks run, absolute; nil: where the workflow's own runs do, else the server's folder for tasks.
    var directory: String?
    /// How many of its runs go on at once; at least 1.
    var activeRunsMax: Int

    enum Source: Hashable, Sendable {
        /// YAML.
        case text(String)
        /// A workflow as JSON.
        case document(Value)
        /// Of the workflow of this name, the newest revision that the server knows.
        case newest(String)
    }

    static let activeRunsRange: ClosedRange<Int64> = 1...1_000

    /// Takes its own entries out of what clients send.
    ///
    /// - Parameter activeRunsMax: where it is not said.
    init(_ fields: inout Fields, activeRunsMax standard: Int64) throws(Problem) {
        source = try Self.source(&fields)
        parameters = try Self.parameters(&fields)
        directory = try fields.string("directory")
        activeRunsMax = Int(try fields.integer("max_active_runs", in: Self.activeRunsRange) ?? standard)
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

    /// As clients send it.
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
            "directory": directory.map { .string($0) }, "max_active_runs": .number(activeRunsMax),
        ])
        guard case .map(let entries) = object else { preconditionFailure("an object is a map") }
        return entries
    }
}

/// What a run is told of the occasion for which it is made.
struct Occasion: Hashable, Sendable {
    /// The parameter that gets it; nil: `standard`, where the workflow has that and nobody has set it.
    var parameter: String?
    var standard: String
    /// JSON where the parameter is a list or a map.
    var text: String
}

extension Automation {
    /// A name that can stand in paths.
    ///
    /// - Parameter thing: `schedule`, for the message.
    static func checked(name: String, of thing: String) throws(Problem) -> String {
        guard name.wholeMatch(of: #/[A-Za-z0-9][A-Za-z0-9._-]{0,99}/#) != nil else {
            throw .invalid(
                "a \(thing)'s name is 1 to 100 letters, digits, '.', '_' or '-', the first of them a letter or digit")
        }
        return name
    }
}
