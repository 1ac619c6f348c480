/// A way to ask for memory that others published or that is usual, to compare with.
///
/// Each learns online, from the peaks of attempts of the same signature; for the first, each asks for what was declared, else for
/// the most seen of any signature.
public enum SizingBaseline: String, Hashable, Sendable, CaseIterable {
    /// What the user declared.
    case preset
    /// The largest peak so far.
    case maxSeen = "max_seen"
    case lastValue = "last_value"
    case mean
    /// The 95th percentile of the peaks.
    ///
    /// - Source: Witt, van Santen, Leser 2019, "Feedback-based resource allocation for batch scheduling of
    ///   scientific workflows", HPCS.
    case wittPercentile95 = "witt_percentile_95"
    /// A line over the size of the input, and one standard deviation of its errors above it.
    ///
    /// - Source: as `wittPercentile95`.
    case wittLinear = "witt_linear"
    /// The peak so far that would have wasted least as a first request, had each kill been followed by one for the
    /// largest.
    ///
    /// - Source: Tovar and others 2017, doi:10.1109/TPDS.2017.2762310.
    case tovar

    struct Past: Sendable {
        var input: Double?
        var peak: Double
        var seconds: Double
    }

    /// - Parameter past: attempts of the signature, the oldest first.
    /// - Returns: bytes; nil when the past says nothing.
    func request(_ past: [Past], input: Double?, declared: Double?) -> Double? {
        guard !past.isEmpty || self == .preset else { return nil }
        switch self {
        case .preset: return declared
        case .maxSeen: return past.map(\.peak).max()
        case .lastValue: return past.last?.peak
        case .mean: return past.reduce(0) { $0 + $1.peak } / Double(past.count)
        case .wittPercentile95:
            let sorted = past.map(\.peak).sorted()
            return sorted[min(sorted.count - 1, (sorted.count * 95 + 99) / 100 - 1)]
        case .wittLinear: return Self.line(past, input: input)
        case .tovar: return Self.leastWaste(past)
        }
    }

    /// What follows a kill: Tovar and others go to the largest, the rest double.
    func afterKill(at bytes: Double, _ past: [Past], declared: Double?) -> Double {
        switch self {
        case .tovar:
            max(past.map(\.peak).max() ?? 0, declared ?? 0) > bytes
                ? max(past.map(\.peak).max() ?? 0, declared ?? 0) : 2 * bytes
        case .preset, .maxSeen, .lastValue, .mean, .wittPercentile95, .wittLinear: 2 * bytes
        }
    }

    private static func line(_ past: [Past], input: Double?) -> Double {
        let count = Double(past.count)
        let centreY = past.reduce(0) { $0 + $1.peak } / count
        let known = past.filter { $0.input != nil }
        var (slope, centreX) = (0.0, 0.0)
        if let _ = input, known.count == past.count {
            centreX = known.reduce(0) { $0 + $1.input! } / count
            var (product, square) = (0.0, 0.0)
            for one in known {
                product += (one.input! - centreX) * (one.peak - centreY)
                square += (one.input! - centreX) * (one.input! - centreX)
            }
            if square > 0 { slope = product / square }
        }
        func fitted(_ x: Double?) -> Double { centreY + slope * ((x ?? centreX) - centreX) }
        let error = past.reduce(0.0) { sum, one in
            let error = one.peak - fitted(one.input)
            return sum + error * error
        }
        return max(fitted(input) + (error / count).squareRoot(), past.map(\.peak).min()!)
    }

    private static func leastWaste(_ past: [Past]) -> Double {
        let largest = past.map(\.peak).max()!
        let sorted = past.sorted { $0.peak < $1.peak }
        let totalSeconds = past.reduce(0) { $0 + $1.seconds }
        let totalUse = past.reduce(0) { $0 + $1.seconds * $1.peak }
        var best = (waste: Double.infinity, bytes: largest)
        var seconds = 0.0
        for one in sorted {
            seconds += one.seconds
            // Granted to all, and the largest again to those that need more.
            let waste = one.peak * totalSeconds + largest * (totalSeconds - seconds) - totalUse
            if waste < best.waste { best = (waste, one.peak) }
        }
        return best.bytes
    }
}
