import BatonCore
import BatonSimulator

/// How much of all cores or memory is granted over time, a line for each policy.
struct UtilisationChart: Panel {
    let resource: Resource
    let records: [TrialRecord]
    let seconds: Double

    enum Resource: String {
        case cores = "Cores in use"
        case memory = "Memory granted"

        func amount(of resources: Resources) -> Double {
            switch self {
            case .cores: Double(resources.milliCPU)
            case .memory: Double(resources.memoryBytes)
            }
        }
    }

    private static let height = 110.0

    func draw(on canvas: inout SVGCanvas, from top: Double) -> Double {
        let begin = ChartPage.heading(resource.rawValue, "share of the whole cluster", on: &canvas, at: top)
        var x = GanttChart.left
        for (index, record) in records.enumerated() {
            canvas.rectangle(x: x, y: begin - 1, width: 14, height: 4, .series(index))
            canvas.text(record.policy, x: x + 20, y: begin + 5)
            x += SVGCanvas.width(of: record.policy) + 44
        }
        let (high, low) = (begin + 20, begin + 20 + Self.height)
        let time = Axis(0...seconds, at: GanttChart.left...GanttChart.right)
        let end = ChartPage.timeAxis(time, on: &canvas, from: high, to: low)
        let curves = records.map(shares)
        let scale = Axis(0...max(min(most * 1.05, 1), 0.01), at: 0...Self.height)
        for tick in scale.ticks(4) {
            let y = low - scale.position(tick)
            canvas.line(fromX: GanttChart.left, y, toX: GanttChart.right, y, .rule)
            canvas.text(Figures.percent(tick * 100), x: GanttChart.left - 10, y: y + 4, .faint, anchor: .end)
        }
        for (index, curve) in curves.enumerated() {
            let width = (GanttChart.right - GanttChart.left) / Double(curve.count)
            var points: [(x: Double, y: Double)] = []
            for (bin, share) in curve.enumerated() {
                let y = low - scale.position(share)
                if points.last?.y != y { points.append((GanttChart.left + Double(bin) * width, points.last?.y ?? low)) }
                points.append((GanttChart.left + Double(bin) * width, y))
            }
            points.append((GanttChart.right, points.last?.y ?? low))
            canvas.polyline(points, .series(index), width: 1.6)
        }
        return end
    }

    /// The largest share that any of them reaches.
    var most: Double { records.map { shares($0).max() ?? 0 }.max() ?? 0 }

    private func shares(_ record: TrialRecord) -> [Double] {
        let capacity = max(record.capacities.reduce(0) { $0 + resource.amount(of: $1) }, 1)
        var busy = BusyTime(bins: 220, seconds: seconds)
        for span in record.report.spans {
            busy.add(
                from: record.seconds(span.start), to: record.seconds(span.end),
                resource.amount(of: span.grant) / capacity)
        }
        return busy.shares
    }
}
