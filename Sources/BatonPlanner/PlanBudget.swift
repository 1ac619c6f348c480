/// How long planning may take.
public enum PlanBudget: Sendable {
    /// As many schedules as take about 50 ms on one core: the same plan everywhere and every time.
    case standard
    /// As many as that, unless a clock says that it has taken too long: a busy machine must not hold up what could start.
    case watched(nanoseconds: Int64, clock: @Sendable () -> Int64)
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
            return Self.isEnough
        case .watched(let nanoseconds, let clock):
            let begin = clock()
            return { Self.isEnough($0) || clock() - begin >= nanoseconds }
        case .time(let nanoseconds, let clock):
            let begin = clock()
            return { _ in clock() - begin >= nanoseconds }
        }
    }

    /// So many lists of a few tasks leave nothing to be found.
    private static func isEnough(_ search: MakespanSearch) -> Bool {
        search.estimatedNanoseconds >= 45_000_000 || search.decodedCount >= 20_000
    }
}
