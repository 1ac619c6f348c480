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

    /// - Returns: whether a search that begins now must end.
    func limit() -> (MakespanSearch) -> Bool {
        switch self {
        case .standard:
            // So many lists of a few tasks leave nothing to be found.
            return { $0.estimatedNanoseconds >= 45_000_000 || $0.decodedCount >= 20_000 }
        case .time(let nanoseconds, let clock):
            let begin = clock()
            return { _ in clock() - begin >= nanoseconds }
        }
    }
}
