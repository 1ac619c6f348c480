import BatonCore
import BatonStore
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import Synchronization

/// Carries a request out once, however often it comes.
///
/// The claim, with the id of the run to be made, is on record before the run is. So when the server dies in between, the
/// request that comes again finds either no such run, and makes it, or the run, and reports it.
final class Idempotency: Sendable {
    private let stores: StorePool
    private let running = Mutex<Set<String>>([])

    init(stores: StorePool) {
        self.stores = stores
    }

    func answer(_ call: Call, with route: Route) async throws -> Reply {
        guard route.isIdempotent, let key = call.request.headers[.idempotencyKey] else {
            return try await route.handle(call)
        }
        guard (1...255).contains(key.utf8.count), key.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw Problem.badRequest("an Idempotency-Key is 1 to 255 printable characters of ASCII without spaces")
        }
        let place = "\(call.principal.id) \(key)"
        guard running.withLock({ $0.insert(place).inserted }) else {
            throw Problem.conflict("a request with this Idempotency-Key is being carried out", retryAfter: 1)
        }
        defer { running.withLock { _ = $0.remove(place) } }
        return try await answer(call, with: route, key: key)
    }

    private func answer(_ call: Call, with route: Route, key: String) async throws -> Reply {
        var call = call
        let asked = "\(call.request.method.rawValue) \(call.request.uri)\n\(call.contentType)\n"
        var request = IdempotentRequest(
            actor: call.principal.id, key: key,
            fingerprint: Secure.sha256(Array(asked.utf8) + call.body), run: call.run, at: call.now)
        let claim = request
        if let earlier = try stores.with({ (store) throws(StoreError) in try store.claim(claim) }) {
            guard earlier.fingerprint == request.fingerprint else {
                throw Problem(
                    422, "idempotency-mismatch", "The Idempotency-Key was used for another request",
                    detail: "choose a new key for a new request")
            }
            if let answer = earlier.answer {
                return .json(
                    Array(answer.body.utf8), status: .init(code: answer.status), headers: [.idempotentReplayed: "true"])
            }
            call.run = earlier.run
            call.isRepeated = true
        }
        let reply: Reply
        do {
            reply = try await route.handle(call)
        } catch {
            // Where no run was made, it may be tried again. Where one was, it is reported when the request comes again.
            if isMissing(call.run) { settle(request, call) }
            throw error
        }
        if case .bytes(let bytes, _) = reply.body {
            request.answer = .init(status: reply.status.code, body: String(decoding: bytes, as: UTF8.self))
            settle(request, call)
        }
        return reply
    }

    /// False where that can't be told.
    private func isMissing(_ run: Run.ID) -> Bool {
        do throws(StoreError) {
            _ = try stores.with { (store) throws(StoreError) in try store.run(run) }
            return false
        } catch {
            return error.code == .unknownRun
        }
    }

    /// Without it the request is answered all the same; when it comes again, its run tells that it was carried out.
    private func settle(_ request: IdempotentRequest, _ call: Call) {
        do {
            try stores.with { (store) throws(StoreError) in try store.settle(request) }
        } catch {
            call.context.logger.error("idempotency", metadata: ["error": .string("\(error)")])
        }
    }
}
