import BatonCore
import BatonFormats

extension Trigger {
    /// What a trigger waits for.
    enum Cause: Hashable, Sendable {
        /// A request that is signed with the secret of this name.
        case webhook(secret: String)
        /// A run of the workflow of this name that ends so.
        case runEnded(workflow: String, statuses: [Run.Status])
        /// A file that is new or has changed, and has come to rest.
        case files(glob: String)

        /// The parameter that gets the body, the run's id, or the path, where the trigger names no other.
        var standardParameter: String {
            switch self {
            case .webhook: "body"
            case .runEnded: "run"
            case .files: "path"
            }
        }
    }

    /// Takes the cause out of what clients send, with the parameter that it names.
    static func cause(_ fields: inout Fields) throws(Problem) -> (Cause, parameter: String?) {
        var found: [(Cause, parameter: String?)] = []
        if let webhook = try fields.object("webhook") { found.append(try Self.webhook(webhook)) }
        if let ended = try fields.object("run_ended") { found.append(try runEnded(ended)) }
        if let files = try fields.object("files") { found.append(try Self.files(files)) }
        guard found.count == 1, let only = found.first else {
            throw .invalid("send one of 'webhook', 'run_ended' and 'files': what the trigger waits for")
        }
        return only
    }

    private static func webhook(_ fields: Fields) throws(Problem) -> (Cause, parameter: String?) {
        var fields = fields
        let secret = try fields.require("secret", try fields.string("secret"))
        let parameter = try fields.string("body_parameter")
        try fields.finish()
        return (.webhook(secret: secret), parameter)
    }

    private static func runEnded(_ fields: Fields) throws(Problem) -> (Cause, parameter: String?) {
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
        return (.runEnded(workflow: workflow, statuses: statuses), parameter)
    }

    private static func files(_ fields: Fields) throws(Problem) -> (Cause, parameter: String?) {
        var fields = fields
        let glob = try fields.require("glob", try fields.string("glob"))
        let parameter = try fields.string("path_parameter")
        try fields.finish()
        guard glob.hasPrefix("/"), !glob.contains("**") else {
            throw .invalid("'files.glob' must be an absolute path without '**', such as /data/in/*.csv")
        }
        return (.files(glob: glob), parameter)
    }

    /// The cause as clients send it.
    var causeEntry: Value.Entry {
        let parameter = parameter.map { Value.string($0) }
        switch cause {
        case .webhook(let secret):
            let object = Value.object(["secret": .string(secret), "body_parameter": parameter])
            return Value.Entry(key: "webhook", value: object)
        case .runEnded(let workflow, let statuses):
            let object = Value.object([
                "workflow": .string(workflow), "statuses": .strings(statuses.map(\.rawValue)),
                "run_parameter": parameter,
            ])
            return Value.Entry(key: "run_ended", value: object)
        case .files(let glob):
            let object = Value.object(["glob": .string(glob), "path_parameter": parameter])
            return Value.Entry(key: "files", value: object)
        }
    }
}
