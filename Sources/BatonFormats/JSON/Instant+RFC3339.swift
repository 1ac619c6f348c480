public import BatonCore

extension Instant {
    /// RFC 3339 in UTC, to the millisecond: `2026-03-01T12:34:56.789Z`.
    public var rfc3339: String {
        let milliseconds = nanoseconds.flooredQuotient(by: 1_000_000)
        let seconds = milliseconds.flooredQuotient(by: 1000)
        let (year, month, day) = Self.date(days: seconds.flooredQuotient(by: 86_400))
        let ofDay = seconds - seconds.flooredQuotient(by: 86_400) * 86_400
        let fraction = milliseconds - seconds * 1000
        var text: [UInt8] = []
        text.reserveCapacity(24)
        func add(_ number: Int64, _ count: Int, _ mark: Unicode.Scalar) {
            let digits = String(number).utf8
            for _ in 0..<max(0, count - digits.count) { text.append(UInt8(ascii: "0")) }
            text += digits
            text.append(UInt8(ascii: mark))
        }
        add(year, 4, "-")
        add(month, 2, "-")
        add(day, 2, "T")
        add(ofDay / 3600, 2, ":")
        add(ofDay / 60 % 60, 2, ":")
        add(ofDay % 60, 2, ".")
        add(fraction, 3, "Z")
        return String(decoding: text, as: UTF8.self)
    }

    /// Year, month and day of a count of days since 1970-01-01 in the Gregorian calendar.
    ///
    /// Eras of 400 years begin on 1 March, so that the leap day is the last of its year.
    private static func date(days: Int64) -> (Int64, Int64, Int64) {
        let shifted = days + 719_468
        let era = shifted.flooredQuotient(by: 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        return (era * 400 + yearOfEra + (month <= 2 ? 1 : 0), month, day)
    }
}

extension Int64 {
    fileprivate func flooredQuotient(by divisor: Int64) -> Int64 {
        let quotient = self / divisor
        return self % divisor < 0 ? quotient - 1 : quotient
    }
}
