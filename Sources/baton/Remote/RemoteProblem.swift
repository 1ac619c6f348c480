import AsyncHTTPClient
import BatonCore
import BatonFormats
import Glibc
import NIOCore
import NIOPosix

/// Why a server did not do what it was asked for, in the words for whoever asked.
struct RemoteProblem {
    private let address: String
    private let status: Int
    private let body: Value?

    init(_ answer: RemoteClient.Answer, of client: RemoteClient) {
        self.init(status: answer.status, body: answer.body, of: client)
    }

    init(status: Int, body: [UInt8], of client: RemoteClient) {
        address = client.address
        self.status = status
        self.body = try? JSONInput.read(String(decoding: body, as: UTF8.self))
    }

    var failure: CommandFailure {
        let sentence = sentence
        switch status {
        case 401:
            return CommandFailure(
                "\(address) wants a key: \(sentence). Put one into $BATON_API_KEY, or into a file for --api-key-file; "
                    + "'baton serve' shows the first when it starts for the first time", exit: .usage)
        case 429, 500...: return CommandFailure("\(address): \(sentence)")
        case 400..<500: return CommandFailure(sentence, exit: .usage)
        default: return CommandFailure("\(address) answers with status \(status): is it a Baton server?")
        }
    }

    /// What the problem says of itself, as RFC 9457 has it.
    private var sentence: String {
        guard let body, let title = body[entry: "title"]?.string else { return "it answers with status \(status)" }
        let problems = body[entry: "problems"]?.elements ?? []
        if !problems.isEmpty { return problems.map(Self.line).joined(separator: "\n") }
        switch body[entry: "code"]?.string {
        case "unknown-run":
            let run = body[entry: "detail"]?.string ?? ""
            return "the server has no run '\(run)'. 'baton ps' lists those that it has"
        default: return body[entry: "detail"]?.string ?? title
        }
    }

    private static func line(_ problem: Value) -> String {
        let hint = problem[entry: "hint"]?.string.map { " \($0)" } ?? ""
        let severity = problem[entry: "severity"]?.string ?? "error"
        return "workflow: \(severity): \(problem[entry: "message"]?.string ?? "")\(hint)"
    }

    // MARK: No answer at all

    static func unreachable(_ address: String, _ error: any Error) -> CommandFailure {
        let advice = "Is it running? Start one with 'baton serve', or name another with --server or $BATON_SERVER"
        return CommandFailure("there is no answer from \(address): \(reason(error)). \(advice)")
    }

    /// True where nothing of a request can have reached the server.
    static func isUnreachable(_ error: any Error) -> Bool {
        if error is NIOConnectionError || TrustedCertificates.reason(error) != nil { return true }
        if let error = error as? HTTPClientError { return error == .connectTimeout }
        return (error as? IOError)?.errnoCode == ECONNREFUSED
    }

    /// Why there is no answer.
    static func reason(_ error: any Error) -> String {
        if let reason = TrustedCertificates.reason(error) { return reason }
        if let failure = error as? CommandFailure { return failure.message }
        if let error = error as? NIOConnectionError {
            if let first = error.connectionErrors.first?.error as? IOError { return reason(first) }
            return error.dnsAError == nil && error.dnsAAAAError == nil
                ? "it can't be reached" : "there is no host of that name"
        }
        if let error = error as? HTTPClientError {
            return error == .connectTimeout ? "it takes too long to connect" : error.description
        }
        if let error = error as? IOError {
            return error.errnoCode == ECONNREFUSED ? "the connection is refused" : error.description
        }
        return "\(error)"
    }
}
