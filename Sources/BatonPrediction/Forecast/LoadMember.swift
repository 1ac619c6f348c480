/// One way to go on with a series; a back-test chooses among them.
public enum LoadMember: String, Hashable, Sendable, CaseIterable {
    case seasonalNaive = "seasonal-naive"
    case movingAverage = "moving-average"
    case holtWinters = "holt-winters"
    case lstm

    /// - Parameters:
    ///   - values: the past, `[n]`, at least one.
    ///   - period: buckets of a season; nil where none is known or fewer than two have passed.
    ///   - network: learned from the past alone.
    /// - Returns: `[horizon]`, none negative; nil when the member has nothing to say.
    func forecast(_ values: ArraySlice<Double>, period: Int?, horizon: Int, network: LoadNetwork?) -> [Double]? {
        switch self {
        case .seasonalNaive:
            guard let period else { return nil }
            return (0..<horizon).map { values[values.endIndex - period + $0 % period] }
        case .movingAverage:
            let recent = values.suffix(Self.window)
            return Array(repeating: recent.reduce(0, +) / Double(recent.count), count: horizon)
        case .holtWinters: return HoltWinters.fitted(to: values, period: period).forecast(horizon)
        case .lstm: return network?.forecast(values, horizon: horizon)
        }
    }

    private static let window = 12
}
