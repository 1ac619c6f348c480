import Glibc

/// What share of the tasks took no more than a predicted quantile, beside the share that should have.
struct CalibrationChart: Panel {
    let rows: [Row]

    struct Row: Hashable {
        var name: String
        /// 0...1.
        var nominal: Double
        var hits: Int
        var count: Int

        var observed: Double { Double(hits) / Double(count) }

        /// Where the share lies in 95 of 100 samples of this size.
        ///
        /// - Source: Wilson 1927, doi:10.1080/01621459.1927.10502953.
        var interval: ClosedRange<Double> {
            let (z, count, share) = (1.96, Double(count), observed)
            let centre = (share + z * z / (2 * count)) / (1 + z * z / count)
            let half = z / (1 + z * z / count) * sqrt(share * (1 - share) / count + z * z / (4 * count * count))
            return max(0, centre - half)...min(1, centre + half)
        }
    }

    private static let rowHeight = 26.0

    func draw(on canvas: inout SVGCanvas, from top: Double) -> Double {
        let begin = ChartPage.heading(
            "Calibration",
            "share of the tasks at or below a quantile, with a 95 % interval; the bar is where it should be",
            on: &canvas, at: top)
        let names = rows.map { SVGCanvas.width(of: $0.name) }.max() ?? 0
        let axis = Axis(0...1, at: ChartPage.margin + names + 16...ChartPage.width - ChartPage.margin - 200)
        let bottom = begin + Double(rows.count) * Self.rowHeight + 4
        for tick in axis.ticks(10) {
            let x = axis.position(tick)
            canvas.line(fromX: x, begin, toX: x, bottom, .rule)
            canvas.text("\(Int((tick * 100).rounded())) %", x: x, y: bottom + 16, .faint, anchor: .middle)
        }
        for (place, row) in rows.enumerated() {
            let y = begin + (Double(place) + 0.5) * Self.rowHeight
            let paint: SVGCanvas.Paint = row.interval.contains(row.nominal) ? .series(0) : .series(1)
            canvas.text(row.name, x: axis.positions.lowerBound - 12, y: y + 4, anchor: .end)
            canvas.line(
                fromX: axis.position(row.interval.lowerBound), y, toX: axis.position(row.interval.upperBound), y, paint,
                width: 2.5)
            let nominal = axis.position(row.nominal)
            canvas.line(fromX: nominal, y - 9, toX: nominal, y + 9, .ink, width: 2)
            canvas.circle(x: axis.position(row.observed), y: y, radius: 4.5, paint)
            canvas.text(
                "\(Int((row.observed * 100).rounded())) % of \(row.count)", x: axis.positions.upperBound + 14, y: y + 4,
                .faint)
        }
        return bottom + 22
    }
}
