import BatonCore
import BatonFormats
import BatonRuntime
import BatonServer
import BatonStore
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import Synchronization
import Testing

/// A server without sockets, on a record of its own in a temporary folder, with a clock that a test sets.
struct Stage: Sendable {
    let server: ServerApplication
    let engine: FakeEngine
    let time: TestClock
    let log: LogLines
    /// Of an administrator; empty without authentication.
    let key: String
    /// The data directory.
    let folder: String
    let client: any TestClientProtocol

    static func with(
        authentication: Bool = false, _ change: (inout ServerConfiguration) -> Void = { _ in },
        answers: ServerAnswers = ServerAnswers(), _ body: @Sendable (Stage) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "baton-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        var configuration = ServerConfiguration()
        configuration.requiresAuthentication = authentication
        configuration.workingDirectory = folder.path
        configuration.rateLimit = nil
        // Time stands still; a test says when it is looked at.
        configuration.automationInterval = .seconds(86_400)
        change(&configuration)
        let time = TestClock()
        let log = LogLines()
        let database = folder.path + "/baton.db"
        let engine = try FakeEngine(database: database) { time.now }
        let logger = Logger(label: "baton") { label in
            JSONLogHandler(label: label, clock: LiveClock()) { log.add($0) }
        }
        let server = try ServerApplication(
            configuration: configuration, dataDirectory: folder.path, control: engine, answers: answers,
            logger: logger, clock: { time.now },
            makeStore: { () throws(StoreError) in try SQLStore(sqliteAt: database) })
        let key = try server.makeFirstKey() ?? ""
        try await server.application().test(.router) { client in
            try await body(
                Stage(
                    server: server, engine: engine, time: time, log: log, key: key, folder: folder.path,
                    client: client))
        }
    }

    /// What the server answers, with its JSON read.
    struct Answer {
        let response: TestResponse
        let json: Value?
        var status: Int { response.status.code }
        var text: String { String(buffer: response.body) }
        func header(_ name: String) -> String? { response.headers[HTTPField.Name(name)!] }
        subscript(_ path: String...) -> Value? {
            var value = json
            for key in path {
                guard case .map(let entries)? = value else { return nil }
                value = entries.first { $0.key == key }?.value
            }
            return value
        }
    }

    func get(_ path: String, _ headers: [String: String] = [:]) async throws -> Answer {
        try await send(.get, path, headers)
    }

    func post(_ path: String, _ body: String = "", _ headers: [String: String] = [:]) async throws -> Answer {
        try await send(.post, path, ["Content-Type": "application/json"].merging(headers) { $1 }, body)
    }

    func send(
        _ method: HTTPRequest.Method, _ path: String, _ headers: [String: String] = [:], _ body: String? = nil
    ) async throws -> Answer {
        var fields = HTTPFields()
        if !key.isEmpty && headers["X-API-Key"] == nil && headers["Authorization"] == nil {
            fields[HTTPField.Name("X-API-Key")!] = key
        }
        for (name, value) in headers { fields[HTTPField.Name(name)!] = value }
        let response = try await client.execute(
            uri: path, method: method, headers: fields, body: body.map { ByteBuffer(string: $0) })
        return Answer(response: response, json: try? JSONInput.read(String(buffer: response.body)))
    }

    /// Starts a run of two tasks, `b` after `a`, and returns its id.
    func submitTwoTasks() async throws -> Run.ID {
        let answer = try await post(
            "/api/v1/runs", "name: flow\ntasks:\n  a: {run: echo a}\n  b: {run: echo b, needs: [a]}\n",
            ["Content-Type": "application/yaml"])
        guard case .string(let text)? = answer["run"], let run = Run.ID(text) else {
            Issue.record("no run was made: \(answer.text)")
            throw CancellationError()
        }
        return run
    }
}

/// A time that stands still until it is moved.
final class TestClock: Sendable {
    private let instant = Mutex(Instant(nanoseconds: 1_800_000_000_000_000_000))

    var now: Instant { instant.withLock { $0 } }

    func advance(by duration: Duration) { instant.withLock { $0 = $0.advanced(by: duration) } }
}

/// What the server logged.
final class LogLines: Sendable {
    private let bytes = Mutex<[UInt8]>([])

    func add(_ line: [UInt8]) { bytes.withLock { $0 += line } }

    var text: String { bytes.withLock { String(decoding: $0, as: UTF8.self) } }
    var lines: [Substring] { Substring(text).split(separator: "\n") }
}
