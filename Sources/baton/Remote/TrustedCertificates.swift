import BatonCore
import NIOSSL

/// Whose certificates are believed: those of the authorities that this system trusts, or, as with OpenSSL, of those in the
/// file that `SSL_CERT_FILE` names in their place.
enum TrustedCertificates {
    /// - Throws: where there are none in that file.
    static func configuration() throws -> TLSConfiguration {
        var configuration = TLSConfiguration.makeClientConfiguration()
        guard let path = Environment["SSL_CERT_FILE"] else { return configuration }
        guard let certificates = try? NIOSSLCertificate.fromPEMFile(path), !certificates.isEmpty else {
            throw CommandFailure(
                "$SSL_CERT_FILE names \(path), where no certificate can be read; it must be a file in PEM", exit: .usage
            )
        }
        configuration.trustRoots = .certificates(certificates)
        return configuration
    }

    /// Why two can't speak TLS with each other; nil for any other error. Nothing of a request has been sent then.
    static func reason(_ error: any Error) -> String? {
        if let error = error as? NIOSSLExtraError {
            return error == .failedToValidateHostname ? "its certificate is for another name" : error.description
        }
        guard case .handshakeFailed(let cause)? = error as? NIOSSLError else { return nil }
        let text = "\(cause)"
        if text.contains("CERTIFICATE_VERIFY_FAILED") {
            return
                "its certificate has run out, or is signed by nobody who is trusted here; SSL_CERT_FILE can name a file "
                + "with the certificate of its authority"
        }
        if text.contains("WRONG_VERSION_NUMBER") { return "it does not speak TLS; try http:// in place of https://" }
        return "TLS fails: \(text)"
    }
}
