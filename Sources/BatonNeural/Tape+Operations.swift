// What can be computed on a tape. Shapes that do not go together are mistakes in a network, not in its input: they trap.

extension Tape {
    /// `[n x k] · [k x m]` gives `[n x m]`.
    public mutating func product(_ left: Tensor, _ right: Tensor) -> Tensor {
        let (a, b) = (self[left], self[right])
        precondition(a.columns == b.rows, "\(a.rows) x \(a.columns) times \(b.rows) x \(b.columns)")
        let result = append(.product(Int(left.index), Int(right.index)), rows: a.rows, columns: b.columns)
        let start = self[result].start
        values.withUnsafeMutableBufferPointer { values in
            Kernel.multiply(
                values.baseAddress! + a.start, values.baseAddress! + b.start, into: values.baseAddress! + start,
                rows: a.rows, inner: a.columns, columns: b.columns)
        }
        return result
    }

    /// The right side may have one row, one column or one number, which then count for all.
    public mutating func add(_ left: Tensor, _ right: Tensor) -> Tensor { binary(.add, left, right) }

    /// The right side may have one row, one column or one number, which then count for all.
    public mutating func subtract(_ left: Tensor, _ right: Tensor) -> Tensor { binary(.subtract, left, right) }

    /// Element by element; the right side may have one row, one column or one number, which then count for all.
    public mutating func multiply(_ left: Tensor, _ right: Tensor) -> Tensor { binary(.multiply, left, right) }

    public mutating func scale(_ tensor: Tensor, by factor: Double) -> Tensor {
        let node = self[tensor]
        let result = append(.scale(Int(tensor.index), factor), rows: node.rows, columns: node.columns)
        fill(result) { values, index in values[node.start + index] * factor }
        return result
    }

    public mutating func square(_ tensor: Tensor) -> Tensor { multiply(tensor, tensor) }

    public mutating func tanh(_ tensor: Tensor) -> Tensor { map(.tanh, tensor) { Elementary.tanh($0) } }
    public mutating func sigmoid(_ tensor: Tensor) -> Tensor { map(.sigmoid, tensor) { Elementary.sigmoid($0) } }
    public mutating func relu(_ tensor: Tensor) -> Tensor { map(.relu, tensor) { max($0, 0) } }
    public mutating func exp(_ tensor: Tensor) -> Tensor { map(.exp, tensor) { Elementary.exp($0) } }
    /// Of positive numbers.
    public mutating func log(_ tensor: Tensor) -> Tensor { map(.log, tensor) { Elementary.log($0) } }
    public mutating func softplus(_ tensor: Tensor) -> Tensor { map(.softplus, tensor) { Elementary.softplus($0) } }

    /// Side by side; all have as many rows.
    public mutating func concatenate(_ tensors: [Tensor]) -> Tensor {
        let parts = tensors.map { self[$0] }
        let rows = parts[0].rows
        precondition(parts.allSatisfy { $0.rows == rows }, "side by side with unlike numbers of rows")
        let columns = parts.reduce(0) { $0 + $1.columns }
        let result = append(.concatenate(tensors), rows: rows, columns: columns)
        var start = self[result].start
        for part in parts {
            for row in 0..<rows {
                for column in 0..<part.columns {
                    values[start + row * columns + column] = values[part.start + row * part.columns + column]
                }
            }
            start += part.columns
        }
        return result
    }

    public mutating func slice(_ tensor: Tensor, columns: Range<Int>) -> Tensor {
        let node = self[tensor]
        let first = columns.lowerBound
        precondition(first >= 0 && columns.upperBound <= node.columns, "columns \(columns) of \(node.columns)")
        let result = append(.slice(Int(tensor.index), from: first), rows: node.rows, columns: columns.count)
        fill(result) { values, index in
            let (row, column) = index.quotientAndRemainder(dividingBy: columns.count)
            return values[node.start + row * node.columns + first + column]
        }
        return result
    }

    /// The rows with these numbers, in this order, each as often as it is named.
    public mutating func gather(_ tensor: Tensor, rows: [Int32]) -> Tensor {
        let node = self[tensor]
        precondition(rows.allSatisfy { (0..<node.rows).contains(Int($0)) }, "a row beyond \(node.rows)")
        let result = append(.gather(Int(tensor.index), rows), rows: rows.count, columns: node.columns)
        fill(result) { values, index in
            let (row, column) = index.quotientAndRemainder(dividingBy: node.columns)
            return values[node.start + Int(rows[row]) * node.columns + column]
        }
        return result
    }

