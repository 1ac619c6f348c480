/// A layer that gives each output a weighted sum of all inputs.
public struct Dense: Hashable, Sendable {
    let weights: Tensor
    let bias: Tensor

    public init(
        _ name: String, inputs: Int, outputs: Int, in parameters: inout ParameterSet,
        using generator: inout some RandomNumberGenerator
    ) {
        weights = parameters.addWeights("\(name).weights", rows: inputs, columns: outputs, using: &generator)
        bias = parameters.addBias("\(name).bias", columns: outputs)
    }

    /// `[n x inputs]` gives `[n x outputs]`.
    public func apply(_ inputs: Tensor, on tape: inout Tape) -> Tensor {
        tape.add(tape.product(inputs, weights), bias)
    }
}
