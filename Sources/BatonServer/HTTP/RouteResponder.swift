import BatonCore
import BatonRuntime
import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore

/// Carries one route out: who asks is looked at first, then the body is read, then the handler answers.
struct RouteResponder: HTTPResponder {
    typealias Context = ServerContext

    let core: ServerCore
    let route: Route

    func respond(to request: Request, context: ServerContext) async throws -> Response {
        let principal = try Gatekeeper(core: core).admit(request, context, to: route.access)
        let now = core.clock()
        let call = Call(
            core: core, request: request, context: context, principal: principal, body: try await body(of: request),
            now: now, run: Run.ID(at: now, random: UInt32.random(in: 0...UInt32.max)))
        let reply = try await core.idempotency.answer(call, with: route)
        let known = request.headers[values: .ifNoneMatch].flatMap { $0.split(separator: ",") }
        return reply.response(
            ifNoneMatch: known.map { String($0.drop { $0 == " " }) },
            isReading: route.method == .get)
    }

    private func body(of request: Request) async throws -> [UInt8] {
        let limit = core.configuration.bodyBytesMax
        if let length = request.headers[.contentLength], let bytes = Int(length), bytes > limit {
            throw Problem.tooLarge(limit: limit)
        }
        guard !route.body.isEmpty else { return [] }
        do {
            return Array(buffer: try await request.body.collect(upTo: limit))
        } catch is NIOTooManyBytesError {
            throw Problem.tooLarge(limit: limit)
        }
    }
}
