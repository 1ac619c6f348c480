import BatonSimulator

/// How the times of all jobs of all trials are spread, a box for each policy.
struct DistributionChart: Panel {
    let comparison: Comparison

    private static let rowHeight = 24.0

    func draw(on canvas: inout SVGCanvas, from top: Double) -> Double {
        let rows = comparison.standings.map { (name: $0.name, sorted: $0.completionSeconds.sorted()) }
            .filter { !$0.sorted.isEmpty }
        let begin = ChartPage.heading(
            "Time from arrival to end", "box: middle half of all jobs, with the median; whiskers: 5 to 95 %; dot: 99 %",
            on: &canvas, at: top)
        guard !rows.isEmpty else { return begin }
        let left = ChartPage.margin + (rows.map { SVGCanvas.width(of: $0.name) }.max() ?? 0) + 16
        let right = ChartPage.width - ChartPage.margin - 20
        let low = rows.map { Sample.quantile($0.sorted, 0.05) }.min() ?? 0
        let high = rows.map { Sample.quantile($0.sorted, 0.99) }.max() ?? 1
        let isWide = low > 0 && high / low > 20
        let axis = Axis(isWide ? low * 0.9...high * 1.1 : 0...high * 1.03, at: left...right, isLogarithmic: isWide)
        let bottom = begin + Double(rows.count) * Self.rowHeight + 4
        let end = ChartPage.timeAxis(axis, on: &canvas, from: begin, to: bottom)
        for (row, entry) in rows.enumerated() {
            let y = begin + (Double(row) + 0.5) * Self.rowHeight
            let isBest = entry.name == comparison.standings[comparison.best].name
            canvas.text(entry.name, x: left - 12, y: y + 4, anchor: .end, isBold: isBest)
            drawBox(entry.sorted, axis, y, isBest ? .series(0) : .faint, on: &canvas)
        }
        return end
    }

    private func drawBox(
        _ sorted: [Double], _ axis: Axis, _ y: Double, _ paint: SVGCanvas.Paint, on canvas: inout SVGCanvas
    ) {
        func x(_ share: Double) -> Double { axis.position(Sample.quantile(sorted, share)) }
        canvas.line(fromX: x(0.05), y, toX: x(0.95), y, paint, width: 1.5)
        canvas.rectangle(x: x(0.25), y: y - 7, width: max(x(0.75) - x(0.25), 1), height: 14, .ground)
        canvas.rectangle(
            x: x(0.25), y: y - 7, width: max(x(0.75) - x(0.25), 1), height: 14, paint, opacity: 0.45, radius: 2)
        canvas.line(fromX: x(0.5), y - 7, toX: x(0.5), y + 7, .ink, width: 2)
        canvas.circle(x: x(0.99), y: y, radius: 2.5, paint)
    }
}
