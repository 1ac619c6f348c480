import Crypto
import Foundation

/// The signature of a webhook's body, as GitHub and others send it: `sha256=` and the HMAC-SHA256 in hexadecimal.
enum Signature {
    private static let prefix = "sha256="

    static func text(of body: [UInt8], key: String) -> String {
        let code = HMAC<SHA256>.authenticationCode(
            for: Data(body), using: SymmetricKey(data: Data(key.utf8)))
        return prefix + Hexadecimal.text(of: code)
    }

    /// Takes as long for a wrong signature as for a right one.
    ///
    /// - Parameter header: nil where there is none.
    static func isValid(_ header: String?, of body: [UInt8], key: String) -> Bool {
        guard let header, header.hasPrefix(prefix), let code = Hexadecimal.bytes(of: header.dropFirst(prefix.count))
        else {
            return false
        }
        return HMAC<SHA256>.isValidAuthenticationCode(
            code, authenticating: Data(body), using: SymmetricKey(data: Data(key.utf8)))
    }
}
