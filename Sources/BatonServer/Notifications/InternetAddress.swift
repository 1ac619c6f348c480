import Dispatch
import Glibc
import NIOCore

/// Where a name leads to, and whether somebody who may only send there should reach it.
enum InternetAddress {
    /// Looks a name up, or takes an address as it is.
    ///
    /// - Throws: `WebhookFailure` where it can't be found.
    static func resolve(_ host: String) async throws -> String {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(
                    with: Result {
                        guard let found = try? SocketAddress.makeAddressResolvingHost(host, port: 0).ipAddress else {
                            throw WebhookFailure("'\(host)' can't be found")
                        }
                        return found
                    })
            }
        }
    }

    /// True for loopback, link-local (where clouds keep the credentials of machines), multicast and what is no address of
    /// anybody; also where such an IPv4 address stands in one of IPv6.
    ///
    /// - Parameter text: an address; a name is none, but for those of this machine.
    static func isLocal(_ text: String) -> Bool {
        let host = text.lowercased()
        if host == "localhost" || host.hasSuffix(".localhost") || host.contains("%") { return true }
        if let bytes = bytes(of: host, AF_INET, count: 4) { return isLocal(v4: bytes[...]) }
        guard let bytes = bytes(of: host, AF_INET6, count: 16) else { return false }
        let carriesIPv4 =
            bytes.starts(with: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0])
            || bytes.starts(with: [0, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0])
        if carriesIPv4 { return isLocal(v4: bytes[12...]) }
        return bytes[0] == 0xFF || bytes[0] == 0xFE && bytes[1] & 0xC0 == 0x80
    }

    private static func isLocal(v4 bytes: ArraySlice<UInt8>) -> Bool {
        switch (bytes[bytes.startIndex], bytes[bytes.startIndex + 1]) {
        case (0, _), (127, _), (169, 254), (224..., _): true
        default: false
        }
    }

    private static func bytes(of text: String, _ family: Int32, count: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        return inet_pton(family, text, &bytes) == 1 ? bytes : nil
    }
}
