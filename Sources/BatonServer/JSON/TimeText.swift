import BatonCore

/// Points in time as programs read them.
enum TimeText {
    /// RFC 3339 in UTC, to the millisecond: `2026-03-01T12:34:56.789Z`.
    static func utc(_ instant: Instant) -> String {
        let milliseconds = flooredQuotient(instant.nanoseconds, 1_000_000)
        let seconds = flooredQuotient(milliseconds, 1000)
        let days = flooredQuotient(seconds, 86_400)
        let (year, month, day) = date(days: days)
        let ofDay = seconds - days * 86_400
        let clock = [ofDay / 3600, ofDay / 60 % 60, ofDay % 60].map { digits($0, 2) }.joined(separator: ":")
        return "\(digits(year, 4))-\(digits(month, 2))-\(digits(day, 2))T\(clock)."
            + "\(digits(milliseconds - seconds * 1000, 3))Z"
    }

    /// Year, month and day of a count of days since 1970-01-01 in the Gregorian calendar.
    ///
    /// Eras of 400 years begin on 1 March, so that the leap day is the last of its year.
    private static func date(days: Int64) -> (Int64, Int64, Int64) {
        let shifted = days + 719_468
        let era = flooredQuotient(shifted, 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (era * 400 + yearOfEra + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
    }

    private static func digits(_ number: Int64, _ count: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, count - text.count)) + text
    }

    private static func flooredQuotient(_ number: Int64, _ divisor: Int64) -> Int64 {
        let quotient = number / divisor
        return number % divisor < 0 ? quotient - 1 : quotient
    }
}
