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
        let isOver = limit(share: 1)
        return { isOver($0.estimatedNanoseconds, $0.decodedCount) }
    }

    /// For one of several searches.
    ///
    /// - Parameter share: of the time, 0 to 1.
    /// - Returns: whether a search that begins now must end, after so many estimated nanoseconds and schedules.
    func limit(share: Double) -> (_ estimatedNanoseconds: Int, _ count: Int) -> Bool {
        switch self {
        case .standard:
            // So many lists of a few tasks leave nothing to be found.
            return { Double($0) >= 45_000_000 * share || $1 >= 20_000 }
        case .time(let nanoseconds, let clock):
            let begin = clock()
            return { _, _ in Double(clock() - begin) >= Double(nanoseconds) * share }
        }
    }
}
