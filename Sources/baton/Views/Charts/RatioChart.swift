import BatonSimulator

/// Each policy's ratio to the baseline with its interval; left of the line is better.
struct RatioChart: Panel {
    let comparison: Comparison

    private static let rowHeight = 24.0

    func draw(on canvas: inout SVGCanvas, from top: Double) -> Double {
        let baseline = comparison.standings[comparison.baseline]
        let begin = ChartPage.heading(
            "Mean time over that of \(baseline.name)",
            "paired, with 95 % intervals over \(comparison.trialCount) trials; left is better", on: &canvas, at: top)
        // Failures everywhere leave nothing to compare; what is far off would squeeze the rest.
        let others = comparison.standings.indices.sorted {
            comparison.standings[$0].ratioToBaseline.value < comparison.standings[$1].ratioToBaseline.value
        }
        let names = comparison.standings.map { SVGCanvas.width(of: $0.name) }.max() ?? 0
        let left = ChartPage.margin + names + 16
        let right = ChartPage.width - ChartPage.margin - 190
        let ratios = comparison.standings.map(\.ratioToBaseline)
        let low = min(1, ratios.map(\.interval.low).min() ?? 1)
        let high = max(1, ratios.map(\.interval.high).max() ?? 1)
        let air = max((high - low) * 0.05, 0.005)
        let axis = Axis(max(0, low - air)...high + air, at: left...right)
        let bottom = begin + Double(others.count) * Self.rowHeight + 4
        for tick in axis.ticks(8) {
            let x = axis.position(tick)
            canvas.line(fromX: x, begin, toX: x, bottom, .rule)
            canvas.text(tickText(tick), x: x, y: bottom + 16, .faint, anchor: .middle)
        }
        let one = axis.position(1)
        canvas.line(fromX: one, begin, toX: one, bottom, .ink, width: 1.2, isDashed: true)
        for (row, place) in others.enumerated() {
            let y = begin + (Double(row) + 0.5) * Self.rowHeight
            drawRow(comparison.standings[place], isBaseline: place == comparison.baseline, axis, y, on: &canvas)
        }
        return bottom + 22
    }

    private func drawRow(
        _ standing: Standing, isBaseline: Bool, _ axis: Axis, _ y: Double, on canvas: inout SVGCanvas
    ) {
        let ratio = standing.ratioToBaseline
        canvas.text(
            standing.name, x: axis.positions.lowerBound - 12, y: y + 4, anchor: .end,
            isBold: standing.name == comparison.standings[comparison.best].name)
        let x = axis.positions.upperBound + 14
        if isBaseline {
            canvas.circle(x: axis.position(1), y: y, radius: 4, .ink)
            return canvas.text("baseline", x: x, y: y + 4, .faint)
        }
        let paint: SVGCanvas.Paint = ratio.interval.high < 1 ? .series(0) : ratio.interval.low > 1 ? .series(1) : .faint
        canvas.line(
            fromX: axis.position(ratio.interval.low), y, toX: axis.position(ratio.interval.high), y, paint, width: 2.5)
        canvas.circle(x: axis.position(ratio.value), y: y, radius: 4.5, paint)
        canvas.text(
            "\(Figures.ratio(ratio.value)) \(Figures.interval(ratio.interval, Figures.ratio))", x: x, y: y + 4, .faint)
    }

    private func tickText(_ value: Double) -> String {
        let text = Figures.decimals(value, 2)
        return text == "1.00" ? "1" : text
    }
}
