/// How long planning may take.
public enum PlanBudget: Sendable {
    /// As many schedules as take about 50 ms on one core: the same plan everywhere and every time.
    case standard
    /// As many schedules as a clock allows.
    ///
    /// - Parameters:
    ///   - nanoseconds: for one plan.
    ///   - clock: nanoseconds since any one moment.
    case time(nanoseconds: Int64, clock: @Sendable () -> Int64)

    /// - Returns: whether a search that begins now and has decoded so many lists must end.
    func limit(taskCount: Int) -> (Int) -> Bool {
        switch self {
        case .standard:
            // A list is decoded in time that grows faster than its length: some 2.5 µs for 30 tasks, 500 µs for 1,000.
            let count = max(taskCount, 1)
            let most = min(20_000, 600_000 / count, 100_000_000 / (count * count))
            return { $0 >= most }
        case .time(let nanoseconds, let clock):
            let begin = clock()
            return { _ in clock() - begin >= nanoseconds }
        }
    }
}
