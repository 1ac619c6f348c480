/// The trace that a request belongs to (W3C Trace Context, level 1), and this server's part of it.
struct TraceContext: Hashable, Sendable {
    /// 32 hexadecimal digits.
    var trace: String
    /// 16: this server's.
    var span: String
    var isSampled: Bool

    /// A new trace.
    init() {
        trace = Hexadecimal.text(of: IdentifierSource.next(), IdentifierSource.next())
        span = Hexadecimal.text(of: IdentifierSource.next())
        isSampled = false
    }

    /// No trace yet.
    static let none = TraceContext(trace: "", span: "", isSampled: false)

    private init(trace: String, span: String, isSampled: Bool) {
        self.trace = trace
        self.span = span
        self.isSampled = isSampled
    }

    /// Goes on with the caller's trace; anything that is none begins a new one.
    init(header: String?) {
        self.init()
        guard let header else { return }
        let fields = header.split(separator: "-", omittingEmptySubsequences: false)
        guard fields.count >= 4, fields[0] == "00" && fields.count == 4 || fields[0] > "00" && fields[0] != "ff",
            Self.isHexadecimal(fields[0], 2), Self.isHexadecimal(fields[1], 32), Self.isHexadecimal(fields[2], 16),
            Self.isHexadecimal(fields[3], 2), fields[1].contains(where: { $0 != "0" }),
            fields[2].contains(where: { $0 != "0" })
        else { return }
        trace = String(fields[1])
        isSampled = (UInt8(fields[3], radix: 16) ?? 0) & 1 == 1
    }

    var header: String { "00-\(trace)-\(span)-\(isSampled ? "01" : "00")" }

    private static func isHexadecimal(_ text: Substring, _ count: Int) -> Bool {
        text.utf8.count == count
            && text.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 || $0 >= 0x61 && $0 <= 0x66 }
    }
}
