/// A value on a tape, or a parameter of a set: a matrix known by its place.
///
/// A tape begins with the parameters of its set, so a parameter's tensor means the same on each tape made of that set.
public struct Tensor: Hashable, Sendable {
    let index: Int32

    init(_ index: Int) {
        self.index = Int32(index)
    }
}

/// Numbers in rows and columns, row by row.
public struct Matrix: Hashable, Sendable {
    public var rows: Int
    public var columns: Int
    public var values: [Double]

    /// - Parameter values: `[rows x columns]`, row by row.
    public init(rows: Int, columns: Int, _ values: [Double]) {
        precondition(values.count == rows * columns, "\(values.count) numbers for a matrix of \(rows) x \(columns)")
        self.rows = rows
        self.columns = columns
        self.values = values
    }

    public subscript(row: Int, column: Int) -> Double {
        get { values[row * columns + column] }
        set { values[row * columns + column] = newValue }
    }
}
