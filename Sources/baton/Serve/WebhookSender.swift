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
        do {
            if request.url.hasPrefix("https:") {
                configuration.tlsConfiguration = try TrustedCertificates.configuration()
            }
        } catch {
            throw WebhookFailure(RemoteProblem.reason(error))
        }
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
        let deadline = ContinuousClock.now + WebhookRequest.timeout
        let response = try await client.execute(request, timeout: timeout)
        return WebhookAnswer(
            status: Int(response.status.code), body: await beginning(of: response.body, until: deadline))
    }

    /// As much as has come by then: the client's own timeout is over when the status is there, and the status is what counts.
    private static func beginning(
        of body: HTTPClientResponse.Body, until deadline: ContinuousClock.Instant
    ) async -> [UInt8] {
        let reading = Task {
            var bytes: [UInt8] = []
            do {
                for try await part in body {
                    bytes += part.readableBytesView.prefix(WebhookRequest.answerBytesMax - bytes.count)
                    if bytes.count == WebhookRequest.answerBytesMax { break }
                }
            } catch {
                return bytes  // It broke off.
            }
            return bytes
        }
        let alarm = Task {
            try await Task.sleep(until: deadline, clock: .continuous)
            reading.cancel()
        }
        defer { alarm.cancel() }
        return await withTaskCancellationHandler {
            await reading.value
        } onCancel: {
            reading.cancel()
        }
    }
}
