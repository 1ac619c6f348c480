/// The three products of matrices; each adds to what is there. The innermost loops run along rows, so that the compiler
/// makes vector instructions of them without changing the order of any sum.
enum Kernel {
    /// `[rows x inner] · [inner x columns]`
    static func multiply(
        _ left: UnsafePointer<Double>, _ right: UnsafePointer<Double>, into result: UnsafeMutablePointer<Double>,
        rows: Int, inner: Int, columns: Int
    ) {
        for row in 0..<rows {
            let sums = result + row * columns
            for index in 0..<inner {
                add(left[row * inner + index], right + index * columns, into: sums, count: columns)
            }
        }
    }

    /// `[rows x inner] · [columns x inner]ᵀ`
    static func multiplyTransposed(
        _ left: UnsafePointer<Double>, _ right: UnsafePointer<Double>, into result: UnsafeMutablePointer<Double>,
        rows: Int, inner: Int, columns: Int
    ) {
        for row in 0..<rows {
            for column in 0..<columns {
                let (a, b) = (left + row * inner, right + column * inner)
                var sum = 0.0
                for index in 0..<inner { sum += a[index] * b[index] }
                result[row * columns + column] += sum
            }
        }
    }

    /// `[inner x rows]ᵀ · [inner x columns]`
    static func transposedMultiply(
        _ left: UnsafePointer<Double>, _ right: UnsafePointer<Double>, into result: UnsafeMutablePointer<Double>,
        rows: Int, inner: Int, columns: Int
    ) {
        for index in 0..<inner {
            for row in 0..<rows {
                add(left[index * rows + row], right + index * columns, into: result + row * columns, count: columns)
            }
        }
    }

    @inline(__always)
    private static func add(
        _ factor: Double, _ row: UnsafePointer<Double>, into sums: UnsafeMutablePointer<Double>, count: Int
    ) {
        // Zeros are frequent behind a relu and in one-hot features.
        guard factor != 0 else { return }
        for column in 0..<count { sums[column] += factor * row[column] }
    }
}
