import ArgumentParser
import BatonCore
import Foundation

/// Which server a command speaks to instead of this machine's own record.
struct ServerOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp(
            "Ask this server instead of this machine, with the key in $BATON_API_KEY. [$BATON_SERVER]", valueName: "url"
        ))
    var server: String?

    @Option(
        name: .long,
        help: ArgumentHelp("Where the server's key is read from, instead of $BATON_API_KEY.", valueName: "file"),
        completion: .file())
    var apiKeyFile: String?

    /// Nil where this machine is meant: nobody named a server, or `--data-dir` overrules the environment.
    func client(_ state: StateOptions) throws -> RemoteClient? {
        if server != nil, state.dataDir != nil {
            throw CommandFailure(
                "--server and --data-dir name two places where runs are recorded; leave one out", exit: .usage)
        }
        return state.dataDir == nil ? try namedClient() : nil
    }

    /// Of the server that an option or the environment names.
    fileprivate func namedClient() throws -> RemoteClient? {
        guard let named = server ?? Environment["BATON_SERVER"] else { return nil }
        var options = server.map { " --server \($0)" } ?? ""
        if let apiKeyFile { options += " --api-key-file \(apiKeyFile)" }
        return RemoteClient(address: try Self.address(named), key: try key(), commandOptions: options)
    }

    /// `host:8722` is taken for `http://host:8722`.
    private static func address(_ text: String) throws -> String {
        var address = text.contains("://") ? text : "http://" + text
        while address.hasSuffix("/") { address.removeLast() }
        guard let url = URL(string: address), let scheme = url.scheme, ["http", "https"].contains(scheme),
            url.host?.isEmpty == false, url.user == nil, url.query == nil
        else {
            throw CommandFailure("'\(text)' is no server; one looks like http://127.0.0.1:8722", exit: .usage)
        }
        return address
    }

    private func key() throws -> String? {
        guard let apiKeyFile else { return Environment["BATON_API_KEY"] }
        guard let text = try? String(contentsOfFile: apiKeyFile, encoding: .utf8) else {
            throw CommandFailure("the key can't be read from \(apiKeyFile)", exit: .usage)
        }
        return text.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}

/// What commands take that only a server can be asked for.
struct ServedOptions: ParsableArguments {
    @Flag(name: .long, help: "Write the server's answer to standard output, as JSON.")
    var json = false

    @OptionGroup var server: ServerOptions

    /// - Throws: where nobody named a server.
    func client() throws -> RemoteClient {
        if let client = try server.namedClient() { return client }
        throw CommandFailure(
            "only a server knows this, and none is named. Start one with 'baton serve', and name it with --server or "
                + "$BATON_SERVER", exit: .usage)
    }

    /// Shows what came of a request: the answer as it is, or a sentence about it.
    func show(_ answer: Value, _ sentence: @autoclosure () -> String) {
        if json { JSONPrinter.print(answer) } else { Output.messages(sentence()) }
    }
}

/// What of the commands a server can be asked for.
enum RemoteVerbs {
    private static let all = [
        "run", "ps", "get", "watch", "wait", "logs", "explain", "cancel", "pause", "unpause", "retry",
        "approve", "reject", "prioritize", "optimize", "workers", "schedules", "triggers", "notifications",
    ]

    /// Those that would speak of another record than the one that was asked for.
    private static let ofOwnRecord = ["resume", "export"]

    /// - Throws: for a command that only works on this machine, if a server is named for it.
    static func check(_ arguments: [String]) throws {
        guard let verb = arguments.first, !all.contains(verb), !verb.hasPrefix("-") else { return }
        let options = arguments.prefix { $0 != "--" }
        func has(_ name: String) -> Bool { options.contains { $0 == name || $0.hasPrefix(name + "=") } }
        if ["--help", "-h"].contains(where: has) { return }
        let isNamed = has("--server")
        guard isNamed || ofOwnRecord.contains(verb) && Environment["BATON_SERVER"] != nil && !has("--data-dir") else {
            return
        }
        let advice =
            verb == "resume"
            ? "A server takes its runs up again by itself; 'baton unpause' lets a paused run go on, 'baton watch' follows one"
            : isNamed
                ? "Leave --server out"
                : "BATON_SERVER names a server: give --data-dir to mean this machine"
        throw CommandFailure(
            "'baton \(verb)' works on this machine only and can't be asked of a server. \(advice)", exit: .usage)
    }
}