    /// The sum of the rows of each segment: what messages to the nodes of a graph amount to.
    ///
    /// - Parameters:
    ///   - segments: the segment of each row.
    ///   - count: how many segments, those without a row being 0.
    public mutating func segmentSum(_ tensor: Tensor, segments: [Int32], count: Int) -> Tensor {
        let node = self[tensor]
        precondition(segments.count == node.rows, "\(segments.count) segments for \(node.rows) rows")
        precondition(segments.allSatisfy { (0..<count).contains(Int($0)) }, "a segment beyond \(count)")
        let result = append(.scatter(Int(tensor.index), segments), rows: count, columns: node.columns)
        let start = self[result].start
        values.withUnsafeMutableBufferPointer { values in
            for (row, segment) in segments.enumerated() {
                let (from, to) = (node.start + row * node.columns, start + Int(segment) * node.columns)
                for column in 0..<node.columns { values[to + column] += values[from + column] }
            }
        }
        return result
    }

    /// Logarithms of the shares that the rows have in the exponentials of their segment, column by column.
    public mutating func logSoftmax(_ tensor: Tensor, segments: [Int32], count: Int) -> Tensor {
        let node = self[tensor]
        precondition(segments.count == node.rows, "\(segments.count) segments for \(node.rows) rows")
        precondition(segments.allSatisfy { (0..<count).contains(Int($0)) }, "a segment beyond \(count)")
        let operation = Operation.logSoftmax(Int(tensor.index), segments: segments, count: count)
        let result = append(operation, rows: node.rows, columns: node.columns)
        let start = self[result].start
        var (largest, sums) = ([Double](repeating: 0, count: count), [Double](repeating: 0, count: count))
        for column in 0..<node.columns {
            for segment in 0..<count { (largest[segment], sums[segment]) = (-.infinity, 0) }
            for (row, segment) in segments.enumerated() {
                largest[Int(segment)] = max(largest[Int(segment)], values[node.start + row * node.columns + column])
            }
            for (row, segment) in segments.enumerated() {
                let value = values[node.start + row * node.columns + column]
                sums[Int(segment)] += Elementary.exp(value - largest[Int(segment)])
            }
            for (row, segment) in segments.enumerated() {
                let place = row * node.columns + column
                values[start + place] =
                    values[node.start + place] - largest[Int(segment)] - Elementary.log(sums[Int(segment)])
            }
        }
        return result
    }

    /// Of all numbers: 1 x 1.
    public mutating func sum(_ tensor: Tensor) -> Tensor {
        let node = self[tensor]
        let result = append(.sum(Int(tensor.index)), rows: 1, columns: 1)
        var sum = 0.0
        for index in node.range { sum += values[index] }
        values[self[result].start] = sum
        return result
    }

    /// Of all numbers: 1 x 1.
    public mutating func mean(_ tensor: Tensor) -> Tensor {
        scale(sum(tensor), by: 1 / Double(max(1, self[tensor].count)))
    }

    private mutating func binary(_ operation: Binary, _ left: Tensor, _ right: Tensor) -> Tensor {
        let (a, b) = (self[left], self[right])
        precondition(
            (b.rows == a.rows || b.rows == 1) && (b.columns == a.columns || b.columns == 1),
            "\(a.rows) x \(a.columns) with \(b.rows) x \(b.columns)")
        let result = append(.binary(operation, Int(left.index), Int(right.index)), rows: a.rows, columns: a.columns)
        let start = self[result].start
        let (rowStep, columnStep) = b.steps
        values.withUnsafeMutableBufferPointer { values in
            for row in 0..<a.rows {
                let (from, other) = (a.start + row * a.columns, b.start + row * rowStep)
                let to = start + row * a.columns
                switch operation {
                case .add:
                    for column in 0..<a.columns {
                        values[to + column] = values[from + column] + values[other + column * columnStep]
                    }
                case .subtract:
                    for column in 0..<a.columns {
                        values[to + column] = values[from + column] - values[other + column * columnStep]
                    }
                case .multiply:
                    for column in 0..<a.columns {
                        values[to + column] = values[from + column] * values[other + column * columnStep]
                    }
                }
            }
        }
        return result
    }

    @inline(__always)
    private mutating func map(_ function: Function, _ tensor: Tensor, _ apply: (Double) -> Double) -> Tensor {
        let node = self[tensor]
        let result = append(.map(function, Int(tensor.index)), rows: node.rows, columns: node.columns)
        fill(result) { values, index in apply(values[node.start + index]) }
        return result
    }

    @inline(__always)
    private mutating func fill(_ result: Tensor, _ value: (UnsafeMutableBufferPointer<Double>, Int) -> Double) {
        let node = self[result]
        values.withUnsafeMutableBufferPointer { values in
            for index in 0..<node.count { values[node.start + index] = value(values, index) }
        }
    }
}

extension Tape.Node {
    /// From one row, and from one column, to the next where one of them may count for all.
    var steps: (row: Int, column: Int) { (rows == 1 ? 0 : columns, columns == 1 ? 0 : 1) }
}
