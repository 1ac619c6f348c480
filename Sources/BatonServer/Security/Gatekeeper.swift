import BatonCore
import BatonStore
import HTTPTypes
import Hummingbird
import HummingbirdCore

/// Who may do what: keys, tokens, roles and limits, asked once for each request.
struct Gatekeeper {
    let core: ServerCore

    /// - Throws: `Problem` 401, 403 or 429; `StoreError`.
    func admit(_ request: Request, _ context: ServerContext, to access: Route.Access) throws -> Principal {
        let now = core.clock()
        guard core.configuration.requiresAuthentication else { return .local }
        guard case .role(let wanted) = access else {
            try core.limiter.take(for: Self.address(context), at: now)
            return Principal(id: "anonymous", name: "anonymous", role: .viewer)
        }
        let principal: Principal
        do {
            principal = try identify(request, at: now)
        } catch {
            core.metrics.add(to: .authenticationFailures)
            // Guessing is as limited as working.
            try core.limiter.take(for: Self.address(context), at: now)
            throw error
        }
        try core.limiter.take(for: principal.id, at: now)
        guard principal.role >= wanted else {
            throw Problem.forbidden(
                "this needs the role \(wanted.rawValue), and '\(principal.name)' is \(principal.role.rawValue)")
        }
        return principal
    }

    /// Whoever the request's credentials belong to.
    func identify(_ request: Request, at now: Instant) throws -> Principal {
        if let key = request.headers[.apiKey] { return try holder(of: key, at: now) }
        guard let authorization = request.headers[.authorization] else {
            throw Problem.unauthorized("send an API key as X-API-Key, or a token as Authorization: Bearer")
        }
        let parts = authorization.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else {
            throw Problem.unauthorized("only Authorization: Bearer is known here")
        }
        let credential = String(parts[1])
        if credential.hasPrefix(KeyRing.prefix) { return try holder(of: credential, at: now) }
        let id = try core.tokens.subject(of: credential, at: now)
        guard let principal = try core.keys.holder(ofID: id, at: now) else {
            throw Problem.unauthorized("the key that the token was made for was revoked")
        }
        return principal
    }

    private func holder(of key: String, at now: Instant) throws -> Principal {
        guard let principal = try core.keys.holder(of: key, at: now) else {
            throw Problem.unauthorized("the API key is unknown or was revoked")
        }
        return principal
    }

    private static func address(_ context: ServerContext) -> String { "address:\(context.remoteAddress ?? "unknown")" }
}
