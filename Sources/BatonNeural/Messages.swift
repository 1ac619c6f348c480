/// Who hears whom in a graph without cycles, and in which order.
///
/// ```
/// // 0 and 1 say something to 2.
/// let messages = Messages(order: [0, 1, 2], sources: [[], [], [0, 1]])
/// let states = tape.propagate(signal, weights, along: messages)
/// ```
public struct Messages: Sendable {
    /// Each node after those it hears.
    let order: [Int32]
    /// Row `i` of the sources is `sources[offsets[i]..<offsets[i + 1]]`.
    let offsets: [Int32]
    let sources: [Int32]
    /// 1 over the square root of the number of sources, so that a node that hears thousands is not deafened.
    let shares: [Double]

    /// - Parameters:
    ///   - order: every node once, each after its sources.
    ///   - sources: of each node, those whose messages it hears.
    public init(order: [Int32], sources: [some Collection<Int32>]) {
        precondition(order.count == sources.count, "an order of \(order.count) for \(sources.count) nodes")
        var offsets: [Int32] = [0]
        offsets.reserveCapacity(sources.count + 1)
        for row in sources { offsets.append(offsets[offsets.count - 1] + Int32(row.count)) }
        self.order = order
        self.offsets = offsets
        self.sources = sources.flatMap { $0 }
        shares = sources.map { $0.isEmpty ? 0 : 1 / Double($0.count).squareRoot() }
    }

    @inline(__always)
    private func row(_ node: Int) -> Range<Int> { Int(offsets[node])..<Int(offsets[node + 1]) }

    /// What a node hears, all sources together.
    @inline(__always)
    private func hear(
        _ node: Int, _ states: UnsafePointer<Double>, into heard: UnsafeMutablePointer<Double>, count: Int
    ) {
        for column in 0..<count { heard[column] = 0 }
        for index in row(node) {
            let state = states + Int(sources[index]) * count
            for column in 0..<count { heard[column] += state[column] }
        }
        for column in 0..<count { heard[column] *= shares[node] }
    }

    fileprivate func send(
        _ signal: UnsafePointer<Double>, _ weights: UnsafePointer<Double>, into states: UnsafeMutablePointer<Double>,
        count: Int
    ) {
        withUnsafeTemporaryAllocation(of: Double.self, capacity: count) { heard in
            let heard = heard.baseAddress!
            for node in order.lazy.map(Int.init) {
                let state = states + node * count
                for column in 0..<count { state[column] = signal[node * count + column] }
                if shares[node] > 0 {
                    hear(node, states, into: heard, count: count)
                    Kernel.multiply(heard, weights, into: state, rows: 1, inner: count, columns: count)
                }
                for column in 0..<count { state[column] = max(state[column], 0) }
            }
        }
    }

    func sendBack(
        from node: Tape.Node, to signal: Tape.Node, through weights: Tape.Node,
        _ values: UnsafeBufferPointer<Double>, _ derivatives: UnsafeMutableBufferPointer<Double>
    ) {
        let count = node.columns
        let (states, slopes) = (values.baseAddress! + node.start, derivatives.baseAddress! + node.start)
        let matrix = values.baseAddress! + weights.start
        let (signalSlopes, matrixSlopes) = (
            derivatives.baseAddress! + signal.start, derivatives.baseAddress! + weights.start
        )
        withUnsafeTemporaryAllocation(of: Double.self, capacity: 2 * count) { scratch in
            let (heard, heardSlopes) = (scratch.baseAddress!, scratch.baseAddress! + count)
            for node in order.reversed().lazy.map(Int.init) {
                let (state, slope) = (states + node * count, slopes + node * count)
                // All that hear this node have been gone through: its slope is complete.
                for column in 0..<count where state[column] <= 0 { slope[column] = 0 }
                for column in 0..<count { signalSlopes[node * count + column] += slope[column] }
                guard shares[node] > 0 else { continue }
                hear(node, states, into: heard, count: count)
                Kernel.transposedMultiply(heard, slope, into: matrixSlopes, rows: count, inner: 1, columns: count)
                for column in 0..<count { heardSlopes[column] = 0 }
                Kernel.multiplyTransposed(slope, matrix, into: heardSlopes, rows: 1, inner: count, columns: count)
                for index in row(node) {
                    let source = slopes + Int(sources[index]) * count
                    for column in 0..<count { source[column] += shares[node] * heardSlopes[column] }
                }
            }
        }
    }
}

extension Tape {
    /// States of the nodes of a graph, each made of its own signal and of the states it hears:
    /// `relu(signal + Σ states · weights / √sources)`.
    ///
    /// - Parameters:
    ///   - signal: `[V x n]`.
    ///   - weights: `[n x n]`.
    /// - Complexity: O((V n + E) n).
    public mutating func propagate(_ signal: Tensor, _ weights: Tensor, along messages: Messages) -> Tensor {
        let (from, matrix) = (self[signal], self[weights])
        precondition(from.rows == messages.order.count, "\(from.rows) signals for \(messages.order.count) nodes")
        precondition(matrix.rows == from.columns && matrix.columns == from.columns, "states keep their width")
        let result = append(
            .propagate(signal: Int(signal.index), weights: Int(weights.index), messages), rows: from.rows,
            columns: from.columns)
        let start = self[result].start
        values.withUnsafeMutableBufferPointer { values in
            let base = values.baseAddress!
            messages.send(base + from.start, base + matrix.start, into: base + start, count: from.columns)
        }
        return result
    }
}
