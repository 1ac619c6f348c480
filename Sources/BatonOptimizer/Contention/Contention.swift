import BatonCore
import BatonSimulator

/// Tasks of one sort that slow each other down, so much that fewer at once would get more done.
///
/// Each instance is compared with itself (`CompanyRecord`), so it is no matter which of them have more to do; and what other
/// sorts of tasks took says how fast the machine was in a run (`RunPace`).
struct Contention: Sendable {
    let slowDown: SlowDown
    /// Standard deviation of the logarithm of the slow-down, as a share of it.
    let doubt: Double
    /// Standard deviation of the logarithm of one attempt's run time, whatever ran beside it.
    let spread: Double
    /// Numbers at once that were seen often enough to say something of, fewest first.
    let levels: [Int]
    let attemptCount: Int
    let runCount: Int
    /// How many of the sort usually ran while it did, itself included, by instance.
    let usualCounts: [Int: Double]

    private static let leastRuns = 4
    private static let leastLevels = 3
    /// Below it the most and the fewest at once are too much alike.
    private static let leastRange = 2.0
    /// What fewer at once have to get done, over what many get done.
    private static let leastGain = PortableMath.log(1.15)
    /// The same when any one of the runs had not been.
    private static let leastGainWithout = PortableMath.log(1.1)
    /// Standard errors that the gain has to exceed, by how far attempts scatter.
    private static let attemptErrors = 4.0
    /// Likewise by how far runs differ.
    private static let runErrors = 3.0

    /// By family; nil where there is none, or where too little is known to say so.
    static func all(_ subject: Subject, _ families: TaskFamilies) -> [Contention?] {
        let records = families.families.map { CompanyRecord($0.tasks, subject) }
        guard records.contains(where: { $0 != nil }) else { return records.map { _ in nil } }
        let pace = RunPace(subject, families)
        return families.families.indices.map { family in
            records[family].flatMap { Contention($0, family, pace, families.families[family].tasks, subject) }
        }
    }

    private init?(
        _ record: CompanyRecord, _ family: Int, _ pace: RunPace, _ tasks: [Int], _ subject: Subject
    ) {
        guard let record = Self.corrected(record, family, pace) else { return nil }
        let counts = record.levels
        guard let least = counts.first, let most = counts.last, most >= Self.leastRange * least else { return nil }
        levels = counts.map { Int($0.rounded()) }.reduce(into: []) { if $0.last != $1 { $0.append($1) } }
        guard levels.count >= Self.leastLevels else { return nil }
        let fit = SlowDownFit(record.observations, least: least, most: most)
        slowDown = fit.slowDown
        guard let best = Self.best(of: levels, fit.slowDown) else { return nil }
        func gain(_ slowDown: SlowDown) -> Double {
            PortableMath.log(slowDown.throughput(Double(best)) / slowDown.throughput(most))
        }
        let runs = record.runs
        spread = fit.spread
        let chance = spread * record.errorOfMedians(split: (Double(best) * most).squareRoot())
        guard runs.count >= Self.leastRuns, gain(fit.slowDown) >= max(Self.leastGain, Self.attemptErrors * chance)
        else {
            return nil
        }
        let without = runs.map { run in
            SlowDownFit(record.observations.filter { $0.run != run }, least: least, most: most).slowDown
        }
        let gains = without.map(gain)
        guard gains.allSatisfy({ $0 >= Self.leastGainWithout }),
            gain(fit.slowDown) >= Self.runErrors * Self.error(gains)
        else { return nil }
        func logarithm(_ slowDown: SlowDown) -> Double { PortableMath.log(slowDown.factor(most)) }
        doubt = Self.error(without.map(logarithm)) / logarithm(fit.slowDown)
        attemptCount = record.observations.count
        runCount = runs.count
        usualCounts = CompanyRecord.usualCounts(tasks, subject)
    }

    /// Run times as they would have been had the machine been as fast in each run.
    ///
    /// - Returns: nil where it may have been the machine, for no other tasks can tell and runs of few at once came all before or
    ///   all after those of many.
    private static func corrected(_ record: CompanyRecord, _ family: Int, _ pace: RunPace) -> CompanyRecord? {
        var corrected = record
        corrected.correct(pace.slowness(of: record.runs, without: family))
        if corrected.runs.count >= leastRuns { return corrected }
        return record.isInterleaved ? record : nil
    }

    /// How many at once get most done; of those that are nearly as good the most, which change least.
    private static func best(of levels: [Int], _ slowDown: SlowDown) -> Int? {
        let most = levels.map { slowDown.throughput(Double($0)) }.max() ?? 0
        return levels.last { slowDown.throughput(Double($0)) >= 0.98 * most }
    }

    /// How many at once get clearly more done than so many do; nil where none do.
    func cap(insteadOf count: Int) -> Int? {
        let fewer = levels.filter { $0 < count }
        guard let best = Self.best(of: fewer, slowDown) else { return nil }
        let gain = slowDown.throughput(Double(best)) / slowDown.throughput(Double(count))
        return PortableMath.log(gain) >= Self.leastGain ? best : nil
    }

    /// Standard error of a figure, from what it is without each of the runs: what differs from run to run.
    ///
    /// - Source: the jackknife, Tukey 1958.
    private static func error(_ values: [Double]) -> Double {
        let deviation = Sample.standardDeviation(values)
        return deviation * Double(values.count - 1) / Double(values.count).squareRoot()
    }
}
