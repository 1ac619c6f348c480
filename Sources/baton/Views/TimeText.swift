import BatonCore

/// Points in time as people read them.
enum TimeText {
    /// `3m 05s ago`, `just now`.
    static func ago(_ instant: Instant, now: Instant) -> String {
        let age = instant.duration(to: now)
        return age < .seconds(1) ? "just now" : DurationText.format(age) + " ago"
    }

    /// `in 3m 05s`, `now`.
    static func ahead(_ instant: Instant, now: Instant) -> String {
        let time = now.duration(to: instant)
        return time < .seconds(1) ? "now" : "in " + DurationText.format(time)
    }
}
