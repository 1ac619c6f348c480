import BatonCore
import BatonRuntime
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOHTTP1

/// What happens to every request, whatever it asks for: it gets an id and a trace, its errors become problem details, its
/// answer gets the headers that protect browsers, and a line of the access log tells of it.
struct FrontDoor: RouterMiddleware {
    typealias Context = ServerContext

    let core: ServerCore
    let routes: [Route]

    func handle(
        _ request: Request, context: ServerContext, next: (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        let start = core.clock()
        var context = context
        context.requestID = Self.requestID()
        context.trace = TraceContext(header: request.headers[.traceparent])
        context.logger[metadataKey: "request_id"] = .string(context.requestID)
        context.logger[metadataKey: "trace_id"] = .string(context.trace.parent.trace)
        var response: Response
        do {
            response = try await answer(request, context, next)
        } catch let error as HTTPParserError {
            // What comes is no HTTP; the connection answers and ends.
            throw error
        } catch {
            response = refusal(of: request, context, error)
        }
        addHeaders(to: &response, request, context)
        let seconds = start.duration(to: core.clock()).seconds
        // The path that was asked for could be anything; the route is one of few.
        let route = context.endpointPath ?? "none"
        core.metrics.countRequest(
            method: request.method.rawValue, route: route, status: response.status.code, seconds: seconds)
        context.logger.info(
            "request",
            metadata: [
                "method": .string(request.method.rawValue), "path": .string(String(request.uri.path.prefix(500))),
                "status": .stringConvertible(response.status.code), "seconds": .stringConvertible(seconds),
                "remote": .string(context.remoteAddress ?? ""),
            ])
        return response
    }

    private func answer(
        _ request: Request, _ context: ServerContext, _ next: (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        try OriginGuard(core.configuration).check(request)
        if request.method == .options, request.headers[.origin] != nil {
            return Response(status: .noContent)
        }
        return try await next(request, context)
    }

    private func refusal(of request: Request, _ context: ServerContext, _ error: any Error) -> Response {
        var problem: Problem
        if let known = Problem(error) {
            problem = known
            if known.status >= 500 { context.logger.error("refused", metadata: ["error": .string("\(error)")]) }
        } else {
            context.logger.error("failed", metadata: ["error": .string("\(error)")])
            problem = Problem(500, "internal", "The server failed", detail: "its log tells more under this instance")
        }
        if problem.status == 404, let methods = otherMethods(for: request) {
            problem = Problem(
                405, "method-not-allowed", "The path has no such method",
                detail: "it has \(methods.joined(separator: ", "))")
            problem.allowed = methods
        }
        var headers: HTTPFields = [.contentType: "application/problem+json"]
        if let wait = problem.retryAfter { headers[.retryAfter] = String(wait) }
        if !problem.allowed.isEmpty { headers[.allow] = problem.allowed.joined(separator: ", ") }
        if problem.status == 401 { headers[.wwwAuthenticate] = "Bearer realm=\"baton\"" }
        if problem.status == 413 { headers[.connection] = "close" }
        let body = problem.json(instance: context.requestID).jsonBytes
        return Response(
            status: .init(code: problem.status), headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: request.method == .head ? [] : body)))
    }

    /// What a path that is there can be asked with, when this is not it; nil for a path that is not there.
    private func otherMethods(for request: Request) -> [String]? {
        let found = routes.filter { $0.matches(request.uri.path) }.map(\.method)
        guard !found.isEmpty, !found.contains(request.method), !(request.method == .head && found.contains(.get)) else {
            return nil
        }
        let methods = found + (found.contains(.get) ? [.head] : []) + [.options]
        return methods.map(\.rawValue).sorted()
    }

    private func addHeaders(to response: inout Response, _ request: Request, _ context: ServerContext) {
        // Set one by one, each of them would be looked for among the others first.
        var headers = Self.protection
        headers.append(HTTPField(name: .xRequestID, value: context.requestID))
        headers.append(HTTPField(name: .traceparent, value: context.trace.header))
        for field in response.headers { headers.append(field) }
        response.headers = headers
        if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
        OriginGuard(core.configuration).addHeaders(to: &response, for: request)
    }

    /// What keeps browsers from doing with an answer what it is not meant for.
    private static let protection: HTTPFields = [
        .xContentTypeOptions: "nosniff", .referrerPolicy: "no-referrer", .xFrameOptions: "DENY",
        .crossOriginResourcePolicy: "same-origin", .contentSecurityPolicy: contentSecurityPolicy,
    ]

    /// For the page: its own files, and nothing else.
    private static let contentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        + "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

    /// A UUID of version 4.
    private static func requestID() -> String {
        let high = IdentifierSource.next() & ~0xF000 | 0x4000
        let low = IdentifierSource.next() & ~(3 << 62) | 2 << 62
        let text = Hexadecimal.text(of: high, low).utf8
        var id: [UInt8] = []
        id.reserveCapacity(36)
        for (place, digit) in text.enumerated() {
            if place == 8 || place == 12 || place == 16 || place == 20 { id.append(UInt8(ascii: "-")) }
            id.append(digit)
        }
        return String(decoding: id, as: UTF8.self)
    }
}

extension HTTPField.Name {
    static let traceparent = Self("traceparent")!
    static let xRequestID = Self("X-Request-ID")!
    static let referrerPolicy = Self("Referrer-Policy")!
    static let xFrameOptions = Self("X-Frame-Options")!
    static let crossOriginResourcePolicy = Self("Cross-Origin-Resource-Policy")!
    static let idempotencyKey = Self("Idempotency-Key")!
    static let idempotentReplayed = Self("Idempotent-Replayed")!
    static let apiKey = Self("X-API-Key")!
    static let lastEventID = Self("Last-Event-ID")!
    static let secFetchSite = Self("Sec-Fetch-Site")!
}
