/// Level, damped trend and season of a series, each smoothed exponentially.
///
/// - Source: Winters 1960, doi:10.1287/mnsc.6.3.324, additive; the damping of Gardner and McKenzie 1985,
///   doi:10.1287/mnsc.31.10.1237.
struct HoltWinters {
    private struct Rates {
        var level: Double
        var trend: Double
        var season: Double
    }

    private static let damping = 0.9
    private let rates: Rates
    private let period: Int?
    private var level: Double
    private var trend = 0.0
    private var season: [Double] = []
    private var place = 0
    /// Of what was said of each value before it was seen.
    private var absoluteError = 0.0

    /// The rates whose forecasts of one step were best in the past.
    static func fitted(to values: ArraySlice<Double>, period: Int?) -> HoltWinters {
        var best: HoltWinters?
        for level in [0.05, 0.15, 0.4] {
            for trend in [0.0, 0.05] {
                for season in period == nil ? [0.0] : [0.05, 0.2, 0.5] {
                    let model = HoltWinters(Rates(level: level, trend: trend, season: season), values, period)
                    if model.absoluteError < best?.absoluteError ?? .infinity { best = model }
                }
            }
        }
        return best ?? HoltWinters(Rates(level: 0.15, trend: 0, season: 0.2), values, period)
    }

    private init(_ rates: Rates, _ values: ArraySlice<Double>, _ period: Int?) {
        self.rates = rates
        self.period = period
        guard let period else {
            level = values[values.startIndex]
            for value in values { see(value) }
            return
        }
        // The first season begins it.
        let first = values.prefix(period)
        let mean = first.reduce(0, +) / Double(period)
        level = mean
        season = first.map { $0 - mean }
        for value in values.dropFirst(period) { see(value) }
    }

    private mutating func see(_ value: Double) {
        let expected = level + Self.damping * trend
        let seasonal = period == nil ? 0 : season[place]
        absoluteError += abs(value - expected - seasonal)
        let before = level
        level = expected + rates.level * (value - seasonal - expected)
        trend = Self.damping * trend + rates.trend * (level - before - Self.damping * trend)
        guard let period else { return }
        season[place] = seasonal + rates.season * (value - level - seasonal)
        place = (place + 1) % period
    }

    func forecast(_ horizon: Int) -> [Double] {
        var (sum, factor) = (0.0, 1.0)
        return (0..<horizon).map { step in
            factor *= Self.damping
            sum += factor * trend
            let seasonal = period.map { season[(place + step) % $0] } ?? 0
            return max(0, level + sum + seasonal)
        }
    }
}
