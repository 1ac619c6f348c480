/// A part of a page: it draws itself from a given height on and says where it ends.
protocol Panel {
    func draw(on canvas: inout SVGCanvas, from top: Double) -> Double
}

/// Panels below each other.
struct ChartPage {
    var title: String
    /// Under the title, one line each.
    var notes: [String]
    var panels: [any Panel]

    static let width = 1000.0
    static let margin = 24.0

    var svg: String {
        var canvas = SVGCanvas(width: Self.width)
        var y = Self.margin + 16
        canvas.text(title, x: Self.margin, y: y, isBold: true, size: 18)
        for note in notes {
            y += 18
            for line in Self.wrapped(note) {
                canvas.text(line, x: Self.margin, y: y, .faint)
                y += 16
            }
            y -= 16
        }
        y += 14
        for panel in panels { y = panel.draw(on: &canvas, from: y + 22) }
        return canvas.document(title: title, height: y + Self.margin)
    }

    /// Cut into lines that fit on the page.
    private static func wrapped(_ text: String) -> [String] {
        var lines = [""]
        for word in text.split(separator: " ") {
            let longer = lines[lines.count - 1].isEmpty ? String(word) : lines[lines.count - 1] + " \(word)"
            if SVGCanvas.width(of: longer) > width - 2 * margin {
                lines.append(String(word))
            } else {
                lines[lines.count - 1] = longer
            }
        }
        return lines
    }

    /// The heading of a panel.
    ///
    /// - Returns: where its drawing may begin.
    static func heading(_ title: String, _ subtitle: String, on canvas: inout SVGCanvas, at top: Double) -> Double {
        canvas.text(title, x: margin, y: top + 14, isBold: true, size: 14)
        let x = margin + SVGCanvas.width(of: title, size: 14, isBold: true) + 12
        canvas.text(subtitle, x: x, y: top + 14, .faint)
        return top + 26
    }

    /// A horizontal axis of times below a drawing, with rules through it.
    ///
    /// - Returns: the height below its labels.
    static func timeAxis(_ axis: Axis, on canvas: inout SVGCanvas, from top: Double, to bottom: Double) -> Double {
        let unit = Axis.timeUnit(axis.values.upperBound)
        for tick in axis.timeTicks(8) {
            let x = axis.position(tick)
            canvas.line(fromX: x, top, toX: x, bottom, .rule)
            canvas.text(
                Figures.number(tick / unit.seconds) + " " + unit.name, x: x, y: bottom + 16, .faint, anchor: .middle)
        }
        return bottom + 22
    }
}
