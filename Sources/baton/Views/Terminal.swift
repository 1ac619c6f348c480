import Glibc

/// What can be shown on one of the standard streams.
struct Terminal: Hashable, Sendable {
    /// A person looks at it, and the cursor can be moved.
    var isInteractive: Bool
    var hasColor: Bool
    /// False where the locale is not UTF-8: then signs are ASCII.
    var hasUnicode: Bool
    var width: Int
    var height: Int

    static let file = Terminal(isInteractive: false, hasColor: false, hasUnicode: true, width: 80, height: 24)

    /// Looks at a descriptor and at `TERM`, `NO_COLOR`, `COLUMNS` and the locale.
    init(descriptor: Int32) {
        let isTerminal = isatty(descriptor) == 1
        let isDumb = Environment["TERM"].map { $0 == "dumb" } ?? true
        isInteractive = isTerminal && !isDumb
        hasColor = isInteractive && (Environment["NO_COLOR"] ?? "").isEmpty
        let locale = Environment["LC_ALL"] ?? Environment["LC_CTYPE"] ?? Environment["LANG"] ?? ""
        let letters = locale.lowercased()
        hasUnicode = letters.hasSuffix("utf-8") || letters.hasSuffix("utf8")
        width = Environment["COLUMNS"].flatMap(Int.init) ?? 80
        height = 24
        if isTerminal { measure(descriptor) }
    }

    init(isInteractive: Bool, hasColor: Bool, hasUnicode: Bool, width: Int, height: Int) {
        self.isInteractive = isInteractive
        self.hasColor = hasColor
        self.hasUnicode = hasUnicode
        self.width = width
        self.height = height
    }

    /// Takes the size anew: a window may have been resized.
    mutating func measure(_ descriptor: Int32) {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else { return }
        width = Int(size.ws_col)
        height = Int(size.ws_row)
    }

    var ellipsis: String { hasUnicode ? "…" : "..." }
    var bullet: String { hasUnicode ? "·" : "-" }
}

/// Variables of this process; an empty one counts as absent.
enum Environment {
    static subscript(_ name: String) -> String? {
        guard let value = getenv(name), value.pointee != 0 else { return nil }
        return String(cString: value)
    }
}
