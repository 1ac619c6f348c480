/// What a piece of text means; a terminal shows it as a colour.
enum Ink: Hashable, Sendable {
    case plain, strong, faint, good, bad, busy, warning

    var escape: String {
        switch self {
        case .plain: ""
        case .strong: "\u{1B}[1m"
        case .faint: "\u{1B}[2m"
        case .good: "\u{1B}[32m"
        case .bad: "\u{1B}[31m"
        case .busy: "\u{1B}[36m"
        case .warning: "\u{1B}[33m"
        }
    }

    static let reset = "\u{1B}[0m"
}

/// A line of text in pieces of different meaning, rendered for a terminal or for a file.
struct StyledLine: Hashable, Sendable, ExpressibleByStringInterpolation {
    struct Piece: Hashable, Sendable {
        var text: String
        var ink: Ink
    }

    private(set) var pieces: [Piece] = []

    init() {}

    init(_ text: String, _ ink: Ink = .plain) {
        append(text, ink)
    }

    init(stringLiteral text: String) {
        self.init(text)
    }

    mutating func append(_ text: String, _ ink: Ink = .plain) {
        if !text.isEmpty { pieces.append(Piece(text: text, ink: ink)) }
    }

    static func += (left: inout StyledLine, right: StyledLine) {
        left.pieces += right.pieces
    }

    var width: Int { pieces.reduce(0) { $0 + DisplayWidth.of($1.text) } }

    var text: String { pieces.map(\.text).joined() }

    /// Fills up with spaces on the right.
    mutating func pad(to columns: Int) {
        append(String(repeating: " ", count: max(0, columns - width)))
    }

    /// - Parameters:
    ///   - hasColor: false leaves every escape sequence out.
    ///   - columns: the line is cut to these, ending in `mark`; nil leaves it whole.
    func rendered(hasColor: Bool, columns: Int? = nil, mark: String = "…") -> String {
        var result = ""
        var left = columns ?? Int.max
        let isCut = width > left
        if isCut { left -= DisplayWidth.of(mark) }
        for piece in pieces where left > 0 {
            let text = isCut ? DisplayWidth.truncated(piece.text, to: left, mark: "") : piece.text
            left -= DisplayWidth.of(text)
            let isColored = hasColor && piece.ink != .plain && !text.isEmpty
            result += isColored ? piece.ink.escape + text + Ink.reset : text
            if isCut && text.count < piece.text.count { break }
        }
        return isCut ? result + mark : result
    }
}
