import BatonPlanner

/// How training went: a curve for each figure, smoothed over ten rounds.
struct TrainingChart: Panel {
    let title: String
    let subtitle: String
    /// By round, from the first; gaps where a round had nothing to say.
    let lines: [(name: String, values: [Double?])]

    private static let height = 150.0
    private static let window = 10

    static func page(_ outcome: TrainingSession.Outcome, _ data: String) -> ChartPage {
        func panel(_ stage: Trainer.Stage, _ title: String, _ subtitle: String, _ names: [String]) -> TrainingChart? {
            let rounds = outcome.rounds.filter { $0.stage == stage }
            guard rounds.count > 1 else { return nil }
            let values: [[Double?]] = [rounds.map(\.value), rounds.map(\.sharing)]
            return TrainingChart(title: title, subtitle: subtitle, lines: Array(zip(names, values)))
        }
        let panels = [
            panel(.rule, "Rule search", "mean completion over the standard rule's, by round", ["best drawn"]),
            panel(
                .imitation, "Imitation", "minus the mean logarithm of the chance of what was chosen, by round", ["loss"]
            ),
            panel(
                .reinforcement, "Reinforcement", "time of what is drawn from the network over the rule's, by round",
                ["plans", "runs that share"]),
        ]
        return ChartPage(
            title: "Training of \(outcome.network.weightCount) weights",
            notes: ["On \(data), seed \(outcome.network.origin.seed)."], panels: panels.compactMap { $0 })
    }

    func draw(on canvas: inout SVGCanvas, from top: Double) -> Double {
        let begin = ChartPage.heading(title, subtitle, on: &canvas, at: top)
        let left = ChartPage.margin + 60
        let right = ChartPage.width - ChartPage.margin - 210
        let (high, low) = (begin + 4, begin + 4 + Self.height)
        let smooth = lines.map { Self.smoothed($0.values) }
        let values = smooth.flatMap { $0.map(\.value) }
        let range = (values.min() ?? 0)...(values.max() ?? 1)
        let scale = Axis(range, at: 0...Self.height)
        for tick in scale.ticks(5) {
            let y = low - scale.position(tick)
            canvas.line(fromX: left, y, toX: right, y, .rule)
            canvas.text(Figures.number(tick), x: left - 10, y: y + 4, .faint, anchor: .end)
        }
        let rounds = Axis(1...Double(max(lines.map(\.values.count).max() ?? 2, 2)), at: left...right)
        for tick in rounds.ticks(8) {
            canvas.text(Figures.number(tick), x: rounds.position(tick), y: low + 16, .faint, anchor: .middle)
        }
        for (index, line) in lines.enumerated() {
            let points = smooth[index].map { (x: rounds.position(Double($0.round)), y: low - scale.position($0.value)) }
            canvas.polyline(points, .series(index), width: 1.6)
            let y = high + 14 + Double(index) * 20
            canvas.rectangle(x: right + 24, y: y - 6, width: 14, height: 4, .series(index))
            canvas.text(line.name, x: right + 46, y: y)
        }
        return low + 22
    }

    private static func smoothed(_ values: [Double?]) -> [(round: Int, value: Double)] {
        values.indices.compactMap { place in
            let window = values[max(0, place + 1 - window)...place].compactMap { $0 }
            return window.isEmpty ? nil : (place + 1, window.reduce(0, +) / Double(window.count))
        }
    }
}
