public import BatonCore

/// How a series goes on, as the member says that did best in a back-test, with what its errors there tell of the doubt.
public struct LoadForecast: Sendable {
    public let series: LoadSeries
    /// Buckets of the season that was found; nil when the past is too short for one.
    public let period: Int?
    /// The best first; members that had nothing to say are left out.
    public let scores: [Score]
    /// In each bucket of the horizon.
    public let p50: [Double]
    public let p90: [Double]
    /// Share of values at or below the 90 % quantile in the back-test, each quantile from errors that were known then; nil
    /// when there were none.
    public let coverageP90: Double?
    private let point: [Double]
    /// Of the member chosen: one path of errors for each origin, in square roots.
    private let errors: [[Double]]

    /// How a member did.
    public struct Score: Hashable, Sendable {
        public var member: LoadMember
        /// Over all origins and all steps of the horizon.
        public var meanAbsoluteError: Double
        /// That, over the mean of what was to be forecast; nil when that was zero.
        public var relativeError: Double?
    }

    /// A past that is too short to say anything of a future.
    public struct TooShort: Error, Hashable, Sendable {
        public var buckets: Int
        public var needed: Int
    }

    public var member: LoadMember { scores[0].member }
    public var horizon: Int { point.count }
    /// When a bucket of the horizon begins, in the series' seconds.
    public func start(of step: Int) -> Double {
        series.start + Double(series.values.count + step) * series.bucketSeconds
    }

    /// - Parameters:
    ///   - horizon: buckets to forecast, at least one.
    ///   - seasons: seconds that may be one; the one counts whose values repeated themselves best.
    ///   - members: to choose among.
    /// - Throws: when fewer buckets have passed than three horizons or 24.
    public init(
        _ series: LoadSeries, horizon: Int, seasons: [Double] = [86_400, 7 * 86_400],
        members: [LoadMember] = LoadMember.allCases
    ) throws(TooShort) {
        let needed = max(24, 3 * horizon)
        guard series.values.count >= needed else {
            throw TooShort(buckets: series.values.count, needed: needed)
        }
        self.series = series
        let first = max(series.values.count / 2, needed - 2 * horizon)
        period = Self.period(of: series, among: seasons, before: first)
        var test = LoadBacktest(series.values, period: period, horizon: horizon, first: first, members: members)
        test.run()
        scores = test.scores
        let errors = test.errors(of: test.scores[0].member)
        self.errors = errors
        coverageP90 = LoadQuantiles.coverage(of: test.paths(of: test.scores[0].member), horizon: horizon)
        let point = test.forecast(by: test.scores[0].member)
        self.point = point
        p50 = point.indices.map { LoadQuantiles.quantile(0.5, of: errors, at: $0, around: point[$0]) }
        // Where the middle of few errors lies above their end, both are the same.
        p90 = point.indices.map { LoadQuantiles.quantile(0.9, of: errors, at: $0, around: point[$0]) }
    }

    /// A future that could be: the forecast with the errors that one origin of the back-test met, which go together over
    /// time as real ones do.
    public func sample(using generator: inout SeededGenerator) -> [Double] {
        let path = errors[Int(generator.unit() * Double(errors.count))]
        return zip(point, path).map { value, error in
            let root = max(0, value.squareRoot() + error)
            return root * root
        }
    }

    /// The season of which two have passed before the back-test begins, and whose values repeated themselves best.
    private static func period(of series: LoadSeries, among seasons: [Double], before first: Int) -> Int? {
        let periods = seasons.compactMap { series.period(of: $0) }.filter { 2 * $0 <= first }
        guard let longest = periods.max() else { return nil }
        func error(_ period: Int) -> Double {
            (longest..<first).reduce(0) { $0 + abs(series.values[$1] - series.values[$1 - period]) }
        }
        return periods.min { (error($0), $0) < (error($1), $1) }
    }
}

/// Quantiles from the errors that forecasts met, as square roots.
enum LoadQuantiles {
    /// - Parameter step: errors of this step and of two on either side count alike.
    static func quantile(_ level: Double, of errors: [[Double]], at step: Int, around value: Double) -> Double {
        var near: [Double] = []
        for path in errors {
            near += path[max(0, step - 2)...min(path.count - 1, step + 2)]
        }
        near.sort()
        let error = near[min(near.count - 1, Int(level * Double(near.count)))]
        let root = max(0, value.squareRoot() + error)
        return root * root
    }

    /// - Parameter paths: forecasts and what came, by origin, in order of time.
    static func coverage(of paths: [LoadBacktest.Path], horizon: Int) -> Double? {
        var (covered, count) = (0, 0)
        for path in paths {
            let known = paths.filter { $0.origin + horizon <= path.origin }
            // A 90 % quantile of fewer than eight paths is their largest.
            guard known.count >= 8 else { continue }
            let errors = known.map(\.errors)
            for step in path.forecast.indices {
                let limit = quantile(0.9, of: errors, at: step, around: path.forecast[step])
                count += 1
                if path.actual[step] <= limit * (1 + 1e-9) { covered += 1 }
            }
        }
        return count == 0 ? nil : Double(covered) / Double(count)
    }
}
