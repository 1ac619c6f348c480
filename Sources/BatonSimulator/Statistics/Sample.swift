/// What a list of numbers has in common.
public enum Sample {
    /// Zero of nothing.
    public static func mean(_ values: [Double]) -> Double {
        values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count)
    }

    /// With n - 1 in the denominator; zero of fewer than two.
    public static func standardDeviation(_ values: [Double]) -> Double {
        guard values.count > 1 else { return 0 }
        let mean = mean(values)
        let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        return (squares / Double(values.count - 1)).squareRoot()
    }

    /// The value below which a share of the sample lies, interpolated between neighbours; zero of nothing.
    ///
    /// The median of 1, 2, 4, 8 is 3.
    ///
    /// - Parameters:
    ///   - sorted: ascending.
    ///   - share: 0 to 1.
    /// - Source: definition 7 of Hyndman and Fan 1996, doi:10.1080/00031305.1996.10473566.
    public static func quantile(_ sorted: [Double], _ share: Double) -> Double {
        guard let last = sorted.last else { return 0 }
        let position = share * Double(sorted.count - 1)
        let below = Int(position)
        guard below + 1 < sorted.count else { return last }
        let weight = position - Double(below)
        return sorted[below] * (1 - weight) + sorted[below + 1] * weight
    }
}

/// Two ends between which a figure lies with the stated confidence.
public struct Interval: Hashable, Sendable {
    public var low: Double
    public var high: Double

    public init(_ low: Double, _ high: Double) {
        self.low = low
        self.high = high
    }

    public func contains(_ value: Double) -> Bool { low <= value && value <= high }
}
