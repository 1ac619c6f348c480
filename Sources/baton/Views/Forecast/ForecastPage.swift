import BatonPrediction
import BatonSimulator

/// The picture of a forecast, and of what it takes.
enum ForecastPage {
    static func page(_ outlook: LoadOutlook, _ answer: CapacityAnswer?) -> ChartPage {
        var panels: [any Panel] = outlook.forecasts.map { LoadChart(forecast: $0, outlook: outlook) }
        if let answer {
            panels.append(RiskChart(answer: answer))
            if let prices = answer.prices, !prices.frontier.isEmpty { panels.append(CostChart(prices: prices)) }
        }
        let notes =
            ["The line ends today; then the median, and below the shade 90 % of what may come."] + outlook.source.notes
        return ChartPage(title: "Load of \(outlook.source.title)", notes: notes, panels: panels)
    }
}

/// One quantity's past and what is expected of it.
struct LoadChart: Panel {
    let forecast: LoadForecast
    let outlook: LoadOutlook

    private static let height = 110.0
    /// Horizons of the past that are shown.
    private static let pastHorizons = 6

    func draw(on canvas: inout SVGCanvas, from top: Double) -> Double {
        let quantity = forecast.series.quantity
        let past = Array(forecast.series.values.suffix(Self.pastHorizons * forecast.horizon))
        let begin = ChartPage.heading(
            Self.title(quantity),
            "by \(forecast.member.rawValue); in stretches of \(LoadOutlook.length(outlook.bucketSeconds))",
            on: &canvas, at: top)
        let (left, right) = (ChartPage.margin + 96, ChartPage.width - ChartPage.margin - 20)
        let (high, low) = (begin + 4, begin + 4 + Self.height)
        let most = max(past.max() ?? 0, forecast.p90.max() ?? 0, 1e-9)
        let scale = Axis(0...most * 1.05, at: 0...Self.height)
        for tick in scale.ticks(4) {
            let y = low - scale.position(tick)
            canvas.line(fromX: left, y, toX: right, y, .rule)
            canvas.text(LoadOutlook.amount(tick, quantity), x: left - 10, y: y + 4, .faint, anchor: .end)
        }
        let count = past.count + forecast.horizon
        let width = (right - left) / Double(count)
        func y(_ value: Double) -> Double { low - scale.position(value) }
        func line(_ values: [Double], from first: Int) -> [(x: Double, y: Double)] {
            values.enumerated().flatMap { index, value in
                let x = left + Double(first + index) * width
                return [(x: x, y: y(value)), (x: x + width, y: y(value))]
            }
        }
        for (step, value) in forecast.p90.enumerated() {
            canvas.rectangle(
                x: left + Double(past.count + step) * width, y: y(value), width: width, height: low - y(value),
                .series(1),
                opacity: 0.22)
        }
        canvas.polyline(line(past, from: 0), .series(0), width: 1.3)
        canvas.polyline(line(forecast.p50, from: past.count), .series(1), width: 1.6)
        let now = left + Double(past.count) * width
        canvas.line(fromX: now, high - 4, toX: now, low, .faint, isDashed: true)
        let first = -Double(past.count) * outlook.bucketSeconds
        let time = Axis(first...Double(forecast.horizon) * outlook.bucketSeconds, at: left...right)
        return ChartPage.timeAxis(time, on: &canvas, from: high, to: low)
    }

    private static func title(_ quantity: LoadSeries.Quantity) -> String {
        switch quantity {
        case .runs: "Runs that arrive"
        case .tasks: "Tasks that arrive"
        case .cores: "Cores in use"
        case .memory: "Memory in use"
        }
    }
}

/// The risk at the numbers of workers around the one that is enough.
struct RiskChart: Panel {
    let answer: CapacityAnswer

    func draw(on canvas: inout SVGCanvas, from top: Double) -> Double {
        let bars = answer.plan.tried.map { trial in
            Bars.Bar(
                label: "\(trial.count)", value: trial.risk.share * 100, text: Figures.percent(trial.risk.share * 100),
                isChosen: trial.count == answer.plan.count)
        }
        return Bars(title: "Risk by number of workers", subtitle: "share of \(answer.broken)", bars: bars)
            .draw(on: &canvas, from: top)
    }
}

/// What the cheapest mix costs at each risk.
struct CostChart: Panel {
    let prices: CapacityAnswer.Prices

    func draw(on canvas: inout SVGCanvas, from top: Double) -> Double {
        let bars = prices.frontier.map { risk, mix in
            Bars.Bar(
                label: "at most " + Figures.percent(risk * 100), value: mix.costPerHour,
                text: "\(Figures.decimals(mix.costPerHour, 2)): \(CapacityAnswer.mix(mix.counts, prices.kinds))",
                isChosen: mix.counts == prices.cheapest?.counts)
        }
        return Bars(title: "Cost by risk", subtitle: "an hour, of the cheapest mix", bars: bars)
            .draw(on: &canvas, from: top)
    }
}

/// A bar for each of a few figures.
private struct Bars {
    struct Bar {
        var label: String
        var value: Double
        var text: String
        var isChosen: Bool
    }

    let title: String
    let subtitle: String
    let bars: [Bar]

    func draw(on canvas: inout SVGCanvas, from top: Double) -> Double {
        let begin = ChartPage.heading(title, subtitle, on: &canvas, at: top)
        let (left, right) = (ChartPage.margin + 96, ChartPage.width - ChartPage.margin - 320)
        let axis = Axis(0...max(bars.map(\.value).max() ?? 0, 1e-9), at: left...right)
        for (row, bar) in bars.enumerated() {
            let y = begin + Double(row) * 22
            canvas.text(bar.label, x: left - 10, y: y + 12, anchor: .end, isBold: bar.isChosen)
            let end = axis.position(bar.value)
            canvas.rectangle(
                x: left, y: y, width: max(end - left, 1), height: 15, bar.isChosen ? .series(0) : .faint, opacity: 0.8,
                radius: 2)
            canvas.text(bar.text, x: end + 8, y: y + 12, .faint)
        }
        return begin + Double(bars.count) * 22
    }
}
