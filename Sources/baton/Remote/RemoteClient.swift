import AsyncHTTPClient
import BatonCore
import BatonFormats
import Dispatch
import Foundation
import NIOCore
import NIOHTTP1
import Synchronization

/// A server as a command sees it: each request waits for its answer, and comes again where that can do no harm.
final class RemoteClient: Sendable {
    let address: String
    /// What must follow a command so that it asks the same server.
    let commandOptions: String
    private let key: String?
    /// Whether the server has answered yet: only then is one that can't be reached expected back.
    private let hasAnswered = Mutex(false)

    /// How long a request is tried again, after the server was there.
    private static let patience = Duration.seconds(60)

    /// Each made at the first request: a command on this machine's own record pays nothing for it.
    private static let plain = makeHTTP(HTTPClient.Configuration())
    private static let secure = Result {
        makeHTTP(HTTPClient.Configuration(tlsConfiguration: try TrustedCertificates.configuration()))
    }

    private static func makeHTTP(_ configuration: HTTPClient.Configuration) -> HTTPClient {
        var configuration = configuration
        // A key must not follow a redirection to somebody else.
        configuration.redirectConfiguration = .disallow
        configuration.timeout.connect = .seconds(10)
        // Three heartbeats of an event stream.
        configuration.timeout.read = .seconds(45)
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.httpVersion = .http1Only
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    private var http: HTTPClient {
        get throws { address.hasPrefix("https:") ? try Self.secure.get() : Self.plain }
    }

    struct Answer: Sendable {
        var status: Int
        var headers: HTTPHeaders
        var body: [UInt8]
    }

    init(address: String, key: String?, commandOptions: String) {
        self.address = address
        self.key = key
        self.commandOptions = commandOptions
    }

    func get(_ path: String) throws -> Answer { try send(request(path)) }

    /// The answer's JSON.
    func value(_ path: String) throws -> Value { try json(get(path)) }

    /// Changes something once, however often it has to be sent.
    func post(_ path: String, _ body: Value? = nil) throws -> Value {
        var request = request(path, .POST, body)
        request.headers.add(name: "Idempotency-Key", value: UUID().uuidString)
        return try json(send(request))
    }

    func put(_ path: String, _ body: Value) throws -> Value { try json(send(request(path, .PUT, body))) }

    func delete(_ path: String) throws -> Value { try json(send(request(path, .DELETE))) }

    /// The beginning of an answer whose body comes bit by bit.
    func open(_ path: String, after place: Int64) async throws -> HTTPClientResponse {
        var request = request(path)
        request.headers.add(name: "Last-Event-ID", value: String(place))
        return try await http.execute(request, deadline: .distantFuture)
    }

    private func request(_ path: String, _ method: HTTPMethod = .GET, _ body: Value? = nil) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: address + path)
        request.method = method
        if let body {
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(ByteBuffer(string: body.json))
        }
        if let key { request.headers.add(name: "X-API-Key", value: key) }
        if let trace = Environment["TRACEPARENT"] { request.headers.add(name: "traceparent", value: trace) }
        request.headers.add(name: "User-Agent", value: "baton/\(Version.text)")
        return request
    }

    private func json(_ answer: Answer) throws -> Value {
        do {
            return try JSONInput.read(String(decoding: answer.body, as: UTF8.self))
        } catch {
            throw CommandFailure("\(address) answers with something that is not JSON: is it a Baton server?")
        }
    }

    private func send(_ request: HTTPClientRequest) throws -> Answer {
        let http = try http
        let start = ContinuousClock.now
        var pause = Duration.milliseconds(100)
        while true {
            let mayComeAgain = ContinuousClock.now - start < Self.patience
            do {
                let answer = try Blocking.run { try await Self.exchange(request, http) }
                hasAnswered.withLock { $0 = true }
                guard let wait = Self.pause(answer), mayComeAgain else {
                    if answer.status >= 300 { throw RemoteProblem(answer, of: self).failure }
                    return answer
                }
                pause = wait
            } catch let failure as CommandFailure {
                throw failure
            } catch {
                let isRefused = RemoteProblem.isUnreachable(error) && !hasAnswered.withLock { $0 }
                guard mayComeAgain, !isRefused else { throw RemoteProblem.unreachable(address, error) }
                // What broke off on the way may have been carried out; the key of the request tells.
                hasAnswered.withLock { $0 = true }
            }
            Pause.sleep(pause)
            pause = min(pause * 2, .seconds(2))
        }
    }

    /// How long to wait when the server is asked too much of; nil for any other answer.
    private static func pause(_ answer: Answer) -> Duration? {
        let isKeyInUse = answer.status == 409 && answer.headers.contains(name: "Retry-After")
        guard answer.status == 429 || answer.status == 503 || isKeyInUse else { return nil }
        guard let seconds = answer.headers.first(name: "Retry-After").flatMap(Int64.init), seconds <= 30 else {
            return nil
        }
        return .seconds(max(seconds, 1))
    }

    private static func exchange(_ request: HTTPClientRequest, _ http: HTTPClient) async throws -> Answer {
        let response = try await http.execute(request, timeout: .seconds(180))
        let body = try await response.body.collect(upTo: 1 << 30)
        return Answer(
            status: Int(response.status.code), headers: response.headers, body: Array(body.readableBytesView))
    }
}

/// Asynchronous work for commands, which are not: they wait on the main thread, which no such work needs.
enum Blocking {
    static func run<Result: Sendable>(_ work: @escaping @Sendable () async throws -> Result) throws -> Result {
        let isDone = DispatchSemaphore(value: 0)
        let outcome = Mutex<Swift.Result<Result, any Error>?>(nil)
        Task {
            do {
                let result = try await work()
                outcome.withLock { $0 = .success(result) }
            } catch {
                outcome.withLock { $0 = .failure(error) }
            }
            isDone.signal()
        }
        isDone.wait()
        guard let result = outcome.withLock({ $0 }) else { preconditionFailure("done without an outcome") }
        return try result.get()
    }
}

extension Value {
    /// An entry of an object.
    subscript(entry key: String) -> Value? {
        guard case .map(let entries) = self else { return nil }
        return entries.first { $0.key == key }?.value
    }

    var string: String? {
        if case .string(let text) = self { text } else { nil }
    }

    var elements: [Value] {
        if case .list(let elements) = self { elements } else { [] }
    }
}
