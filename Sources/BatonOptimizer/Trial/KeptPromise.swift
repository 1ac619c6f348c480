import BatonSimulator

/// What a run of a workflow took.
public struct RunCost: Hashable, Sendable {
    /// From its start to its end.
    public var seconds: Double
    /// Granted memory over time.
    public var allocatedGBHours: Double

    public init(seconds: Double, allocatedGBHours: Double) {
        self.seconds = seconds
        self.allocatedGBHours = allocatedGBHours
    }
}

/// What a rewrite promised beside what came of it, by runs before and after it that did the same work.
///
/// A promise is broken where the mean of the runs after it lies on the bad side of the promised interval by more than chance
/// explains, and the workflow did not become better. What became less, if by less than was promised, is kept in part.
public struct KeptPromise: Hashable, Sendable {
    /// Runs after the rewrite from which on a promise can be broken.
    public static let leastRuns = 3
    /// Of each side that are compared.
    public static let mostRuns = 5

    public let time: Measure
    public let memoryHours: Measure
    public let runsBefore: Int
    public let runsAfter: Int
    public let verdict: Verdict

    public enum Verdict: String, Hashable, Sendable {
        /// Too few runs.
        case open
        /// A run was as promised; too few to say more.
        case keptSoFar = "kept_so_far"
        case kept
        /// Less became less than was promised, but for sure.
        case keptInPart = "kept_in_part"
        /// Neither as promised nor surely worse: the runs differ too much.
        case undecided
        case broken
    }

    /// One of the figures that were promised to become less.
    public struct Measure: Hashable, Sendable {
        public let promised: Gain
        /// By what share the mean became less; negative where it became more.
        public let came: Double
        /// A smaller share may be chance; infinite while too few runs are known.
        public let noise: Double
        /// Of single runs, in their order.
        private let runs: [Double]

        init(_ promised: Gain, before: [Double], after: [Double]) {
            self.promised = promised
            let mean = Sample.mean(before)
            came = mean > 0 && !after.isEmpty ? 1 - Sample.mean(after) / mean : 0
            noise = mean > 0 ? Noise.share(before, after) : 0
            runs = after.map { mean > 0 ? 1 - $0 / mean : 0 }
        }

        /// At least as much less as was promised in the worst case, but for what clocks explain.
        var isReached: Bool { isReached(came) }

        func isReached(byRun run: Int) -> Bool { isReached(runs[run]) }

        private func isReached(_ came: Double) -> Bool { came + Noise.least >= promised.interval.low }

        var isBroken: Bool {
            guard came + noise < promised.interval.low else { return false }
            return promised.isSure ? came <= noise : came < -noise
        }

        /// What was promised to become less for sure did so, if by less than was promised.
        var isReachedInPart: Bool { promised.isSure && came > noise }

        /// Nothing was promised for sure, and by chance it may be as it was.
        var isHarmless: Bool { !promised.isSure && came >= -noise }
    }

    /// - Parameters:
    ///   - before: of runs that did the same work, in any order; the verdict stays open without any.
    ///   - after: likewise.
    public init(completionTime: Gain, memoryHours: Gain, before: [RunCost], after: [RunCost]) {
        let (before, after) = (before.prefix(Self.mostRuns), after.prefix(Self.mostRuns))
        time = Measure(completionTime, before: before.map(\.seconds), after: after.map(\.seconds))
        self.memoryHours = Measure(
            memoryHours, before: before.map(\.allocatedGBHours), after: after.map(\.allocatedGBHours))
        runsBefore = before.count
        runsAfter = after.count
        verdict = Self.verdict([time, self.memoryHours], runsBefore, runsAfter)
    }

    private static func verdict(_ measures: [Measure], _ before: Int, _ after: Int) -> Verdict {
        guard before > 0, after > 0 else { return .open }
        if after < leastRuns {
            let sure = measures.filter(\.promised.isSure)
            let isReached = (0..<after).contains { run in sure.allSatisfy { $0.isReached(byRun: run) } }
            return !sure.isEmpty && isReached ? .keptSoFar : .open
        }
        if measures.contains(where: \.isBroken) { return .broken }
        if measures.allSatisfy({ $0.isReached || $0.isHarmless }) { return .kept }
        return measures.allSatisfy { $0.isReached || $0.isReachedInPart || $0.isHarmless } ? .keptInPart : .undecided
    }
}

/// How far means of few runs may differ by chance.
private enum Noise {
    /// Clocks, caches and other programs move even equal runs by that much.
    static let least = 0.02

    /// One-sided, at 95 %: the quantiles of Student's distribution by degrees of freedom, from 1 on.
    private static let quantiles = [6.314, 2.920, 2.353, 2.132, 2.015, 1.943, 1.895, 1.860]

    /// As a share of the mean before, which is positive.
    static func share(_ before: [Double], _ after: [Double]) -> Double {
        guard !before.isEmpty, !after.isEmpty else { return .infinity }
        let freedom = before.count + after.count - 2
        guard freedom > 0 else { return .infinity }
        let squares = [before, after].reduce(0) { sum, values in
            let deviation = Sample.standardDeviation(values)
            return sum + deviation * deviation * Double(values.count - 1)
        }
        let spread = (squares / Double(freedom)).squareRoot()
        let error = spread * (1 / Double(before.count) + 1 / Double(after.count)).squareRoot()
        return max(least, quantiles[min(freedom, quantiles.count) - 1] * error / Sample.mean(before))
    }
}
