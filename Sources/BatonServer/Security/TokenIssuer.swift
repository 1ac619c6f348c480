import BatonCore
import BatonFormats
import Crypto
import Foundation

/// JSON Web Tokens (RFC 7519) signed with HMAC-SHA-256, and no others.
///
/// A token says which key it was made for; whether that key is still good, and what it may do, is asked of the `KeyRing`.
struct TokenIssuer: Sendable {
    private let secret: SymmetricKey
    let lifetime: Duration
    private static let issuer = "baton"
    /// The only header that is written or read, so there is no algorithm to choose.
    private static let header = Value.object(["alg": .string("HS256"), "typ": .string("JWT")])

    init(secret: [UInt8], lifetime: Duration) {
        self.secret = SymmetricKey(data: secret)
        self.lifetime = lifetime
    }

    func token(for principal: Principal, at now: Instant) -> String {
        let seconds = now.nanoseconds / 1_000_000_000
        let claims = Value.object([
            "iss": .string(Self.issuer), "sub": .string(principal.id), "role": .string(principal.role.rawValue),
            "iat": .number(seconds), "exp": .number(seconds + lifetime.nanoseconds / 1_000_000_000),
        ])
        let signed = "\(Base64URL.text(of: Self.header.jsonBytes)).\(Base64URL.text(of: claims.jsonBytes))"
        return "\(signed).\(Base64URL.text(of: signature(of: signed)))"
    }

    /// The id of the key that a token was made for.
    ///
    /// - Throws: `Problem` 401 for everything that is not a token of this server, or no longer.
    func subject(of token: String, at now: Instant) throws(Problem) -> String {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard token.utf8.count < 4096, parts.count == 3, let signature = Base64URL.bytes(of: parts[2]),
            Secure.areEqual(signature, self.signature(of: "\(parts[0]).\(parts[1])"))
        else { throw .unauthorized("the token is none of this server's; get a new one from /api/v1/auth/token") }
        // Its signature is good, so this server wrote it; it is read as if it had not.
        guard let header = Self.object(parts[0]), header["alg"] == .string("HS256"),
            header["typ"] == .string("JWT"), let claims = Self.object(parts[1]),
            claims["iss"] == .string(Self.issuer), case .string(let subject)? = claims["sub"],
            case .number(let expiry)? = claims["exp"]
        else { throw .unauthorized("the token is of another kind than this server's") }
        guard Double(now.nanoseconds) / 1e9 < expiry else {
            throw .unauthorized("the token has expired; get a new one from /api/v1/auth/token")
        }
        return subject
    }

    private func signature(of text: String) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: Data(text.utf8), using: secret))
    }

    private static func object(_ part: Substring) -> Value? {
        guard let bytes = Base64URL.bytes(of: part), let text = String(validating: bytes, as: UTF8.self) else {
            return nil
        }
        return try? JSONInput.read(text)
    }
}
