public import BatonCore
import Glibc

/// Wall time that never goes back: read once from the real-time clock, then carried on by the monotonic one.
public struct LiveClock: Sendable {
    private let offset: Int64

    public init() {
        offset = Self.read(CLOCK_REALTIME) - Self.read(CLOCK_MONOTONIC)
    }

    public var now: Instant {
        Instant(nanoseconds: Self.read(CLOCK_MONOTONIC) + offset)
    }

    /// What the real-time clock shows. It jumps when it is set, or the machine has slept, and so may go back.
    public static var wall: Instant { Instant(nanoseconds: read(CLOCK_REALTIME)) }

    private static func read(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
