import BatonCore
import BatonNeural
import Testing

@Suite("Derivatives")
struct GradientTests {
    /// What each operation is made of, reduced to one number in which every element counts differently.
    enum Case: String, CaseIterable {
        case product, add, addRow, addColumn, addNumber, subtract, subtractRow, multiply, multiplyRow, multiplyColumn
        case multiplyNumber, square, scale, tanh, sigmoid, relu, exp, log, softplus, concatenate, slice, gather
        case segmentSum, logSoftmax, sum, mean, dense, lstm, propagate
    }

    @Test("equal finite differences, for each operation", arguments: Case.allCases)
    func equalFiniteDifferences(_ operation: Case) {
        var generator = SeededGenerator(seed: 7)
        var parameters = ParameterSet()
        let network = Network(operation, &parameters, &generator)
        var tape = Tape(parameters)
        let loss = network.loss(&tape)
        let gradient = tape.gradient(of: loss)
        #expect(gradient.contains { $0 != 0 })
        for index in parameters.values.indices {
            let step = 1e-5
            let original = parameters.values[index]
            var ends: [Double] = []
            for value in [original + step, original - step] {
                ends.append(network.loss(parameters.with(value, at: index)))
            }
            let difference = (ends[0] - ends[1]) / (2 * step)
            #expect(abs(gradient[index] - difference) < 1e-6, "\(operation) with respect to weight \(index)")
        }
    }

    @Test("reading a value twice adds both derivatives")
    func sharedValue() {
        var parameters = ParameterSet()
        let x = parameters.addBias("x", columns: 1, value: 3)
        var tape = Tape(parameters)
        let result = tape.add(tape.multiply(x, x), tape.scale(x, by: 5))
        #expect(tape.gradient(of: result) == [11])
    }

    @Test("a tape that is rewound or given other weights answers as a new one does")
    func rewinding() {
        var generator = SeededGenerator(seed: 3)
        var parameters = ParameterSet()
        let network = Network(.lstm, &parameters, &generator)
        var tape = Tape(parameters)
        let first = network.loss(&tape)
        let number = tape.number(first)
        tape.rewind()
        #expect(network.loss(&tape) == first)
        #expect(tape.number(first) == number)
        let other = parameters.with(0.25, at: 0)
        tape.reload(other)
        #expect(network.loss(&tape) == first)
        #expect(tape.number(first) == network.loss(other))
    }

    @Test("exponentials and logarithms are right to thirteen digits")
    func elementaryFunctions() {
        for x in stride(from: -30.0, through: 30, by: 0.37) {
            var tape = Tape(ParameterSet())
            let e = tape.exp(tape.constant(Matrix(rows: 1, columns: 1, [x])))
            let logarithm = tape.log(e)
            #expect(abs(tape.number(e) / PortableMath.exp(x) - 1) < 1e-13)
            #expect(abs(tape.number(logarithm) - x) < 1e-12)
        }
    }

    @Test("a segment's shares add up to one, also for large numbers")
    func sharesAddUp() {
        var tape = Tape(ParameterSet())
        let scores = tape.constant(Matrix(rows: 4, columns: 1, [1000, 1001, -3, 1000]))
        let logarithms = tape.logSoftmax(scores, segments: [0, 1, 1, 0], count: 2)
        let exponentials = tape.exp(logarithms)
        let shares = tape.value(of: exponentials).values
        #expect(abs(shares[0] - 0.5) < 1e-12 && abs(shares[3] - 0.5) < 1e-12)
        #expect(abs(shares[1] + shares[2] - 1) < 1e-12)
    }
}

/// One operation between parameters and a number.
private struct Network {
    let operation: GradientTests.Case
    let a: Tensor
    let b: Tensor
    let row: Tensor
    let column: Tensor
    let number: Tensor
    let dense: Dense
    let cell: LSTMCell

    init(_ operation: GradientTests.Case, _ parameters: inout ParameterSet, _ generator: inout SeededGenerator) {
        self.operation = operation
        a = parameters.addWeights("a", rows: 4, columns: 3, using: &generator)
        b = parameters.addWeights("b", rows: 4, columns: 3, using: &generator)
        row = parameters.addWeights("row", rows: 1, columns: 3, using: &generator)
        column = parameters.addWeights("column", rows: 4, columns: 1, using: &generator)
        number = parameters.addWeights("number", rows: 1, columns: 1, using: &generator)
        dense = Dense("dense", inputs: 3, outputs: 2, in: &parameters, using: &generator)
        cell = LSTMCell("cell", inputs: 3, units: 2, in: &parameters, using: &generator)
    }

    func loss(_ parameters: ParameterSet) -> Double {
        var tape = Tape(parameters)
        let result = loss(&tape)
        return tape.number(result)
    }

    func loss(_ tape: inout Tape) -> Tensor {
        let result = output(&tape)
        let shape = tape.shape(of: result)
        let weights = (0..<shape.rows * shape.columns).map { Double($0 % 5) - 1.5 }
        let mixed = tape.multiply(result, tape.constant(Matrix(rows: shape.rows, columns: shape.columns, weights)))
        return tape.sum(mixed)
    }

    private func output(_ tape: inout Tape) -> Tensor {
        switch operation {
        case .product:
            let flat = tape.product(tape.gather(a, rows: [0, 1, 2]), tape.gather(b, rows: [1, 3, 3]))
            return tape.product(a, flat)
        case .add: return tape.add(a, b)
        case .addRow: return tape.add(a, row)
        case .addColumn: return tape.add(a, column)
        case .addNumber: return tape.add(a, number)
        case .subtract: return tape.subtract(a, b)
        case .subtractRow: return tape.subtract(a, row)
        case .multiply: return tape.multiply(a, b)
        case .multiplyRow: return tape.multiply(a, row)
        case .multiplyColumn: return tape.multiply(a, column)
        case .multiplyNumber: return tape.multiply(a, number)
        case .square: return tape.square(a)
        case .scale: return tape.scale(a, by: -2.5)
        case .tanh: return tape.tanh(a)
        case .sigmoid: return tape.sigmoid(a)
        case .relu: return tape.relu(a)
        case .exp: return tape.exp(a)
        case .log: return tape.log(tape.softplus(a))
        case .softplus: return tape.softplus(a)
        case .concatenate: return tape.concatenate([a, column, b])
        case .slice: return tape.slice(a, columns: 1..<3)
        case .gather: return tape.gather(a, rows: [2, 0, 2])
        case .segmentSum: return tape.segmentSum(a, segments: [1, 0, 1, 3], count: 5)
        case .logSoftmax: return tape.logSoftmax(a, segments: [0, 2, 0, 0], count: 3)
        case .sum: return tape.square(tape.sum(a))
        case .mean: return tape.square(tape.mean(a))
        case .dense: return dense.apply(a, on: &tape)
        case .lstm:
            var state = cell.begin(4, on: &tape)
            for input in [a, b, a] { state = cell.step(state, input, on: &tape) }
            return state.hidden
        case .propagate:
            let square = tape.gather(b, rows: [0, 1, 2])
            let messages = Messages(order: [3, 1, 0, 2], sources: [[1, 3], [], [0, 1, 3], []])
            return tape.propagate(a, square, along: messages)
        }
    }
}

extension ParameterSet {
    /// The same weights but for one.
    fileprivate func with(_ value: Double, at index: Int) -> ParameterSet {
        var other = self
        other.values[index] = value
        return other
    }
}
