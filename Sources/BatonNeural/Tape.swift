/// Records what is computed, and gives the derivative of the result with respect to each parameter: reverse-mode
/// differentiation over matrices.
///
/// ```
/// var tape = Tape(parameters)
/// let output = layer.apply(tape.constant(inputs), on: &tape)
/// let loss = tape.mean(tape.square(tape.subtract(output, tape.constant(targets))))
/// adam.step(&parameters, tape.gradient(of: loss))
/// tape.reload(parameters)
/// ```
/// All matrices lie one behind the other in one array, which `rewind` keeps: a network that is applied again and again
/// allocates nothing, and one that only answers never pays for derivatives.
///
/// - Source: Griewank and Walther 2008, doi:10.1137/1.9780898717761, chapter 3.
public struct Tape: Sendable {
    struct Node: Sendable {
        var operation: Operation
        /// Where its numbers begin in `values`.
        var start: Int
        var rows: Int
        var columns: Int

        var count: Int { rows * columns }
        var range: Range<Int> { start..<start + count }
    }

    /// How a node came about, with the places of what it was made of.
    enum Operation: Sendable {
        case leaf
        case product(Int, Int)
        case binary(Binary, Int, Int)
        case scale(Int, Double)
        case map(Function, Int)
        case concatenate([Tensor])
        case slice(Int, from: Int)
        case gather(Int, [Int32])
        case scatter(Int, [Int32])
        case logSoftmax(Int, segments: [Int32], count: Int)
        case sum(Int)
        case propagate(signal: Int, weights: Int, Messages)
    }

    enum Binary: Sendable { case add, subtract, multiply }
    enum Function: Sendable { case tanh, sigmoid, relu, exp, log, softplus }

    var nodes: [Node] = []
    var values: [Double] = []
    /// Derivatives of the result, in the places of `values`.
    var derivatives: [Double] = []
    private let parameterCount: Int

    public init(_ parameters: ParameterSet) {
        parameterCount = parameters.entries.count
        for entry in parameters.entries {
            nodes.append(Node(operation: .leaf, start: entry.start, rows: entry.rows, columns: entry.columns))
        }
        values = parameters.values
    }

    /// Forgets all but the parameters.
    public mutating func rewind() {
        nodes.removeSubrange(parameterCount...)
        let end = nodes.last.map { $0.range.upperBound } ?? 0
        values.removeSubrange(end...)
    }

    /// Forgets all, and begins with other weights for the same parameters.
    public mutating func reload(_ parameters: ParameterSet) {
        precondition(parameters.entries.count == parameterCount, "weights of another network")
        rewind()
        precondition(parameters.values.count == values.count, "weights of another network")
        for index in values.indices { values[index] = parameters.values[index] }
    }

    public mutating func constant(_ matrix: Matrix) -> Tensor {
        let node = Node(operation: .leaf, start: values.count, rows: matrix.rows, columns: matrix.columns)
        values.append(contentsOf: matrix.values)
        nodes.append(node)
        return Tensor(nodes.count - 1)
    }

    public func value(of tensor: Tensor) -> Matrix {
        let node = self[tensor]
        return Matrix(rows: node.rows, columns: node.columns, Array(values[node.range]))
    }

    /// The one number of a 1 x 1 matrix.
    public func number(_ tensor: Tensor) -> Double {
        let node = self[tensor]
        precondition(node.count == 1, "a matrix of \(node.rows) x \(node.columns) where one number is expected")
        return values[node.start]
    }

    public func shape(of tensor: Tensor) -> (rows: Int, columns: Int) { (self[tensor].rows, self[tensor].columns) }

    /// - Parameter result: 1 x 1.
    /// - Returns: the derivative of the result with respect to each number of the parameters, in the order of the set.
    public mutating func gradient(of result: Tensor) -> [Double] {
        differentiate(result)
        let end = parameterCount == 0 ? 0 : nodes[parameterCount - 1].range.upperBound
        return Array(derivatives[..<end])
    }

    /// The derivative of the result that `gradient` was last asked for with respect to what lies on the tape.
    public func derivative(of tensor: Tensor) -> Matrix {
        let node = self[tensor]
        return Matrix(rows: node.rows, columns: node.columns, Array(derivatives[node.range]))
    }

    subscript(tensor: Tensor) -> Node { nodes[Int(tensor.index)] }

    /// A new node of zeros.
    mutating func append(_ operation: Operation, rows: Int, columns: Int) -> Tensor {
        nodes.append(Node(operation: operation, start: values.count, rows: rows, columns: columns))
        values.append(contentsOf: repeatElement(0, count: rows * columns))
        return Tensor(nodes.count - 1)
    }
}
