extension Tape {
    /// Walks back from the result; each node hands its derivative on to what it was made of.
    mutating func differentiate(_ result: Tensor) {
        precondition(self[result].count == 1, "a derivative is of one number")
        derivatives.removeAll(keepingCapacity: true)
        derivatives.append(contentsOf: repeatElement(0, count: values.count))
        derivatives[self[result].start] = 1
        let nodes = self.nodes
        values.withUnsafeBufferPointer { values in
            derivatives.withUnsafeMutableBufferPointer { derivatives in
                for index in stride(from: Int(result.index), through: 0, by: -1) {
                    Reverse(nodes: nodes, values: values, derivatives: derivatives).step(nodes[index])
                }
            }
        }
    }
}

/// One step back.
private struct Reverse {
    let nodes: [Tape.Node]
    let values: UnsafeBufferPointer<Double>
    let derivatives: UnsafeMutableBufferPointer<Double>

    func step(_ node: Tape.Node) {
        switch node.operation {
        case .leaf: break
        case .product(let left, let right): product(node, nodes[left], nodes[right])
        case .binary(let operation, let left, let right): binary(operation, node, nodes[left], nodes[right])
        case .scale(let source, let factor):
            let from = nodes[source].start
            for index in 0..<node.count { derivatives[from + index] += derivatives[node.start + index] * factor }
        case .map(let function, let source): map(function, node, nodes[source])
        case .concatenate(let tensors): concatenate(node, tensors)
        case .slice(let source, let first): slice(node, nodes[source], first)
        case .gather(let source, let rows):
            for (row, place) in rows.enumerated() { addRow(from: node, row, to: nodes[source], Int(place)) }
        case .scatter(let source, let segments):
            for (row, segment) in segments.enumerated() { addRow(from: node, Int(segment), to: nodes[source], row) }
        case .logSoftmax(let source, let segments, let count): logSoftmax(node, nodes[source], segments, count)
        case .sum(let source):
            for index in nodes[source].range { derivatives[index] += derivatives[node.start] }
        case .propagate(let signal, let weights, let messages):
            messages.sendBack(from: node, to: nodes[signal], through: nodes[weights], values, derivatives)
        }
    }

    private func product(_ node: Tape.Node, _ left: Tape.Node, _ right: Tape.Node) {
        let (numbers, slopes) = (values.baseAddress!, derivatives.baseAddress!)
        Kernel.multiplyTransposed(
            slopes + node.start, numbers + right.start, into: slopes + left.start,
            rows: node.rows, inner: node.columns, columns: left.columns)
        Kernel.transposedMultiply(
            numbers + left.start, slopes + node.start, into: slopes + right.start,
            rows: left.columns, inner: node.rows, columns: node.columns)
    }

    private func binary(_ operation: Tape.Binary, _ node: Tape.Node, _ left: Tape.Node, _ right: Tape.Node) {
        let (rowStep, columnStep) = right.steps
        for row in 0..<node.rows {
            for column in 0..<node.columns {
                let place = row * node.columns + column
                let other = right.start + row * rowStep + column * columnStep
                let slope = derivatives[node.start + place]
                switch operation {
                case .add:
                    derivatives[left.start + place] += slope
                    derivatives[other] += slope
                case .subtract:
                    derivatives[left.start + place] += slope
                    derivatives[other] -= slope
                case .multiply:
                    derivatives[left.start + place] += slope * values[other]
                    derivatives[other] += slope * values[left.start + place]
                }
            }
        }
    }

    private func map(_ function: Tape.Function, _ node: Tape.Node, _ source: Tape.Node) {
        for index in 0..<node.count {
            let (x, y) = (values[source.start + index], values[node.start + index])
            let slope =
                switch function {
                case .tanh: 1 - y * y
                case .sigmoid: y * (1 - y)
                case .relu: x > 0 ? 1.0 : 0
                case .exp: y
                case .log: 1 / x
                case .softplus: Elementary.sigmoid(x)
                }
            derivatives[source.start + index] += derivatives[node.start + index] * slope
        }
    }

    private func concatenate(_ node: Tape.Node, _ tensors: [Tensor]) {
        var first = 0
        for tensor in tensors {
            let part = nodes[Int(tensor.index)]
            for row in 0..<part.rows {
                for column in 0..<part.columns {
                    derivatives[part.start + row * part.columns + column] +=
                        derivatives[node.start + row * node.columns + first + column]
                }
            }
            first += part.columns
        }
    }

    private func slice(_ node: Tape.Node, _ source: Tape.Node, _ first: Int) {
        for row in 0..<node.rows {
            for column in 0..<node.columns {
                derivatives[source.start + row * source.columns + first + column] +=
                    derivatives[node.start + row * node.columns + column]
            }
        }
    }

    private func addRow(from node: Tape.Node, _ row: Int, to source: Tape.Node, _ place: Int) {
        for column in 0..<node.columns {
            derivatives[source.start + place * node.columns + column] +=
                derivatives[node.start + row * node.columns + column]
        }
    }

    /// A row's own derivative, less its share of its segment's.
    private func logSoftmax(_ node: Tape.Node, _ source: Tape.Node, _ segments: [Int32], _ count: Int) {
        var sums = [Double](repeating: 0, count: count)
        for column in 0..<node.columns {
            for segment in 0..<count { sums[segment] = 0 }
            for (row, segment) in segments.enumerated() {
                sums[Int(segment)] += derivatives[node.start + row * node.columns + column]
            }
            for (row, segment) in segments.enumerated() {
                let place = row * node.columns + column
                let share = Elementary.exp(values[node.start + place])
                derivatives[source.start + place] += derivatives[node.start + place] - share * sums[Int(segment)]
            }
        }
    }
}
