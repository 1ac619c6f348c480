import BatonCore
import BatonSimulator

/// How slow the machine was in each of the earlier runs, by what tasks took beside what the same instances usually take.
///
/// A few tasks differ by chance as well: what they say is believed as far as runs differ by more than that.
/// - Source: empirical Bayes, Efron and Morris 1973, doi:10.1080/01621459.1973.10481350.
struct RunPace {
    /// By run: logarithms of those ratios with the family of each.
    private var ratios: [Int: [(logarithm: Double, family: Int)]] = [:]

    /// Fewer tasks are no witnesses.
    private static let leastWitnesses = 3

    init(_ subject: Subject, _ families: TaskFamilies) {
        for index in subject.knowledge.indices where subject.isCommand(index) {
            let durations = subject.knowledge[index].durations
            guard durations.count > 1 else { continue }
            let logarithms = durations.map { PortableMath.log(Double(max($0.nanoseconds, 1))) }
            let usual = Sample.quantile(logarithms.sorted(), 0.5)
            let family = families.family[subject.taskIndex(of: index)]
            for (past, logarithm) in zip(durations, logarithms) {
                ratios[past.run, default: []].append((logarithm - usual, family))
            }
        }
    }

    /// Logarithms of how many times as long as usual other sorts of tasks took because of the machine, by run.
    ///
    /// - Returns: nothing of runs of which too few can tell.
    func slowness(of runs: [Int], without family: Int) -> [Int: Double] {
        var medians: [(run: Int, logarithm: Double, count: Int)] = []
        var differences: [Double] = []
        for run in runs {
            let others = (ratios[run] ?? []).filter { $0.family != family }.map(\.logarithm)
            guard others.count >= Self.leastWitnesses else { continue }
            let median = Sample.quantile(others.sorted(), 0.5)
            medians.append((run, median, others.count))
            differences += zip(others, others.dropFirst()).map { abs($0 - $1) }
        }
        // Of differences, because some of so few tasks are their own median.
        let scatter = Sample.quantile(differences.sorted(), 0.5) / 0.954
        // Of a median of normal numbers, whose variance is half as large again as that of their mean.
        let error = Sample.mean(medians.map { 1.57 * scatter * scatter / Double($0.count) })
        let deviation = Sample.standardDeviation(medians.map(\.logarithm))
        let variance = deviation * deviation
        // So much more a variance of so few runs comes to by chance.
        let chance = error * (1 + (2 / Double(max(medians.count - 1, 1))).squareRoot())
        let trust = variance > 0 ? max(variance - chance, 0) / variance : 0
        return Dictionary(medians.map { ($0.run, trust * $0.logarithm) }) { first, _ in first }
    }
}
