/// A cell that reads a series step by step and remembers of it what it learned to: long short-term memory.
///
/// - Source: Hochreiter and Schmidhuber 1997, doi:10.1162/neco.1997.9.8.1735, with the forget gate of Gers, Schmidhuber
///   and Cummins 2000, doi:10.1162/089976600300015015.
public struct LSTMCell: Hashable, Sendable {
    public let inputs: Int
    public let units: Int
    /// For the gates forget, input and output, and for the candidate, side by side.
    private let weights: Tensor
    private let recurrent: Tensor
    private let bias: [Tensor]

    public struct State: Hashable, Sendable {
        public var hidden: Tensor
        public var memory: Tensor
    }

    public init(
        _ name: String, inputs: Int, units: Int, in parameters: inout ParameterSet,
        using generator: inout some RandomNumberGenerator
    ) {
        self.inputs = inputs
        self.units = units
        weights = parameters.addWeights("\(name).weights", rows: inputs, columns: 4 * units, using: &generator)
        recurrent = parameters.addWeights("\(name).recurrent", rows: units, columns: 4 * units, using: &generator)
        // A forget gate that begins open lets a series be remembered before anything was learned.
        bias = [
            parameters.addBias("\(name).forget", columns: units, value: 1),
            parameters.addBias("\(name).bias", columns: 3 * units),
        ]
    }

    /// Nothing remembered, for `n` series side by side.
    public func begin(_ series: Int, on tape: inout Tape) -> State {
        let zeros = Matrix(rows: series, columns: units, Array(repeating: 0, count: series * units))
        return State(hidden: tape.constant(zeros), memory: tape.constant(zeros))
    }

    /// - Parameter input: `[n x inputs]`, one row for each series.
    public func step(_ state: State, _ input: Tensor, on tape: inout Tape) -> State {
        let signal = tape.add(
            tape.add(tape.product(input, weights), tape.product(state.hidden, recurrent)), tape.concatenate(bias))
        let gates = tape.sigmoid(tape.slice(signal, columns: 0..<3 * units))
        let candidate = tape.tanh(tape.slice(signal, columns: 3 * units..<4 * units))
        let kept = tape.multiply(tape.slice(gates, columns: 0..<units), state.memory)
        let added = tape.multiply(tape.slice(gates, columns: units..<2 * units), candidate)
        let memory = tape.add(kept, added)
        let shown = tape.slice(gates, columns: 2 * units..<3 * units)
        return State(hidden: tape.multiply(shown, tape.tanh(memory)), memory: memory)
    }
}
