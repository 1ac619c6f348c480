internal import BatonCore
internal import BatonNeural

/// A small LSTM over one series: it reads each value, that of a season before the next one, and how far it is
/// from that of a season before, and says how far the next will be from that of a season before.
///
/// Values are square roots, in which counts vary equally whether they are large or small, over their mean.
struct LoadNetwork: Sendable {
    private static let units = 12
    private static let window = 36
    private static let seriesAtOnce = 12
    static let stepsOfFit = 120

    private let period: Int?
    private let scale: Double
    private let offset: Double
    private var parameters = ParameterSet()
    private let cell: LSTMCell
    private let output: Dense
    private var adam = Adam(rate: 0.01)

    /// Learns from the past of a series; nil when that is too short.
    init?(_ values: ArraySlice<Double>, period: Int?, seed: UInt64) {
        guard values.count >= (period ?? 0) + 2 * Self.window else { return nil }
        self.period = period
        let roots = values.map { $0.squareRoot() }
        let mean = roots.reduce(0, +) / Double(roots.count)
        let variance = roots.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(roots.count)
        offset = mean
        scale = max(variance.squareRoot(), 1e-6)
        var generator = SeededGenerator(seed: seed)
        cell = LSTMCell("cell", inputs: 3, units: Self.units, in: &parameters, using: &generator)
        output = Dense("output", inputs: Self.units, outputs: 1, in: &parameters, using: &generator)
        let series = values.map(normal)
        var tape = Tape(parameters)
        for _ in 0..<Self.stepsOfFit { learn(series, &tape, &generator) }
    }

    private func normal(_ value: Double) -> Double { (value.squareRoot() - offset) / scale }

    /// What is known when `series[place]` is said.
    private func inputs(_ series: [Double], _ place: Int) -> [Double] {
        let change = period == nil ? 0 : series[place - 1] - before(series, place - 1)
        return [series[place - 1], before(series, place), change]
    }

    private func before(_ series: [Double], _ place: Int) -> Double {
        guard let period, place >= period else { return 0 }
        return series[place - period]
    }

    private mutating func learn(_ series: [Double], _ tape: inout Tape, _ generator: inout SeededGenerator) {
        let first = max(1, period ?? 1)
        let starts = (0..<Self.seriesAtOnce).map { _ in
            first + Int(generator.unit() * Double(series.count - first - Self.window + 1))
        }
        var state = cell.begin(starts.count, on: &tape)
        var errors: [Tensor] = []
        for step in 0..<Self.window {
            let rows = starts.map { inputs(series, $0 + step) }
            let input = tape.constant(Matrix(rows: rows.count, columns: 3, rows.flatMap { $0 }))
            state = cell.step(state, input, on: &tape)
            // The first steps have seen too little to be judged.
            guard step >= 4 else { continue }
            let wanted = starts.map { series[$0 + step] - before(series, $0 + step) }
            let target = tape.constant(Matrix(rows: rows.count, columns: 1, wanted))
            errors.append(tape.square(tape.subtract(output.apply(state.hidden, on: &tape), target)))
        }
        let loss = tape.mean(tape.concatenate(errors))
        adam.step(&parameters, tape.gradient(of: loss))
        tape.reload(parameters)
    }

    /// What it says is read as if it had come, step by step.
    func forecast(_ values: ArraySlice<Double>, horizon: Int) -> [Double] {
        let first = max(1, period ?? 1)
        var series = values.suffix(first + 3 * Self.window).map(normal)
        var tape = Tape(parameters)
        var state = cell.begin(1, on: &tape)
        let known = series.count
        var answers: [Double] = []
        for place in first..<known + horizon {
            let input = tape.constant(Matrix(rows: 1, columns: 3, inputs(series, place)))
            state = cell.step(state, input, on: &tape)
            guard place >= known else { continue }
            let answer = output.apply(state.hidden, on: &tape)
            series.append(tape.number(answer) + before(series, place))
            let root = max(0, series[place] * scale + offset)
            answers.append(root * root)
        }
        return answers
    }
}
