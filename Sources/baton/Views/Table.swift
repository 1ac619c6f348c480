/// Rows of text in aligned columns.
struct Table {
    struct Column {
        var title: String
        var isNumeric = false
    }

    private let columns: [Column]
    private var rows: [[StyledLine]] = []

    init(_ columns: [Column]) {
        self.columns = columns
    }

    var isEmpty: Bool { rows.isEmpty }

    mutating func append(_ row: [StyledLine]) {
        precondition(row.count == columns.count, "\(row.count) cells for \(columns.count) columns")
        rows.append(row)
    }

    /// One line for the titles and one for each row; cut to the terminal's width only on a terminal.
    func rendered(for terminal: Terminal) -> String {
        let titles = columns.map { StyledLine($0.title, .faint) }
        var widths = titles.map(\.width)
        for row in rows {
            for (column, cell) in row.enumerated() { widths[column] = max(widths[column], cell.width) }
        }
        return ([titles] + rows).map { row in
            line(row, widths: widths).rendered(
                hasColor: terminal.hasColor, columns: terminal.isInteractive ? terminal.width : nil,
                mark: terminal.ellipsis
            )
        }.joined(separator: "\n")
    }

    private func line(_ row: [StyledLine], widths: [Int]) -> StyledLine {
        var line = StyledLine()
        for (column, cell) in row.enumerated() {
            let padding = String(repeating: " ", count: widths[column] - cell.width)
            let isLast = column == row.count - 1
            if columns[column].isNumeric { line.append(padding) }
            line += cell
            if !columns[column].isNumeric && !isLast { line.append(padding) }
            if !isLast { line.append("  ") }
        }
        return line
    }
}
