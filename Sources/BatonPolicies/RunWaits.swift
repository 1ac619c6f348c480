import BatonCore

/// Since when runs have waited for something of theirs to start, and which have waited too long.
///
/// Only where others are preferred to them for more than their size, by class or deadline: among equals the smaller run goes
/// first for as long as it takes.
struct RunWaits: Sendable {
    /// By run, in nanoseconds; -1 for one with nothing that could start.
    private var since: [Int64] = []
    /// By run.
    private var isTooLong: [Bool] = []
    /// Classes or deadlines count at the last decision.
    private(set) var isContested = false

    mutating func read(_ observation: Observation, _ cost: WaitingCost, _ deadlines: [RunDeadline?]) {
        while since.count < observation.runCount {
            since.append(-1)
            isTooLong.append(false)
        }
        let now = observation.now.nanoseconds
        var priorities: ClosedRange<Int32>?
        var hasDeadlines = false
        for index in observation.openRuns.map(Int.init) {
            let run = observation.run(at: index)
            priorities =
                priorities.map { min($0.lowerBound, run.priority)...max($0.upperBound, run.priority) }
                ?? run.priority...run.priority
            if deadlines[index] != nil { hasDeadlines = true }
            if run.readyTasks == 0 { since[index] = -1 } else if since[index] < 0 { since[index] = now }
        }
        let isByClass = cost.hasClasses && priorities.map { $0.lowerBound < $0.upperBound } ?? false
        isContested = isByClass || (cost.lateness > 0 && hasDeadlines)
        for index in observation.openRuns.map(Int.init) {
            isTooLong[index] =
                isContested && since[index] >= 0
                && cost.isTooLong(now - since[index], deadlines[index], isByClass: isByClass)
        }
    }

    /// Something of the run starts.
    mutating func note(_ run: Int, at now: Instant) {
        since[run] = now.nanoseconds
        isTooLong[run] = false
    }

    /// Since when the run has waited, if that is too long.
    func tooLong(_ run: Int) -> Int64? { isTooLong[run] ? since[run] : nil }
}
