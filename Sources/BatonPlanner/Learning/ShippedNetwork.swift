/// The network that comes with Baton: `baton train` wrote it, and its own lines say with which seed, on what, and where it pays.
///
/// `make ship NETWORK=file` puts another one into the sources.
public enum ShippedNetwork {
    public static let network: SchedulingNetwork? = {
        do throws(NetworkFault) {
            return try SchedulingNetwork(bytes: bytes(base64))
        } catch {
            preconditionFailure("the network in the sources: \(error)")
        }
    }()

    /// Nil where it was found to pay for nothing: then not even its bytes are read.
    public static var paying: SchedulingNetwork? { pays ? network : nil }

    /// - Source: RFC 4648, section 4; what is no letter of it is passed over.
    static func bytes(_ base64: StaticString) -> [UInt8] {
        var bytes: [UInt8] = []
        base64.withUTF8Buffer { letters in
            bytes.reserveCapacity(letters.count * 3 / 4)
            var (bits, count): (UInt32, UInt32) = (0, 0)
            for letter in letters {
                guard let value = value(of: letter) else { continue }
                (bits, count) = (bits << 6 | value, count + 6)
                guard count >= 8 else { continue }
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> count))
            }
        }
        return bytes
    }

    private static func value(of letter: UInt8) -> UInt32? {
        switch letter {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(letter - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(letter - UInt8(ascii: "a")) + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(letter - UInt8(ascii: "0")) + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
