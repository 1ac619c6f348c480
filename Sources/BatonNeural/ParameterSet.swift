/// The weights of a network, by name, in one array.
public struct ParameterSet: Hashable, Sendable {
    struct Entry: Hashable, Sendable {
        var name: String
        var start: Int
        var rows: Int
        var columns: Int
    }

    var entries: [Entry] = []
    /// All weights, in the order in which they were added.
    public var values: [Double] = []

    public init() {}

    /// Uniform within ±√(6 / (rows + columns)), which keeps the variance of signals and of derivatives alike.
    ///
    /// - Source: Glorot and Bengio 2010, Understanding the difficulty of training deep feedforward neural networks.
    public mutating func addWeights(
        _ name: String, rows: Int, columns: Int, using generator: inout some RandomNumberGenerator
    ) -> Tensor {
        let limit = (6 / Double(rows + columns)).squareRoot()
        return add(
            name, rows: rows, columns: columns,
            (0..<rows * columns).map { _ in
                limit * (2 * Double(generator.next() >> 11) * 0x1p-53 - 1)
            })
    }

    /// One row of equal numbers.
    public mutating func addBias(_ name: String, columns: Int, value: Double = 0) -> Tensor {
        add(name, rows: 1, columns: columns, Array(repeating: value, count: columns))
    }

    mutating func add(_ name: String, rows: Int, columns: Int, _ numbers: [Double]) -> Tensor {
        precondition(!entries.contains { $0.name == name }, "two parameters named '\(name)'")
        entries.append(Entry(name: name, start: values.count, rows: rows, columns: columns))
        values.append(contentsOf: numbers)
        return Tensor(entries.count - 1)
    }

    public var names: [String] { entries.map(\.name) }

    /// - Returns: nil when there is no such parameter.
    public func tensor(named name: String) -> Tensor? {
        entries.firstIndex { $0.name == name }.map { Tensor($0) }
    }

    public subscript(tensor: Tensor) -> Matrix {
        get {
            let entry = entries[Int(tensor.index)]
            return Matrix(rows: entry.rows, columns: entry.columns, Array(values[range(of: entry)]))
        }
        set {
            let entry = entries[Int(tensor.index)]
            precondition(newValue.rows == entry.rows && newValue.columns == entry.columns, "weights of another shape")
            values.replaceSubrange(range(of: entry), with: newValue.values)
        }
    }

    private func range(of entry: Entry) -> Range<Int> { entry.start..<entry.start + entry.rows * entry.columns }
}
