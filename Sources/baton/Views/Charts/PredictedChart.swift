/// Predicted against measured, a square for each target: on the diagonal is right.
struct PredictedChart: Panel {
    /// At most two.
    let squares: [Square]

    struct Square {
        var title: String
        /// Name of the upper quantile.
        var upper: String
        var points: [Point]
        /// Of a value, for the axes.
        var label: (Double) -> String
        var isTime: Bool
    }

    /// All above zero.
    struct Point: Hashable {
        var predicted: Double
        var upper: Double
        var measured: Double

        var isCovered: Bool { measured <= upper }
    }

    private static let side = 380.0

    func draw(on canvas: inout SVGCanvas, from top: Double) -> Double {
        let begin = ChartPage.heading(
            "Predicted and measured",
            "a dot for each task, on the diagonal where its prediction was right; a line reaches to the upper quantile",
            on: &canvas, at: top)
        for (place, square) in squares.enumerated() {
            let left = ChartPage.margin + 66 + Double(place) * (Self.side + 100)
            draw(square, on: &canvas, left: left, top: begin + 22)
        }
        return begin + 22 + Self.side + 62
    }

    private func draw(_ square: Square, on canvas: inout SVGCanvas, left: Double, top: Double) {
        let (right, bottom) = (left + Self.side, top + Self.side)
        canvas.text(square.title, x: left, y: top - 8, isBold: true)
        let ends = square.points.flatMap { [$0.predicted, $0.measured, $0.upper] }
        let values = (ends.min() ?? 1) / 1.25...(ends.max() ?? 1) * 1.25
        let across = Axis(values, at: left...right, isLogarithmic: true)
        let down = Axis(values, at: 0...Self.side, isLogarithmic: true)
        for tick in square.isTime ? across.timeTicks(5) : across.ticks(5) {
            let (x, y) = (across.position(tick), bottom - down.position(tick))
            canvas.line(fromX: x, top, toX: x, bottom, .rule)
            canvas.line(fromX: left, y, toX: right, y, .rule)
            canvas.text(square.label(tick), x: x, y: bottom + 16, .faint, anchor: .middle)
            canvas.text(square.label(tick), x: left - 8, y: y + 4, .faint, anchor: .end)
        }
        canvas.line(fromX: left, bottom, toX: right, top, .ink, isDashed: true)
        for point in square.points {
            let y = bottom - down.position(point.measured)
            let paint: SVGCanvas.Paint = point.isCovered ? .series(0) : .series(1)
            canvas.line(
                fromX: across.position(point.predicted), y, toX: across.position(point.upper), y, paint, width: 0.6)
            canvas.circle(x: across.position(point.predicted), y: y, radius: 2.6, paint)
        }
        canvas.text("predicted", x: right, y: bottom + 34, .faint, anchor: .end)
        canvas.text("measured", x: left + 6, y: top + 14, .faint)
        let missed = square.points.count { !$0.isCovered }
        canvas.circle(x: left + 4, y: bottom + 47, radius: 4, .series(0))
        canvas.text("took at most \(square.upper): \(square.points.count - missed)", x: left + 14, y: bottom + 51)
        canvas.circle(x: left + 194, y: bottom + 47, radius: 4, .series(1))
        canvas.text("took more: \(missed)", x: left + 204, y: bottom + 51)
    }
}
