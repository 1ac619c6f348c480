/// What it costs to let runs wait: which of those that share a cluster is next.
///
/// A run's standing is what it has left to do over what a second of its waiting costs; the smallest goes first. That is
/// weighted shortest remaining work first, with a weight that grows as a deadline comes near: one that can wait for `s` more
/// seconds counts by the share `exp(-s / foresight)`, one that can't wait any more counts in full.
///
/// - Source: apparent tardiness cost; Vepsalainen, Morton 1987, doi:10.1287/mnsc.33.8.1035. Of the lookahead there, a
///   multiple of the mean processing time, the multiple is what `foresight` is to be tuned by. Where all deadlines can be
///   met, the earliest goes first: Jackson 1955, Scheduling a Production Line to Minimize Maximum Tardiness.
public struct WaitingCost: Hashable, Sendable {
    /// Of a second until a run ends.
    public var completion: Double
    /// Of a second past a deadline of weight 1.
    public var lateness: Double
    /// How long before a run must start its deadline begins to count, in nanoseconds, above 0.
    public var foresight: Double
    /// Runs of higher priority go before all others; else priorities only weigh deadlines.
    public var hasClasses: Bool
    /// A run of which nothing has started for so long, although it could, gets the next place that is free: before higher
    /// classes and nearer deadlines. In nanoseconds; see `isTooLong`.
    public var mostWait: Int64
    /// Nothing but lateness counts: as long as all deadlines can be met, the run that must start its next task first is next.
    public var isBySlack: Bool

    public init(
        completion: Double = 1, lateness: Double = 0, foresight: Double = 1, hasClasses: Bool = true,
        mostWait: Int64 = WaitingCost.usualMostWait, isBySlack: Bool = false
    ) {
        precondition(completion > 0 && lateness >= 0 && foresight > 0, "costs \(completion), \(lateness), \(foresight)")
        self.completion = completion
        self.lateness = lateness
        self.foresight = foresight
        self.hasClasses = hasClasses
        self.mostWait = mostWait
        self.isBySlack = isBySlack
    }

    /// Half an hour.
    public static let usualMostWait: Int64 = 1_800_000_000_000

    /// - Parameters:
    ///   - left: to do, in any unit of time.
    ///   - slack: how much longer the run can wait without missing its deadline, in nanoseconds.
    public func standing(left: Double, weight: Double, slack: Double) -> Double {
        let urgency = lateness * weight
        // An exponential for every look at a run would take longer than all the rest.
        if urgency == 0 { return left / completion }
        return left / (completion + urgency * PortableMath.exp(-max(slack, 0) / foresight))
    }

    /// What a run would cost that was simulated to end so long after its submission, and so long after its deadline.
    ///
    /// Its lateness is the expected one if it takes longer or shorter than simulated by a logistic error: so it also counts
    /// how narrowly a deadline is met. Else all ways to share would be equally good under which nothing is late.
    public func cost(completion: Int64, late: Int64, weight: Double) -> Double {
        let cost = self.completion * Double(completion)
        guard lateness * weight > 0 else { return cost }
        let scale = max(Self.uncertainty * Double(completion), 1)
        let over = Double(late) / scale
        // The logarithm of 1 + exp(over), which may be too large a number.
        return cost + lateness * weight * scale * (max(over, 0) + PortableMath.log(1 + PortableMath.exp(-abs(over))))
    }

    /// Scale of the error of a simulated run's time, over that time. Between 0.1 and 0.15 streams of forks and joins are late by the
    /// same; without any they are late by a fourteenth more.
    private static let uncertainty = 0.15

    /// Whether a run has waited so long for something of it to start that it goes before all others.
    ///
    /// Between classes `mostWait` is the bound. Where only deadlines compete, a run that has one can wait in proportion to
    /// itself: where runs take hours, half an hour is a usual wait, and the order would be by waits and no longer by deadlines.
    ///
    /// - Parameters:
    ///   - wait: in nanoseconds.
    ///   - isByClass: runs of other classes are there.
    public func isTooLong(_ wait: Int64, _ deadline: RunDeadline?, isByClass: Bool) -> Bool {
        guard let deadline, !isByClass else { return wait >= mostWait }
        return wait >= max(mostWait, Self.mostPaths * deadline.path)
    }

    /// With 4 runs of a montage were 7 % later at a load of 1.2, and without a bound 2 % less late.
    private static let mostPaths: Int64 = 10
}

/// When a run must have come how far.
public struct RunDeadline: Hashable, Sendable {
    /// When its first task must start for no deadline to be missed, in nanoseconds, if nothing has to wait.
    public let latestStart: Int64
    /// Expected time of its longest path, in nanoseconds.
    public let path: Int64
    /// Expected time of all its tasks, one after the other, in nanoseconds.
    public let total: Int64
    /// Its priority over the usual 50.
    public let weight: Double
    /// When its tasks must start for no deadline to be missed, if nothing has to wait.
    public var starts: LatestStarts

    /// - Parameters:
    ///   - latestEnds: of each task; the largest number where there is no deadline, `[V]`.
    ///   - durations: expected ones, `[V]`.
    /// - Returns: nil without any deadline.
    public init?(latestEnds: some Sequence<Int64>, durations: some Sequence<Int64>, path: Int64, priority: Int32) {
        var (first, total) = (Int64.max, Int64(0))
        for (end, duration) in zip(latestEnds, durations) {
            total &+= duration
            if end != .max { first = min(first, end - duration) }
        }
        guard first != .max else { return nil }
        latestStart = first
        self.path = path
        self.total = total
        weight = Double(priority) / 50
        starts = LatestStarts(latestEnds: latestEnds, durations: durations)
    }

    /// One of its tasks should have started before now.
    public func isLate(at now: Int64) -> Bool { starts.next < now }

    /// When the whole run must have ended.
    public var due: Int64 { latestStart + path }

    /// Whether each of these ends in time if the whole cluster does one after the other, the earliest deadline first.
    ///
    /// - Parameter runs: when each is due, and what is left of it in nanoseconds of the whole cluster.
    public static func canAllBeMet(_ runs: [(due: Int64, left: Double)], from now: Int64) -> Bool {
        var end = Double(now)
        for run in runs.sorted(by: { $0.due < $1.due }) {
            end += run.left
            if end > Double(run.due) { return false }
        }
        return true
    }

    /// How long it can still wait, in nanoseconds, if it has come as far on its longest path as with all its work.
    ///
    /// - Parameters:
    ///   - remaining: expected time of its tasks that have not ended, one after the other, in nanoseconds.
    ///   - area: what these would take if they had the whole cluster, which may be more than their path.
    public func slack(remaining: Int64, area: Double, now: Int64) -> Double {
        let share = total > 0 ? Double(remaining) / Double(total) : 0
        return Double(due - now) - max(Double(path) * share, area)
    }
}

/// Whose turn it is: the smallest comes first.
public struct RunRank: Comparable, Hashable, Sendable {
    /// What has waited too long before all others, the longest wait first; then the highest priority.
    private let order: Int64
    private let standing: Double

    /// A run in its class.
    public init(priority: Int32, standing: Double) {
        order = -Int64(priority)
        self.standing = standing
    }

    /// A run in its class whose next task must start then, in nanoseconds.
    public init(priority: Int32, latestStart: Int64) {
        self.init(priority: priority, standing: Double(latestStart))
    }

    /// A run that has waited too long, since then.
    public init(waitingSince: Int64) {
        order = .min / 2 + waitingSince
        standing = 0
    }

    public static func < (left: RunRank, right: RunRank) -> Bool {
        left.order != right.order ? left.order < right.order : left.standing < right.standing
    }
}
