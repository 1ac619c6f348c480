import BatonCore
import BatonFormats
import Foundation

extension NotificationRule {
    /// Who is told.
    enum Receiver: Hashable, Sendable {
        /// - Parameter secret: the name of the one that bodies are signed with; nil: they are not signed.
        case webhook(url: String, secret: String?)
        /// A program and its arguments.
        case command([String])
        /// A script for the shell.
        case script(String)

        /// Runs something on the server.
        var isCommand: Bool {
            switch self {
            case .webhook: false
            case .command, .script: true
            }
        }
    }
}

extension NotificationRule.Receiver {
    private static let urlBytesMax = 2_000

    /// Takes its own entries out of what clients send.
    init(_ fields: inout Fields) throws(Problem) {
        let webhook = try fields.object("webhook")
        let command = fields.take("command")
        switch (webhook, command) {
        case (let webhook?, nil): self = try Self.webhook(webhook)
        case (nil, .string(let script)?): self = try Self.shell(script)
        case (nil, .list(let elements)?): self = try Self.program(elements)
        case (nil, let other?):
            throw .invalid(
                "'command' must be a script as text, or a program and its arguments, found \(other.kindName)")
        case (nil, nil), (_?, _?): throw .invalid("send one of 'webhook' and 'command': who is told")
        }
    }

    private static func webhook(_ fields: Fields) throws(Problem) -> Self {
        var fields = fields
        let url = try fields.require("url", try fields.string("url"))
        let secret = try fields.string("secret_name")
        try fields.finish()
        guard url.utf8.count <= urlBytesMax, let parts = URL(string: url), parts.host?.isEmpty == false,
            ["http", "https"].contains(parts.scheme ?? ""), parts.fragment == nil
        else {
            throw .invalid("'webhook.url' must be a URL such as https://example.org/hook, found '\(url.prefix(100))'")
        }
        guard parts.user == nil, parts.password == nil else {
            throw .invalid("'webhook.url' must name no user: whoever reads the notification would read the password")
        }
        return .webhook(url: url, secret: secret)
    }

    private static func shell(_ text: String) throws(Problem) -> Self {
        guard !text.isEmpty, !text.utf8.contains(0) else { throw .invalid("'command' is empty: say what is to be run") }
        return .script(text)
    }

    private static func program(_ elements: [Value]) throws(Problem) -> Self {
        var arguments: [String] = []
        for element in elements {
            guard case .string(let text) = element, !text.utf8.contains(0) else {
                throw .invalid("'command' must be a list of texts, found \(element.kindName) in it")
            }
            arguments.append(text)
        }
        guard arguments.first?.isEmpty == false else { throw .invalid("'command' is empty: say what is to be run") }
        return .command(arguments)
    }

    /// As clients send it.
    var entry: Value.Entry {
        switch self {
        case .webhook(let url, let secret):
            let object = Value.object(["url": .string(url), "secret_name": secret.map { .string($0) }])
            return Value.Entry(key: "webhook", value: object)
        case .command(let arguments): return Value.Entry(key: "command", value: .strings(arguments))
        case .script(let text): return Value.Entry(key: "command", value: .string(text))
        }
    }
}
