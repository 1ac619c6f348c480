import BatonCore
import BatonPlanner

/// A policy with a stopwatch: what each decision took, from being asked to having answered.
///
/// What a policy computes from its observation is part of it, since an observation is a view and computes nothing
/// before it is asked. Decisions for which a plan was made are told from others: they take longer.
struct TimedPolicy: Policy {
    private var policy: any Policy
    private let times: DecisionTimes

    init(_ policy: any Policy, _ times: DecisionTimes) {
        self.policy = policy
        self.times = times
    }

    var name: String { policy.name }

    mutating func decide(_ observation: Observation) -> Decision {
        let plans = plansMade
        let begin = Stopwatch.nanoseconds
        let decision = policy.decide(observation)
        times.note(nanoseconds: Stopwatch.nanoseconds - begin, hasPlanned: plansMade > plans)
        return decision
    }

    private var plansMade: Int { (policy as? any PlanningPolicy)?.plansMade ?? 0 }
}

/// How long decisions took.
///
/// Unchecked: one simulation, and so one thread, writes to it; it is read when that has ended.
final class DecisionTimes: @unchecked Sendable {
    private(set) var all = TimeHistogram()
    /// Those that started something, or nothing, by what was known before.
    private(set) var dispatches = TimeHistogram()
    /// Those for which a plan was made.
    private(set) var plans = TimeHistogram()

    func note(nanoseconds: Int64, hasPlanned: Bool) {
        all.note(nanoseconds: nanoseconds)
        if hasPlanned { plans.note(nanoseconds: nanoseconds) } else { dispatches.note(nanoseconds: nanoseconds) }
    }

    func add(_ other: DecisionTimes) {
        all.add(other.all)
        dispatches.add(other.dispatches)
        plans.add(other.plans)
    }
}

/// How many of something took how long, in buckets 1/32 apart of a power of two, and the longest as it was.
struct TimeHistogram: Sendable {
    private var counts = [Int](repeating: 0, count: 64 * 32)
    private(set) var count = 0
    private(set) var maximumNanoseconds: Int64 = 0

    mutating func note(nanoseconds: Int64) {
        counts[Self.bucket(max(nanoseconds, 1))] += 1
        count += 1
        maximumNanoseconds = max(maximumNanoseconds, nanoseconds)
    }

    mutating func add(_ other: TimeHistogram) {
        for index in counts.indices { counts[index] += other.counts[index] }
        count += other.count
        maximumNanoseconds = max(maximumNanoseconds, other.maximumNanoseconds)
    }

    /// Off by at most a thirty-second; zero of nothing.
    ///
    /// - Parameter share: 0 to 1.
    func quantileMilliseconds(_ share: Double) -> Double {
        var left = Int((share * Double(count)).rounded(.up))
        for (bucket, count) in counts.enumerated() where count > 0 {
            left -= count
            if left <= 0 { return min(Self.middle(bucket), Double(maximumNanoseconds)) / 1e6 }
        }
        return 0
    }

    private static func bucket(_ nanoseconds: Int64) -> Int {
        let power = 63 - nanoseconds.leadingZeroBitCount
        let fraction = power >= 5 ? nanoseconds >> Int64(power - 5) & 31 : nanoseconds << Int64(5 - power) & 31
        return power * 32 + Int(fraction)
    }

    private static func middle(_ bucket: Int) -> Double {
        let base = Double(sign: .plus, exponent: bucket / 32, significand: 1)
        return base * (1 + (Double(bucket % 32) + 0.5) / 32)
    }
}
