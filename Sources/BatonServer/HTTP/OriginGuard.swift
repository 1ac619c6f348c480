import HTTPTypes
import Hummingbird
import HummingbirdCore

/// Which pages may make a browser call this server.
///
/// A server without authentication would do what any page asks that its user looks at, for browsers send simple requests to
/// every address. So requests that say they come from another page are refused unless that page's origin is listed, and
/// without authentication the server answers only to names of this machine: a name that a stranger points here is not one.
struct OriginGuard {
    private let configuration: ServerConfiguration

    init(_ configuration: ServerConfiguration) {
        self.configuration = configuration
    }

    /// - Throws: `Problem` 403, or 400 where the server's name is missing.
    func check(_ request: Request) throws(Problem) {
        guard let authority = request.head.authority else { throw .badRequest("the header 'Host' is missing") }
        if !configuration.requiresAuthentication,
            !ServerConfiguration.isLoopback(Self.host(of: authority))
        {
            throw .forbidden("without authentication this server answers to localhost only")
        }
        if let origin = request.headers[.origin] {
            guard isAllowed(origin, request) else { throw .forbidden("pages of this origin may not call this server") }
        } else if request.headers[.secFetchSite] == "cross-site" {
            throw .forbidden("pages of other sites may not call this server")
        }
    }

    func addHeaders(to response: inout Response, for request: Request) {
        guard !configuration.allowedOrigins.isEmpty else { return }
        response.headers[.vary] = "Origin"
        guard let origin = request.headers[.origin], isAllowed(origin, request) else { return }
        response.headers[.accessControlAllowOrigin] = origin
        response.headers[.accessControlExposeHeaders] = "ETag, Retry-After, X-Request-ID, Content-Range"
        guard request.method == .options else { return }
        response.headers[.accessControlAllowMethods] = "GET, HEAD, POST, PUT, DELETE"
        response.headers[.accessControlAllowHeaders] =
            "Authorization, Content-Type, Idempotency-Key, If-None-Match, Last-Event-ID, Range, X-API-Key"
        response.headers[.accessControlMaxAge] = "600"
    }

    private func isAllowed(_ origin: String, _ request: Request) -> Bool {
        if configuration.allowedOrigins.contains(origin) { return true }
        guard let scheme = origin.firstRange(of: "://"), let authority = request.head.authority else { return false }
        return origin[scheme.upperBound...] == authority
    }

    /// Without its port.
    private static func host(of authority: String) -> String {
        if authority.hasPrefix("[") { return String(authority.prefix { $0 != "]" }) + "]" }
        return String(authority.prefix { $0 != ":" })
    }
}
