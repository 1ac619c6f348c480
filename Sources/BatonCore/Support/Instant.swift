/// A point on the world's clock: nanoseconds since 1970-01-01T00:00:00Z, or since the start of a simulation.
///
/// The core never reads a clock; every instant it knows was passed in, so a run replays bit for bit.
public struct Instant: InstantProtocol, Hashable, Sendable, Codable {
    public var nanoseconds: Int64

    public init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    public static let zero = Instant(nanoseconds: 0)

    public func advanced(by duration: Duration) -> Instant {
        Instant(nanoseconds: nanoseconds + duration.nanoseconds)
    }

    public func duration(to other: Instant) -> Duration {
        .nanoseconds(other.nanoseconds - nanoseconds)
    }

    public static func < (left: Instant, right: Instant) -> Bool {
        left.nanoseconds < right.nanoseconds
    }

    public init(from decoder: any Decoder) throws {
        nanoseconds = try decoder.singleValueContainer().decode(Int64.self)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(nanoseconds)
    }
}

extension Duration {
    /// Whole nanoseconds, truncated; holds up to 292 years.
    public var nanoseconds: Int64 {
        Int64(attoseconds / 1_000_000_000)
    }

    /// Seconds with a fraction, for display and statistics.
    public var seconds: Double {
        Double(nanoseconds) / 1e9
    }
}
