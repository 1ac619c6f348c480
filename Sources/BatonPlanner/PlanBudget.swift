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
            // 2.5 µs for a list of 30 tasks, 60 µs for one of 370: Benchmarks/results/planner.md.
            let count = max(taskCount, 1)
            let most = min(20_000, 600_000 / count, 200_000_000 / (count * count))
            return { $0 >= most }
        case .time(let nanoseconds, let clock):
            let begin = clock()
            return { _ in clock() - begin >= nanoseconds }
        }
    }
}
