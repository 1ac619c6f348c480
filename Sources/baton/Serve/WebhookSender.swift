import AsyncHTTPClient
import BatonCore
import BatonServer
import NIOCore
import NIOHTTP1

/// Sends webhooks, each over a connection of its own: they are few, and each goes to the very address that was checked.
enum WebhookSender {
    static func send(_ request: WebhookRequest) async throws -> WebhookAnswer {
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        configuration.dnsOverride = [request.host: request.address]
        configuration.timeout.connect = timeout
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.httpVersion = .http1Only
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        let answer: Result<WebhookAnswer, any Error>
        do {
            answer = .success(try await exchange(request, client))
        } catch {
            answer = .failure(WebhookFailure(RemoteProblem.reason(error)))
        }
        try? await client.shutdown()
        return try answer.get()
    }

    private static let timeout = TimeAmount.nanoseconds(WebhookRequest.timeout.nanoseconds)

    private static func exchange(_ webhook: WebhookRequest, _ client: HTTPClient) async throws -> WebhookAnswer {
        var request = HTTPClientRequest(url: webhook.url)
        request.method = .POST
        for header in webhook.headers { request.headers.add(name: header.name, value: header.value) }
        request.headers.add(name: "User-Agent", value: "baton/\(Version.text)")
        request.body = .bytes(ByteBuffer(bytes: webhook.body))
        let response = try await client.execute(request, timeout: timeout)
        var body: [UInt8] = []
        for try await part in response.body {
            body += part.readableBytesView.prefix(WebhookRequest.answerBytesMax - body.count)
            if body.count == WebhookRequest.answerBytesMax { break }
        }
        return WebhookAnswer(status: Int(response.status.code), body: body)
    }
}
