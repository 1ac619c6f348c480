import BatonCore
import BatonFormats
import BatonSimulator

/// Where and when the attempts of one trial ran: a row for each worker, with bars where there is room for them and
/// shades of how busy it is where there is not.
struct GanttChart: Panel {
    let record: TrialRecord
    /// The whole page's.
    let seconds: Double

    static let left = ChartPage.margin + 96
    static let right = ChartPage.width - ChartPage.margin - 20
    private static let laneHeight = 15.0
    /// More lanes than this become shades.
    private static let mostLanes = 36
    private static let mostBars = 1_500
    private static let mostRows = 25

    func draw(on canvas: inout SVGCanvas, from top: Double) -> Double {
        let axis = Axis(0...seconds, at: Self.left...Self.right)
        let workers = WorkerLanes.all(record.report.spans, workers: record.workerNames.count)
        let lanes = workers.reduce(0) { $0 + $1.laneCount }
        let areBars = lanes <= Self.mostLanes && record.report.spans.count <= Self.mostBars
        let makespan = Figures.time(record.report.makespan.seconds)
        let legend = areBars ? barLegend : "the darker, the more cores are in use"
        let begin = ChartPage.heading(record.policy, "\(makespan) in all; \(legend)", on: &canvas, at: top)
        let height = areBars ? barsHeight(workers) : shadesHeight(workers)
        let end = ChartPage.timeAxis(axis, on: &canvas, from: begin, to: begin + height)
        if areBars {
            drawBars(workers, axis, begin, on: &canvas)
        } else {
            drawShades(workers, axis, begin, on: &canvas)
        }
        return end
    }

    private var barLegend: String {
        record.jobCount > 1 ? "a colour for each job" : "orange: the longest path; blue: all others"
    }

    // MARK: Bars

    private func barsHeight(_ workers: [WorkerLanes]) -> Double {
        workers.reduce(0) { $0 + Double($1.laneCount) * Self.laneHeight + 5 }
    }

    private func drawBars(_ workers: [WorkerLanes], _ axis: Axis, _ top: Double, on canvas: inout SVGCanvas) {
        var y = top
        for worker in workers {
            let height = Double(worker.laneCount) * Self.laneHeight
            canvas.text(
                record.workerNames[worker.index], x: Self.left - 10, y: y + height / 2 + 4, .faint, anchor: .end)
            for (lane, spans) in worker.lanes.enumerated() {
                for span in spans { drawBar(span, axis, y + Double(lane) * Self.laneHeight, on: &canvas) }
            }
            y += height + 5
        }
    }

    private func drawBar(_ span: Report.Span, _ axis: Axis, _ y: Double, on canvas: inout SVGCanvas) {
        let (start, end) = (record.seconds(span.start), record.seconds(span.end))
        let (x, endX) = (axis.position(start), axis.position(end))
        let name = record.name(of: span)
        let paint = record.paint(of: span)
        let failed = span.outcome.isBad
        let note = "\(name): \(Figures.time(start)) to \(Figures.time(end))" + (failed ? ", failed" : "")
        canvas.rectangle(
            x: x, y: y + 0.5, width: max(endX - x - 0.5, 0.5), height: Self.laneHeight - 1.5, paint,
            opacity: failed ? 0.3 : 0.85, radius: 1.5, note: note)
        if SVGCanvas.width(of: name, size: 10) + 6 < endX - x {
            canvas.text(name, x: x + 4, y: y + Self.laneHeight - 4, failed ? .ink : paint.label, size: 10)
        }
    }

    // MARK: Shades

    /// Workers that share a row, so that there are not too many.
    private func groups(_ workers: [WorkerLanes]) -> [ArraySlice<WorkerLanes>] {
        let size = max(1, (workers.count + Self.mostRows - 1) / Self.mostRows)
        return stride(from: 0, to: workers.count, by: size).map { workers[$0..<min($0 + size, workers.count)] }
    }

    private func shadesHeight(_ workers: [WorkerLanes]) -> Double { Double(groups(workers).count) * 12 + 4 }

    private func drawShades(_ workers: [WorkerLanes], _ axis: Axis, _ top: Double, on canvas: inout SVGCanvas) {
        let binCount = 400
        let width = (Self.right - Self.left) / Double(binCount)
        for (row, group) in groups(workers).enumerated() {
            let y = top + Double(row) * 12
            var label = record.workerNames[group.first?.index ?? 0]
            if let last = group.last, group.count > 1 { label += " to \(last.index)" }
            canvas.text(label, x: Self.left - 10, y: y + 9, .faint, anchor: .end, size: 9)
            let capacity = group.reduce(0.0) { $0 + Double(record.capacities[$1.index].milliCPU) }
            var busy = BusyTime(bins: binCount, seconds: seconds)
            for span in group.flatMap(\.spans) {
                busy.add(
                    from: record.seconds(span.start), to: record.seconds(span.end),
                    Double(span.grant.milliCPU) / capacity)
            }
            for run in busy.runs(levels: 8) {
                canvas.rectangle(
                    x: Self.left + Double(run.bins.lowerBound) * width, y: y, width: Double(run.bins.count) * width,
                    height: 11, .series(0), opacity: run.level)
            }
        }
    }
}

extension Outcome {
    /// It has to be done again, or never will be.
    fileprivate var isBad: Bool {
        switch self {
        case .succeeded, .reused: false
        case .failed, .stopped, .lost: true
        }
    }
}
