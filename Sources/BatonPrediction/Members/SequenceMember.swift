internal import BatonCore
internal import BatonNeural

/// A small LSTM over the latest attempts of a signature: what they took, and how large their inputs were.
///
/// One cell is shared by all signatures, for one alone has too few attempts to learn from. It reads how far each attempt was
/// from the mean of those before it, and says how far the next will be.
struct SequenceMember: Sendable {
    private static let length = 12
    private static let inputs = 5
    private static let units = 16
    private static let seriesAtOnce = 32
    private static let stepsOfFit = 80

    private var parameters = ParameterSet()
    private var tape: Tape
    private let cell: LSTMCell
    private let output: Dense
    private var adam = Adam(rate: 0.01)
    private var generator: SeededGenerator
    /// Usual distance of a logarithm from what was said, as of the latest fit; nil before it.
    private var error: Double?
    /// How many observations there will be when it learns again.
    private var nextFit = 40

    init(seed: UInt64) {
        generator = SeededGenerator(seed: seed)
        cell = LSTMCell("cell", inputs: Self.inputs, units: Self.units, in: &parameters, using: &generator)
        output = Dense("output", inputs: Self.units, outputs: 1, in: &parameters, using: &generator)
        tape = Tape(parameters)
    }

    /// Attempts in their order, then the one in question, of which only the input is known.
    func belief(_ evidence: Evidence) -> Belief? {
        guard let error, evidence.measured.count >= 2 else { return nil }
        let input = evidence.table.features.first { $0.kind == .input }
        let rows = evidence.y.indices.suffix(Self.length).filter { !evidence.y[$0].isNaN }
        var series = Series()
        for row in rows {
            series.append(evidence.y[row], x: input.map { evidence.table.values[$0.start + row] } ?? .nan)
        }
        guard series.steps.count > 0 else { return nil }
        var tape = tape
        var state = cell.begin(1, on: &tape)
        for step in series.steps { state = cell.step(state, tape.constant(Self.matrix([step.inputs])), on: &tape) }
        let last = series.inputs(x: input?.query ?? .nan)
        state = cell.step(state, tape.constant(Self.matrix([last])), on: &tape)
        let answer = output.apply(state.hidden, on: &tape)
        let mean = series.mean + tape.number(answer)
        return Belief(mean: evidence.bounded(mean), variance: 1.5 * error * error + 1e-4)
    }

    /// Learns from all that was remembered, each time when half as much again has been observed.
    mutating func fit(_ histories: [[Observation]], _ target: Target, observations: Int) {
        guard observations >= nextFit else { return }
        nextFit = observations * 3 / 2
        let known = histories.map { history in history.filter { !$0.logarithms[target.rawValue].isNaN } }
        // A signature counts by its attempts.
        let pool = known.indices.flatMap { Array(repeating: $0, count: known[$0].count < 3 ? 0 : known[$0].count) }
        guard !pool.isEmpty else { return }
        var losses: [Double] = []
        for _ in 0..<Self.stepsOfFit {
            let batch = (0..<Self.seriesAtOnce).map { _ in
                let history = known[pool[Int(generator.unit() * Double(pool.count))]]
                let end = 2 + Int(generator.unit() * Double(history.count - 1))
                return history[max(0, end - Self.length)..<end]
            }
            losses.append(learn(batch, target))
        }
        // 1.25 mean absolute errors are a standard deviation of a normal distribution.
        error = 1.25 * losses.suffix(20).reduce(0, +) / 20
    }

    private mutating func learn(_ batch: [ArraySlice<Observation>], _ target: Target) -> Double {
        let series = batch.map { rows in
            var series = Series()
            for row in rows { series.append(row.logarithms[target.rawValue], x: row.inputLogarithm) }
            return series
        }
        let longest = series.map(\.steps.count).max() ?? 0
        var state = cell.begin(batch.count, on: &tape)
        var errors: [Tensor] = []
        var count = 0.0
        for place in 0..<longest {
            // Short series begin later, so that all end together.
            let steps = series.map { series in
                let index = place - longest + series.steps.count
                return index < 0 ? nil : series.steps[index]
            }
            let inputs = steps.map { $0?.inputs ?? Array(repeating: 0, count: Self.inputs) }
            state = cell.step(state, tape.constant(Self.matrix(inputs)), on: &tape)
            let wanted = tape.constant(Self.matrix(steps.map { [$0?.wanted ?? 0] }))
            let present = tape.constant(Self.matrix(steps.map { [$0 == nil ? 0 : 1] }))
            let error = tape.multiply(tape.subtract(output.apply(state.hidden, on: &tape), wanted), present)
            errors.append(tape.add(tape.relu(error), tape.relu(tape.scale(error, by: -1))))
            count += Double(steps.count { $0 != nil })
        }
        let loss = tape.scale(tape.sum(tape.concatenate(errors)), by: 1 / max(count, 1))
        let value = tape.number(loss)
        adam.step(&parameters, tape.gradient(of: loss))
        tape.reload(parameters)
        return value
    }

    private static func matrix(_ rows: [[Double]]) -> Matrix {
        Matrix(rows: rows.count, columns: rows[0].count, rows.flatMap { $0 })
    }

    /// What the cell reads of a series; each step as it could be known before it.
    private struct Series {
        private(set) var steps: [(inputs: [Double], wanted: Double)] = []
        private(set) var mean = 0.0
        private var count = 0.0
        private var last = 0.0
        private var meanX = 0.0
        private var countX = 0.0

        mutating func append(_ y: Double, x: Double) {
            if count > 0 { steps.append((inputs(x: x), min(max(y - mean, -5), 5))) }
            count += 1
            mean += (y - mean) / count
            last = y
            guard !x.isNaN else { return }
            countX += 1
            meanX += (x - meanX) / countX
        }

        func inputs(x: Double) -> [Double] {
            let isSized = !x.isNaN && countX > 0
            let size = isSized ? min(max(x - meanX, -5), 5) : 0
            return [min(max(last - mean, -5), 5), size, isSized ? 1 : 0, 1 / count, 1]
        }
    }
}
