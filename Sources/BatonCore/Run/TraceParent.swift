/// The trace that whoever submits something belongs to (W3C Trace Context, level 1).
public struct TraceParent: Hashable, Sendable, Codable {
    /// 32 hexadecimal digits, not all of them 0.
    public let trace: String
    /// Whether it is recorded somewhere.
    public let isSampled: Bool

    public init(trace: String, isSampled: Bool) {
        self.trace = trace
        self.isSampled = isSampled
    }

    /// - Parameter header: as `traceparent` has it: `00-<trace>-<span>-<flags>`.
    /// - Returns: nil for anything that is none.
    public init?(header: String) {
        let fields = header.split(separator: "-", omittingEmptySubsequences: false)
        guard fields.count >= 4, fields[0] == "00" && fields.count == 4 || fields[0] > "00" && fields[0] != "ff",
            Self.isHexadecimal(fields[0], 2), Self.isHexadecimal(fields[1], 32), Self.isHexadecimal(fields[2], 16),
            Self.isHexadecimal(fields[3], 2), fields[1].contains(where: { $0 != "0" }),
            fields[2].contains(where: { $0 != "0" })
        else { return nil }
        trace = String(fields[1])
        isSampled = (UInt8(fields[3], radix: 16) ?? 0) & 1 == 1
    }

    /// - Parameter span: 16 hexadecimal digits, of what is done in this trace now.
    public func header(span: String) -> String { "00-\(trace)-\(span)-\(isSampled ? "01" : "00")" }

    private static func isHexadecimal(_ text: Substring, _ count: Int) -> Bool {
        text.utf8.count == count
            && text.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 || $0 >= 0x61 && $0 <= 0x66 }
    }
}
