/// When a failed attempt is tried again, and after how long.
public struct RetryRule: Hashable, Sendable, Codable {
    /// Attempts after the first. A lost worker does not count, and neither does an out-of-memory kill.
    public var limit: Int32
    /// Wait before the first retry; doubles with each further one.
    public var backoff: Duration
    public var backoffLimit: Duration
    /// Failures worth a retry; nil means any.
    public var triggers: [Trigger]?

    public init(
        limit: Int32, backoff: Duration = .seconds(1), backoffLimit: Duration = .seconds(300),
        triggers: [Trigger]? = nil
    ) {
        self.limit = limit
        self.backoff = backoff
        self.backoffLimit = backoffLimit
        self.triggers = triggers
    }

    public static let never = RetryRule(limit: 0)

    public enum Trigger: Hashable, Sendable, Codable {
        case exitCode(Int32)
        case outOfMemory
        case timeout
        /// Ended by a signal that Baton did not send.
        case signal
    }

    /// The wait before retry number `failures`, lengthened by up to a quarter so that a herd spreads out.
    ///
    /// - Parameters:
    ///   - failures: how many attempts have failed, ≥ 1.
    ///   - seed: a hash of the attempt's identity: the same attempt always waits equally long.
    public func delay(afterFailures failures: Int32, seed: UInt64) -> Duration {
        let doublings = min(failures - 1, 30)
        let longest = backoffLimit.nanoseconds
        let base = backoff.nanoseconds
        let scaled = base > longest >> doublings ? longest : base << doublings
        let jitter = Int64(SeededGenerator.mix(seed) % UInt64(max(scaled / 4, 1)))
        return .nanoseconds(scaled + jitter)
    }
}
