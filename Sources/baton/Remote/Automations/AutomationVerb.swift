import BatonCore
import BatonFormats

/// What can be asked of one automation by its name alone.
protocol AutomationVerb: SendableMetatype {
    static var word: String { get }
    static func summary(_ noun: String) -> String
    static func ask(_ client: RemoteClient, _ path: String) throws -> Value
    /// What was wanted and did not come to be, though the server did what it was asked for.
    static func failure(_ answer: Value) -> String?
    /// - Parameters:
    ///   - title: what was asked, as `schedule nightly`.
    ///   - options: what must follow a command about it, with a space before it.
    static func sentence(_ answer: Value, _ title: String, options: String) -> String
}

extension AutomationVerb {
    static func ask(_ client: RemoteClient, _ path: String) throws -> Value { try client.post("\(path)/\(word)") }

    static func failure(_ answer: Value) -> String? { nil }
}

enum RemoveAutomation: AutomationVerb {
    static let word = "remove"

    static func summary(_ noun: String) -> String { "Remove a \(noun); runs are left alone." }

    static func ask(_ client: RemoteClient, _ path: String) throws -> Value { try client.delete(path) }

    static func sentence(_ answer: Value, _ title: String, options: String) -> String { "Removed \(title)." }
}

enum PauseAutomation: AutomationVerb {
    static let word = "pause"

    static func summary(_ noun: String) -> String { "Let a \(noun) do nothing until it is resumed." }

    static func sentence(_ answer: Value, _ title: String, options: String) -> String {
        "Paused \(title); 'resume' lets it go on."
    }
}

enum ResumeAutomation: AutomationVerb {
    static let word = "resume"

    static func summary(_ noun: String) -> String { "Let a paused \(noun) go on from now." }

    static func sentence(_ answer: Value, _ title: String, options: String) -> String { "Resumed \(title)." }
}

enum RunSchedule: AutomationVerb {
    static let word = "run"

    static func summary(_ noun: String) -> String { "Start the run of a \(noun) now, paused or not." }

    static func sentence(_ answer: Value, _ title: String, options: String) -> String {
        let run = answer.text("run")
        if run.isEmpty { return "The run of \(title) starts when there is room." }
        return "Started run \(run) of \(title). To follow it: baton watch \(run)\(options)"
    }
}

enum TestNotification: AutomationVerb {
    static let word = "test"

    static func summary(_ noun: String) -> String { "Tell the receiver of a \(noun) once, of a run that never was." }

    static func failure(_ answer: Value) -> String? {
        answer.text("state") == "delivered" ? nil : "it was not taken: \(answer.text("reason"))"
    }

    static func sentence(_ answer: Value, _ title: String, options: String) -> String {
        "The receiver of \(title) took it."
    }
}
