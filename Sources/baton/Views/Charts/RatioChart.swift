import BatonCore
import BatonFormats
import BatonSimulator

/// Each policy's ratio to the baseline with its interval; left of the line is better.
struct RatioChart: Panel {
    let title: String
    let subtitle: String
    /// Best first.
    let rows: [Row]

    struct Row {
        var name: String
        var ratio: Standing.Ratio
        var isBaseline = false
    }

    private static let rowHeight = 24.0

    init(title: String, subtitle: String, rows: [Row]) {
        self.title = title
        self.subtitle = subtitle
        self.rows = rows.sorted { $0.ratio.value < $1.ratio.value }
    }

    init(_ comparison: Comparison) {
        let rows = comparison.standings.enumerated().map { place, standing in
            Row(name: standing.name, ratio: standing.ratioToBaseline, isBaseline: place == comparison.baseline)
        }
        self.init(
            title: "\(comparison.objective.title) over that of \(comparison.standings[comparison.baseline].name)",
            subtitle: "paired, with 95 % intervals over \(comparison.trialCount) trials; left is better", rows: rows)
    }

    func draw(on canvas: inout SVGCanvas, from top: Double) -> Double {
        let begin = ChartPage.heading(title, subtitle, on: &canvas, at: top)
        let names = rows.map { SVGCanvas.width(of: $0.name) }.max() ?? 0
        let left = ChartPage.margin + names + 16
        let right = ChartPage.width - ChartPage.margin - 190
        let low = min(1, rows.map(\.ratio.interval.low).min() ?? 1)
        let high = max(1, farthest)
        let air = max((high - low) * 0.05, 0.02)
        let axis = Axis(max(0, low - air)...high + air, at: left...right)
        let bottom = begin + Double(rows.count) * Self.rowHeight + 4
        for tick in axis.ticks(8) {
            let x = axis.position(tick)
            canvas.line(fromX: x, begin, toX: x, bottom, .rule)
            canvas.text(tickText(tick), x: x, y: bottom + 16, .faint, anchor: .middle)
        }
        let one = axis.position(1)
        canvas.line(fromX: one, begin, toX: one, bottom, .ink, width: 1.2, isDashed: true)
        for (place, row) in rows.enumerated() {
            let y = begin + (Double(place) + 0.5) * Self.rowHeight
            draw(row, isBest: place == 0, axis, y, on: &canvas)
        }
        return bottom + 22
    }

    /// The right end of the axis: a few that are far off are marked at the edge and do not squeeze the others.
    private var farthest: Double {
        let ends = rows.map(\.ratio.interval.high).sorted()
        let usual = Sample.quantile(ends, 0.9)
        guard let last = ends.last, last > 1 + (usual - 1) * 2 else { return ends.last ?? 1 }
        return usual
    }

    private func draw(_ row: Row, isBest: Bool, _ axis: Axis, _ y: Double, on canvas: inout SVGCanvas) {
        let (value, interval) = (row.ratio.value, row.ratio.interval)
        canvas.text(row.name, x: axis.positions.lowerBound - 12, y: y + 4, anchor: .end, isBold: isBest)
        let x = axis.positions.upperBound + 14
        if row.isBaseline {
            canvas.circle(x: axis.position(1), y: y, radius: 4, .ink)
            return canvas.text("baseline", x: x, y: y + 4, .faint)
        }
        let paint: SVGCanvas.Paint = interval.high < 1 ? .series(0) : interval.low > 1 ? .series(1) : .faint
        canvas.line(fromX: axis.position(interval.low), y, toX: axis.position(interval.high), y, paint, width: 2.5)
        if value <= axis.values.upperBound {
            canvas.circle(x: axis.position(value), y: y, radius: 4.5, paint)
        } else {
            let edge = axis.positions.upperBound
            canvas.polyline([(edge - 7, y - 5), (edge, y), (edge - 7, y + 5)], paint, width: 2.5)
        }
        canvas.text(
            "\(Figures.ratio(value)) \(Figures.interval(interval, Figures.ratio))", x: x, y: y + 4, .faint)
    }

    private func tickText(_ value: Double) -> String {
        Value.number((value * 1000).rounded() / 1000).json
    }
}
