/// The last lines of a terminal, drawn again and again in place, with lasting lines scrolling away above them.
///
/// Each frame is one write inside a synchronised update, so that it never flickers; the cursor rests below the lines.
struct TerminalScreen {
    var terminal: Terminal
    private let write: (String) -> Void
    /// Columns of each line drawn last; a narrower window folds them into more rows.
    private var drawn: [Int] = []

    init(terminal: Terminal, write: @escaping (String) -> Void) {
        self.terminal = terminal
        self.write = write
    }

    /// - Parameters:
    ///   - lasting: printed once above the live lines, whole.
    ///   - live: replace those of the last frame; each is cut to the terminal's width.
    mutating func draw(lasting: [StyledLine] = [], live: [StyledLine]) {
        guard !lasting.isEmpty || !live.isEmpty || !drawn.isEmpty else { return }
        var frame = "\u{1B}[?2026h" + home()
        for line in lasting {
            frame += line.rendered(hasColor: terminal.hasColor) + "\u{1B}[K\n"
        }
        drawn = []
        for line in live {
            // The last column stays free: writing there makes some terminals wrap.
            let columns = max(1, terminal.width - 1)
            frame +=
                line.rendered(hasColor: terminal.hasColor, columns: columns, mark: terminal.ellipsis) + "\u{1B}[K\n"
            drawn.append(min(line.width, columns))
        }
        write(frame + "\u{1B}[J\u{1B}[?2026l")
    }

    /// To the beginning of the first line drawn last.
    private func home() -> String {
        let rows = drawn.reduce(0) { $0 + max(1, ($1 + terminal.width - 1) / max(1, terminal.width)) }
        return rows > 0 ? "\r\u{1B}[\(rows)A" : "\r"
    }
}
