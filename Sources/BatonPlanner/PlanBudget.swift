/// How long planning may take.
public enum PlanBudget: Sendable {
    /// As many schedules as take about 50 ms on one core: the same plan everywhere and every time.
    case standard
    /// As many as that, unless a clock says that it has taken too long: a busy machine must not hold up what could start.
    case watched(nanoseconds: Int64, clock: @Sendable () -> Int64)
    /// As many schedules as a clock allows: all of the plan ends by then.
    ///
    /// - Parameters:
    ///   - nanoseconds: for one plan.
    ///   - clock: nanoseconds since any one moment.
    case time(nanoseconds: Int64, clock: @Sendable () -> Int64)

    /// - Parameter lasted: how long the plan was followed that is to be replaced, in nanoseconds; nil for the first.
    /// - Returns: whether a search that begins now must end. One that replaces a plan begins with its order, and has 0.3 of the
    ///   time: tasks wait for it in the middle of a run.
    func limit(replacing lasted: Int64?) -> (MakespanSearch) -> Bool {
        let isOver = limit(share: lasted == nil ? 1 : 0.3)
        if case .time = self { return { isOver($0.estimatedNanoseconds, $0.decodedCount) } }
        return { search in
            // The fewer tasks, the fewer lists leave nothing to be found; and nothing starts while it is searched, which may
            // take a two-hundredth of what is planned.
            let tasks = search.best.list.count
            return search.decodedCount >= 100 * tasks * tasks
                || Int64(search.estimatedNanoseconds) >= min(search.first.makespanNanoseconds, lasted ?? .max) / 200
                || isOver(search.estimatedNanoseconds, search.decodedCount)
        }
    }

    /// For one of several searches.
    ///
    /// - Parameter share: of the time, 0 to 1.
    /// - Returns: whether a search that begins now must end, after so many estimated nanoseconds and schedules.
    func limit(share: Double) -> (_ estimatedNanoseconds: Int, _ count: Int) -> Bool {
        // So many lists of a few tasks leave nothing to be found.
        let isEnough = { (estimated: Int, count: Int) in Double(estimated) >= 45_000_000 * share || count >= 20_000 }
        switch self {
        case .standard:
            return isEnough
        case .watched(let nanoseconds, let clock):
            let begin = clock()
            return { isEnough($0, $1) || Double(clock() - begin) >= Double(nanoseconds) * share }
        case .time(let nanoseconds, let clock):
            let begin = clock()
            var latest: Int64?
            return { _, _ in
                let now = clock()
                // Another step of the search, and what is done with what it found, are to end in time as well.
                let step = latest.map { now - $0 } ?? 0
                latest = now
                return Double(now - begin + 2 * step) >= Double(nanoseconds) * share
            }
        }
    }
}
