import BatonCore
import BatonFormats
import BatonRuntime
import BatonStore
import Foundation
import HTTPTypes
import Logging
import Synchronization
import Testing

@testable import BatonServer

/// Whoever gets webhooks in tests: it remembers them and answers as it was told.
final class FakeReceiver: Sendable {
    private struct State {
        var requests: [WebhookRequest] = []
        /// The next ones; nil: there is no answer.
        var answers: [Int?] = []
        var standard = 200
        var isSilent = false
    }

    private let state = Mutex(State())
    /// Gets an element for each request.
    private let (arrivals, arrival) = AsyncStream.makeStream(of: Void.self)

    /// Nobody's address (RFC 5737), and no name that would have to be looked up.
    static let url = "http://192.0.2.1/hook"
    static let path = "/api/v1/notifications/n"

    var requests: [WebhookRequest] { state.withLock { $0.requests } }
    var runs: [String] { requests.compactMap { $0.json["data"]?["run"]?.text } }
    /// Of `answers([503, nil, 429, 500])`.
    let reasons = [
        "it answered with status 503", "nobody is there", "it answered with status 429", "it answered with status 500",
    ]

    func answers(_ statuses: [Int?], then standard: Int = 200) {
        state.withLock { ($0.answers, $0.standard) = (statuses, standard) }
    }

    /// Lets requests wait until whoever sent them gives them up.
    func isSilent(_ isSilent: Bool) { state.withLock { $0.isSilent = isSilent } }

    func waitForRequest() async {
        for await _ in arrivals { return }
    }

    @Sendable func answer(_ request: WebhookRequest) async throws -> WebhookAnswer {
        let (status, isSilent) = state.withLock { state in
            state.requests.append(request)
            return (state.answers.isEmpty ? state.standard : state.answers.removeFirst(), state.isSilent)
        }
        arrival.yield()
        if isSilent { try await Task.sleep(for: .seconds(86_400)) }
        guard let status else { throw WebhookFailure("nobody is there") }
        return WebhookAnswer(status: status, body: Array("so it is".utf8))
    }

    var serverAnswers: ServerAnswers {
        var answers = ServerAnswers()
        answers.sendWebhook = answer
        return answers
    }

    /// A server with the notification `n` of a webhook; its secret `HOOK` is `s3cret`.
    static func with(
        _ webhook: String = #"{"url": "\#(FakeReceiver.url)"}"#, more: String = "",
        on events: [String] = ["run.succeeded", "run.failed", "run.cancelled"],
        _ body: @Sendable (Stage, FakeReceiver) async throws -> Void
    ) async throws {
        let receiver = FakeReceiver()
        try await Stage.with(answers: receiver.serverAnswers) { stage in
            try stage.server.vault.set("HOOK", to: "s3cret")
            let definition = #"{\#(more) "on": \#(Value.strings(events).json), "webhook": \#(webhook)}"#
            let answer = try await stage.send(.put, path, [:], definition)
            #expect(answer.status == 200, "\(answer.text)")
            try await body(stage, receiver)
        }
    }
}

extension WebhookRequest {
    subscript(_ name: String) -> String? { headers.first { $0.name == name }?.value }

    var json: Value { (try? JSONInput.read(String(decoding: body, as: UTF8.self))) ?? .null }
}

extension Stage {
    /// Lets a run of `a`, and `b` after it, go on for three seconds and end.
    ///
    /// - Parameters:
    ///   - outcome: of `a`.
    ///   - messages: what `a` prints to its standard error.
    func finishRun(
        _ outcome: Outcome = .succeeded(nil), of workflow: String = "flow", messages: String? = nil
    ) async throws -> Run.ID {
        let answer = try await post(
            "/api/v1/runs", "name: \(workflow)\ntasks:\n  a: {run: echo a}\n  b: {run: echo b, needs: [a]}\n",
            ["Content-Type": "application/yaml"])
        let run = try #require(answer["run"]?.text.flatMap { Run.ID($0) })
        if let messages {
            let attempt = Attempt.ID(run: run, task: TaskInstance.ID(0), number: 1)
            let folder = URL(fileURLWithPath: RunFolder(dataDirectory: self.folder, run: run).path)
            let file = folder.appending(path: RunFolder.standardError(of: attempt))
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(messages.utf8).write(to: file)
        }
        try engine.start(0, of: run)
        time.advance(by: .seconds(3))
        try engine.end(0, of: run, outcome)
        guard case .succeeded = outcome else { return run }
        try engine.start(1, of: run)
        try engine.end(1, of: run)
        return run
    }

    /// As after a restart: it knows nothing but the record.
    func newNotifications(_ receiver: FakeReceiver) -> NotificationDesk {
        let database = folder + "/baton.db"
        let time = time
        return NotificationDesk(
            stores: StorePool { () throws(StoreError) in try SQLStore(sqliteAt: database) }, control: engine,
            messenger: Messenger(
                post: receiver.answer, vault: server.vault, mayBeLocal: true, directory: folder,
                scratch: folder + "/notifications"),
            dataDirectory: folder, interval: .seconds(1), clock: { time.now }, jitter: { 1 },
            metrics: server.metrics, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    /// As clients see them, newest first.
    func deliveries() async throws -> [Value] {
        guard case .list(let found)? = try await get(FakeReceiver.path + "/deliveries")["deliveries"] else { return [] }
        return found
    }

    /// As they are kept.
    func told() throws -> [Firing] {
        try store.firings(of: .notification, named: "n", batch: nil, before: nil, limit: 100)
    }
}
