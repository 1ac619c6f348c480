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

    /// Enough for a key; whoever has not said who they are may send no more.
    private static let anonymousBodyBytesMax = 4_096

    func respond(to request: Request, context: ServerContext) async throws -> Response {
        let principal = try Gatekeeper(core: core).admit(request, context, to: route.access)
        let limit = route.access == .everybody ? Self.anonymousBodyBytesMax : core.configuration.bodyBytesMax
        let length = request.headers[.contentLength].flatMap(Int.init)
        if let length, length > limit { throw Problem.tooLarge(limit: limit) }
        guard !route.body.isEmpty, length != 0 else { return try await answer(request, context, principal, body: []) }
        // A body that does not say its length may have any.
        return try await core.bodies.with(max(0, length ?? limit)) {
            let body = try await body(of: request, length: length, limit: limit)
            return try await answer(request, context, principal, body: body)
        }
    }

    private func answer(
        _ request: Request, _ context: ServerContext, _ principal: Principal, body: [UInt8]
    ) async throws -> Response {
        let isReading = route.method == .get
        switch route.effort {
        case .none:
            return try await reply(request, context, principal, body)
                .response(ifNoneMatch: Self.known(to: request), isReading: isReading)
        case .record:
            let name = request.head.path ?? ""
            let version = core.cached.version()
            if let version, let answer = core.cached.answer(to: name, at: version) {
                return answer.response(ifNoneMatch: Self.known(to: request))
            }
            let reply = try await work(request, context, principal, body)
            guard let answer = reply.tagged else {
                return reply.response(ifNoneMatch: Self.known(to: request), isReading: isReading)
            }
            if let version { core.cached.keep(answer, to: name, at: version) }
            return answer.response(ifNoneMatch: Self.known(to: request))
        case .work:
            return try await work(request, context, principal, body)
                .response(ifNoneMatch: Self.known(to: request), isReading: isReading)
        }
    }

    /// On a thread that may wait for the disk: on that of the connection, others' requests would wait, too.
    private func work(
        _ request: Request, _ context: ServerContext, _ principal: Principal, _ body: [UInt8]
    ) async throws -> Reply {
        try await withTaskExecutorPreference(globalConcurrentExecutor) {
            try await reply(request, context, principal, body)
        }
    }

    private func reply(
        _ request: Request, _ context: ServerContext, _ principal: Principal, _ body: [UInt8]
    ) async throws -> Reply {
        let now = core.clock()
        let call = Call(
            core: core, request: request, context: context, principal: principal, body: body, now: now,
            run: Run.ID(at: now, random: UInt32.random(in: 0...UInt32.max)))
        return try await core.idempotency.answer(call, with: route)
    }

    /// The tags of what the client has already.
    private static func known(to request: Request) -> [String] {
        let headers = request.headers[values: .ifNoneMatch]
        if headers.isEmpty { return [] }
        return headers.flatMap { $0.split(separator: ",") }.map { String($0.drop { $0 == " " }) }
    }

    private func body(of request: Request, length: Int?, limit: Int) async throws -> [UInt8] {
        let body: [UInt8]
        do {
            body = Array(buffer: try await request.body.collect(upTo: limit))
        } catch is NIOTooManyBytesError {
            throw Problem.tooLarge(limit: limit)
        }
        // Half a workflow can be a workflow, too.
        if let length, body.count < length { throw Problem.badRequest("the body ended before its length was reached") }
        return body
    }
}
