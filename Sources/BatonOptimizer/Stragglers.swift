import BatonCore

/// Attempts of one sort of tasks that took many times as long as the same instance takes otherwise.
///
/// Each instance is compared with itself in other runs: one that has more to do than its siblings is slow each time, and a
/// time limit would end it each time. An attempt that kept a CPU busy for longer as well had more to do, too.
struct Stragglers: Sendable {
    /// Of all attempts that are known of the family, 0 to 1.
    let share: Double
    /// How many times as long as usual they took, shortest first.
    let factors: [Double]
    /// Standard deviation of the logarithm of all other attempts around what is usual for their instance.
    let spread: Double
    /// All that are known of the family.
    let attemptCount: Int
    /// By task of the family, from which time on an attempt is one, in nanoseconds; nil where too little is known of some instance.
    let limits: [Int: Int64]

    /// With fewer attempts nothing is said of an instance.
    private static let leastAttempts = 4
    private static let leastStragglers = 2
    /// What happens more often is no exception.
    private static let mostShare = 0.2
    private static let leastFactor = 4.0
    /// Of a log-normal distribution three attempts in a million are that far above the median.
    private static let deviations = 4.5
    /// CPU time in which less is done than is worth a thought.
    private static let leastWork: Int64 = 1_000_000_000
    /// Short tasks are often late by their own length.
    private static let leastExcess: Int64 = 5_000_000_000

    /// One earlier attempt, by how many times the median of its instance it took.
    private struct Ratio {
        var task: Int
        var run: Int
        var ratio: Double
        var nanoseconds: Int64
        /// It did more than such attempts do.
        var isWork: Bool
    }

    /// By family; nil where there are none.
    ///
    /// - Parameter contentions: by family. Tasks that slow each other down are late in company; whether some hang as well can be
    ///   told once that is cured.
    static func all(_ subject: Subject, _ families: TaskFamilies, _ contentions: [Contention?]) -> [Stragglers?] {
        guard subject.knowledge.contains(where: { !$0.durations.isEmpty }) else {
            return families.families.map { _ in nil }
        }
        let medians = subject.knowledge.map { median($0.durations, \.nanoseconds) }
        let witnesses = subject.knowledge.indices.filter {
            contentions[families.family[subject.taskIndex(of: $0)]] == nil
        }
        let slowRuns = slowRuns(subject, medians, witnesses)
        return zip(families.families, contentions).map { family, contention in
            contention == nil ? Stragglers(family.tasks, subject, medians, slowRuns) : nil
        }
    }

    /// Nil where too few attempts are known, or none was far from the others.
    private init?(_ tasks: [Int], _ subject: Subject, _ medians: [Int64?], _ slowRuns: Set<Int>) {
        var ratios: [Ratio] = []
        for task in tasks {
            for member in subject.members[task] {
                let durations = subject.knowledge[member].durations
                guard let median = medians[member], let cpu = Self.median(durations, \.cpuNanoseconds) else { continue }
                for past in durations where !slowRuns.contains(past.run) {
                    ratios.append(
                        Ratio(
                            task: task, run: past.run, ratio: Double(past.nanoseconds) / Double(median),
                            nanoseconds: past.nanoseconds, isWork: past.cpuNanoseconds > 2 * cpu + Self.leastWork))
                }
            }
        }
        guard ratios.contains(where: { $0.ratio >= Self.leastFactor }) else { return nil }
        let logarithms = ratios.map { PortableMath.log($0.ratio) }.sorted()
        // The middle half says how far attempts scatter, whatever the tail.
        let scatter = (logarithms[logarithms.count * 3 / 4] - logarithms[logarithms.count / 4]) / 1.349
        let factor = max(Self.leastFactor, PortableMath.exp(Self.deviations * scatter))
        let largest = ratios.filter { $0.ratio < factor || $0.isWork }.map(\.ratio).max() ?? 1
        var limits: [Int: Int64] = [:]
        for task in tasks {
            let usual = subject.members[task].map { medians[$0] }
            guard !usual.isEmpty, !usual.contains(nil), let longest = usual.compactMap(\.self).max() else { continue }
            let limit = Int64(min(Double(longest) * max(factor, 2 * largest), 1e17))
            limits[task] = max(limit, longest + Self.leastExcess)
        }
        let late = ratios.filter { $0.ratio >= factor && !$0.isWork && $0.nanoseconds > limits[$0.task] ?? .max }
        // What happened in one run alone may have had one cause, which is over.
        guard late.count >= Self.leastStragglers, late.contains(where: { $0.run != late[0].run }),
            Double(late.count) <= Self.mostShare * Double(ratios.count)
        else { return nil }
        share = Double(late.count) / Double(ratios.count)
        factors = late.map(\.ratio).sorted()
        spread = scatter
        attemptCount = ratios.count
        self.limits = limits
    }

    /// Runs in which more than half of what is known took far longer than usual: then it was the machine.
    ///
    /// - Parameter witnesses: instances that no company makes slow.
    private static func slowRuns(_ subject: Subject, _ medians: [Int64?], _ witnesses: [Int]) -> Set<Int> {
        var counts: [Int: (all: Int, slow: Int)] = [:]
        for witness in witnesses {
            guard let median = medians[witness] else { continue }
            for past in subject.knowledge[witness].durations {
                counts[past.run, default: (0, 0)].all += 1
                if Double(past.nanoseconds) >= leastFactor * Double(median) { counts[past.run]!.slow += 1 }
            }
        }
        return Set(counts.filter { $0.value.slow * 2 > $0.value.all }.keys)
    }

    /// Nil where too few are known.
    private static func median(_ durations: [PastDuration], _ value: KeyPath<PastDuration, Int64>) -> Int64? {
        guard durations.count >= leastAttempts else { return nil }
        return max(durations.map { $0[keyPath: value] }.sorted()[(durations.count - 1) / 2], 1)
    }
}
