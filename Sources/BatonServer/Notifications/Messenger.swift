import BatonCore
import BatonRuntime
import Foundation

/// Hands a message over to whoever is to be told.
struct Messenger: Sendable {
    let post: @Sendable (WebhookRequest) async throws -> WebhookAnswer
    let vault: SecretVault
    /// Whether webhooks may lead to this machine itself and what is next to it: where the server listens on this machine
    /// only, nobody can send there who could not before.
    let mayBeLocal: Bool
    /// Where commands run.
    let directory: String
    /// For the input and output of commands.
    let scratch: String

    /// Says what is wrong with a receiver before anything is sent.
    func check(_ receiver: NotificationRule.Receiver) throws {
        guard case .webhook(let url, let secret) = receiver else { return }
        if let secret { _ = try key(secret) }
        let host = Self.host(of: url)
        if !mayBeLocal && InternetAddress.isLocal(host) { throw Problem.invalid(Self.refusal(of: host)) }
    }

    /// Tells somebody once.
    ///
    /// - Throws: `CancellationError` when the server ends meanwhile: then nobody knows what came of it.
    func deliver(
        _ delivery: Delivery, of run: Run.ID, to receiver: NotificationRule.Receiver
    ) async throws
        -> ReceiverAnswer
    {
        do {
            switch receiver {
            case .webhook(let url, let secret): return try await post(delivery, to: url, secret: secret)
            case .command(let arguments): return try await hand(delivery, of: run, to: arguments)
            case .script(let text): return try await hand(delivery, of: run, to: ["/bin/sh", "-c", text])
            }
        } catch {
            try Task.checkCancellation()
            let problem = error as? Problem
            return ReceiverAnswer(.failed, reason: (error as? WebhookFailure)?.reason ?? problem?.detail ?? "\(error)")
        }
    }

    private func post(_ delivery: Delivery, to url: String, secret: String?) async throws -> ReceiverAnswer {
        let host = Self.host(of: url)
        let address = try await InternetAddress.resolve(host)
        guard mayBeLocal || !InternetAddress.isLocal(address) else {
            return ReceiverAnswer(.refused, reason: Self.refusal(of: host))
        }
        let body = Array((delivery.body ?? "").utf8)
        var headers = [
            WebhookRequest.Header(name: "Content-Type", value: "application/cloudevents+json"),
            WebhookRequest.Header(name: "X-Baton-Delivery", value: delivery.id),
        ]
        if let secret {
            let value = Signature.text(of: body, key: try key(secret))
            headers.append(WebhookRequest.Header(name: "X-Hub-Signature-256", value: value))
        }
        let answer = try await post(
            WebhookRequest(url: url, host: host, address: address, headers: headers, body: body))
        return Self.verdict(answer)
    }

    private static func verdict(_ answer: WebhookAnswer) -> ReceiverAnswer {
        let output = String(decoding: answer.body.prefix(WebhookRequest.answerBytesMax), as: UTF8.self)
            .replacing("\0", with: "\u{FFFD}")
        let verdict: ReceiverAnswer.Verdict
        var reason: String? = "it answered with status \(answer.status)"
        switch answer.status {
        case 200..<300: (verdict, reason) = (.taken, nil)
        case 408, 429: verdict = .failed
        case 300..<400:
            verdict = .refused
            reason = "it answered with status \(answer.status), a redirection, which is not followed: change the URL"
        case 400..<500: verdict = .refused
        default: verdict = .failed
        }
        return ReceiverAnswer(verdict, status: answer.status, reason: reason, output: output)
    }

    private func hand(_ delivery: Delivery, of run: Run.ID, to arguments: [String]) async throws -> ReceiverAnswer {
        let environment = [
            "BATON_DELIVERY": delivery.id, "BATON_EVENT": delivery.event.word, "BATON_RUN": run.description,
            "BATON_STATUS": delivery.status.rawValue, "BATON_WORKFLOW": delivery.workflow,
        ]
        let command = NotificationCommand(
            arguments: arguments, environment: environment, directory: directory, scratch: scratch)
        return try await command.run(input: delivery.body ?? "")
    }

    private func key(_ secret: String) throws -> String {
        guard let key = try vault.value(of: secret) else {
            throw Problem.invalid("there is no secret '\(secret.prefix(60))'; an administrator can add it")
        }
        guard !key.isEmpty else {
            throw Problem.invalid("the secret '\(secret.prefix(60))' is empty: anybody could sign with it")
        }
        return key
    }

    private static func host(of url: String) -> String { URL(string: url)?.host ?? "" }

    private static func refusal(of host: String) -> String {
        "'\(host.prefix(100))' leads to this machine or its own link, where webhooks may go only while the server listens "
            + "on loopback"
    }
}
