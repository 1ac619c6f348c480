import BatonCore

/// The trace that a request belongs to, and this server's part of it.
struct TraceContext: Hashable, Sendable {
    var parent: TraceParent
    /// This server's: 16 hexadecimal digits.
    var span: String

    /// No trace yet.
    static let none = TraceContext(parent: TraceParent(trace: "", isSampled: false), span: "")

    private init(parent: TraceParent, span: String) {
        self.parent = parent
        self.span = span
    }

    /// Goes on with the caller's trace; anything that is none begins a new one.
    init(header: String?) {
        parent =
            header.flatMap(TraceParent.init(header:))
            ?? TraceParent(
                trace: Hexadecimal.text(of: IdentifierSource.next(), IdentifierSource.next()), isSampled: false)
        span = Hexadecimal.text(of: IdentifierSource.next())
    }

    var header: String { parent.header(span: span) }
}
