import BatonSimulator

/// How the ratio to the baseline changes with one factor, a line for each policy.
struct LevelChart: Panel {
    let title: String
    /// Names of the levels, in order.
    let levels: [String]
    let lines: [(name: String, ratios: [Standing.Ratio])]

    private static let height = 150.0

    func draw(on canvas: inout SVGCanvas, from top: Double) -> Double {
        let begin = ChartPage.heading(title, "mean time over the baseline's, with 95 % intervals", on: &canvas, at: top)
        let left = ChartPage.margin + 60
        let right = ChartPage.width - ChartPage.margin - 210
        let (high, low) = (begin + 4, begin + 4 + Self.height)
        let intervals = lines.flatMap { $0.ratios.map(\.interval) }
        let ends = intervals.map(\.low) + intervals.map(\.high) + [1.0]
        let scale = Axis((ends.min() ?? 0) * 0.97...(ends.max() ?? 1) * 1.03, at: 0...Self.height)
        for tick in scale.ticks(5) {
            let y = low - scale.position(tick)
            canvas.line(fromX: left, y, toX: right, y, .rule)
            canvas.text(Figures.decimals(tick, 2), x: left - 10, y: y + 4, .faint, anchor: .end)
        }
        let one = low - scale.position(1)
        canvas.line(fromX: left, one, toX: right, one, .ink, isDashed: true)
        let step = (right - left) / Double(max(levels.count, 1))
        for (place, level) in levels.enumerated() {
            canvas.text(level, x: left + (Double(place) + 0.5) * step, y: low + 16, .faint, anchor: .middle)
        }
        for (index, line) in lines.enumerated() {
            // Side by side, so that intervals do not hide each other.
            let shift = (Double(index) - Double(lines.count - 1) / 2) * 9
            let points = line.ratios.enumerated().map { place, ratio in
                (x: left + (Double(place) + 0.5) * step + shift, y: low - scale.position(ratio.value))
            }
            canvas.polyline(points, .series(index), width: 1.2)
            for (point, ratio) in zip(points, line.ratios) {
                canvas.line(
                    fromX: point.x, low - scale.position(ratio.interval.low), toX: point.x,
                    low - scale.position(ratio.interval.high), .series(index), width: 2)
                canvas.circle(x: point.x, y: point.y, radius: 3.5, .series(index))
            }
            let y = high + 14 + Double(index) * 20
            canvas.rectangle(x: right + 24, y: y - 6, width: 14, height: 4, .series(index))
            canvas.text(line.name, x: right + 46, y: y)
        }
        return low + 22
    }
}
