import BatonCore
import BatonFormats
import BatonSimulator

extension CostFront {
    var page: ChartPage {
        var notes = [
            isPriced
                ? "A worker costs its price from the beginning until the last of its tasks has ended."
                : "Cost in core-hours: all cores, until the last task has ended."
        ]
        if isUncertain {
            notes.append("Medians over \(PlanFutures.count) futures; whiskers reach to the 90th percentiles.")
        }
        return ChartPage(title: "\(workflow): time against cost", notes: notes, panels: [FrontChart(front: self)])
    }
}

/// Time against cost of each cluster: the front as a line, what is not worth its cost as faint points.
struct FrontChart: Panel {
    let front: CostFront

    private static let height = 420.0

    func draw(on canvas: inout SVGCanvas, from top: Double) -> Double {
        let begin = ChartPage.heading(
            "The front", "further left is cheaper, further down is faster; faint points are neither", on: &canvas,
            at: top)
        let (left, right) = (ChartPage.margin + 70, ChartPage.width - ChartPage.margin - 120)
        let (high, low) = (begin + 24, begin + 24 + Self.height)
        let shown = front.points.filter { $0.cost.p50 <= mostCost }
        let costs = shown.flatMap { [$0.cost.p50, $0.cost.p90] }
        let times = shown.flatMap { [$0.makespan.p50.seconds, $0.makespan.p90.seconds] }
        let x = Axis(0...max(costs.max() ?? 1, 1e-9) * 1.05, at: left...right)
        let y = Axis(0...max(times.max() ?? 1, 1e-9) * 1.05, at: 0...Self.height)
        drawAxes(x, y, high, low, on: &canvas)
        func place(_ cost: Double, _ seconds: Double) -> (x: Double, y: Double) {
            (x: x.position(cost), y: low - y.position(seconds))
        }
        let members = Set(front.front.places)
        for (index, point) in front.points.enumerated() where !members.contains(index) && point.cost.p50 <= mostCost {
            let (x, y) = place(point.cost.p50, point.makespan.p50.seconds)
            canvas.circle(x: x, y: y, radius: 2.5, .faint)
        }
        let line = front.front.places.map { place(front.points[$0].cost.p50, front.points[$0].makespan.p50.seconds) }
        canvas.polyline(line, .series(0), width: 1.4)
        var labelled: [(x: Double, y: Double)] = []
        for (index, point) in zip(front.front.places, line) {
            let isKnee = index == front.front.knee
            drawWhiskers(front.points[index], at: point, place, on: &canvas)
            canvas.circle(x: point.x, y: point.y, radius: isKnee ? 6 : 3.5, isKnee ? .series(1) : .series(0))
            // Names that would lie on each other are left out, the knee's never.
            guard isKnee || !labelled.contains(where: { abs($0.x - point.x) < 90 && abs($0.y - point.y) < 16 }) else {
                continue
            }
            labelled.append(point)
            canvas.text(
                front.points[index].name + (isKnee ? ", the knee" : ""), x: point.x + 10, y: point.y - 8,
                isKnee ? .ink : .faint, isBold: isKnee)
        }
        canvas.text(front.isPriced ? "cost" : "core-hours", x: right, y: low + 34, .faint, anchor: .end)
        return low + 40
    }

    /// Dominated points far to the right would squeeze the front.
    private var mostCost: Double { (front.front.places.last.map { front.points[$0].cost.p50 } ?? 0) * 1.3 }

    private func drawAxes(_ x: Axis, _ y: Axis, _ high: Double, _ low: Double, on canvas: inout SVGCanvas) {
        let unit = Axis.timeUnit(y.values.upperBound)
        for tick in y.timeTicks(6) {
            let height = low - y.position(tick)
            canvas.line(fromX: x.positions.lowerBound, height, toX: x.positions.upperBound, height, .rule)
            canvas.text(
                Figures.number(tick / unit.seconds) + " " + unit.name, x: x.positions.lowerBound - 10, y: height + 4,
                .faint, anchor: .end)
        }
        for tick in x.ticks(8) {
            let position = x.position(tick)
            canvas.line(fromX: position, high, toX: position, low, .rule)
            canvas.text(
                Value.number((tick * 1e6).rounded() / 1e6).json, x: position, y: low + 16, .faint, anchor: .middle)
        }
    }

    private func drawWhiskers(
        _ point: CostFront.Point, at center: (x: Double, y: Double),
        _ place: (Double, Double) -> (x: Double, y: Double), on canvas: inout SVGCanvas
    ) {
        guard front.isUncertain else { return }
        let end = place(point.cost.p90, point.makespan.p90.seconds)
        canvas.line(fromX: center.x, center.y, toX: end.x, center.y, .series(0), width: 1)
        canvas.line(fromX: center.x, center.y, toX: center.x, end.y, .series(0), width: 1)
    }
}
