/// Times that come again and again, as cron writes them: minute, hour, day of the month, month, day of the week.
///
/// ```swift
/// let nightly = try CronExpression("30 2 * * mon-fri")
/// nightly.times(after: 0, limit: 1) { _ in 3600 }   // seconds since 1970; the zone is an hour ahead of UTC
/// ```
/// As Vixie's cron has it: where neither of the two days begins with `*`, either of them is enough. A time that the clock
/// leaves out in spring comes at the moment that it jumps to; one that it shows twice in autumn comes once, unless
/// the hour is `*`: then it comes both times. Pure: the zone is an argument.
struct CronExpression: Hashable, Sendable {
    /// As it was written.
    let text: String
    private let minutes: UInt64
    private let hours: UInt64
    private let days: UInt64
    private let months: UInt64
    private let weekdays: UInt64
    private let anyHour: Bool
    /// Both days must match, for one of them begins with `*`.
    private let needsBothDays: Bool

    /// What is wrong with a text, in a sentence.
    struct Invalid: Error, Hashable {
        var message: String
    }

    private static let names = [
        "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *", "@monthly": "0 0 1 * *", "@weekly": "0 0 * * 0",
        "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@hourly": "0 * * * *",
    ]
    private static let monthNames = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ]
    private static let dayNames = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
    /// 29 February comes after eight years at the latest.
    private static let daysAhead: Int64 = 366 * 9

    init(_ text: String) throws(Invalid) {
        self.text = text
        let lower = text.lowercased()
        if lower.hasPrefix("@"), Self.names[lower] == nil {
            throw Invalid(
                message: "'\(text.prefix(40))' is not known; there are "
                    + Self.names.keys.sorted().joined(separator: ", "))
        }
        let fields = (Self.names[lower] ?? lower).split(whereSeparator: \.isWhitespace).map(String.init)
        guard fields.count == 5 else {
            throw Invalid(
                message: "five fields are needed (minute, hour, day of the month, month, day of the week), found "
                    + "\(fields.count)")
        }
        minutes = try Self.read(fields[0], "minute", 0...59)
        hours = try Self.read(fields[1], "hour", 0...23)
        days = try Self.read(fields[2], "day of the month", 1...31)
        months = try Self.read(fields[3], "month", 1...12, names: Self.monthNames, first: 1)
        let week = try Self.read(fields[4], "day of the week", 0...7, names: Self.dayNames)
        // Sunday is 0 and 7.
        weekdays = (week | week >> 7) & 0x7F
        anyHour = fields[1].hasPrefix("*")
        needsBothDays = fields[2].hasPrefix("*") || fields[4].hasPrefix("*")
    }

    /// `*`, `5`, `1-5`, `*/10`, `10-30/5`, and lists of these.
    private static func read(
        _ field: String, _ title: String, _ range: ClosedRange<Int>, names: [String] = [], first: Int = 0
    ) throws(Invalid) -> UInt64 {
        var bits: UInt64 = 0
        func wrong(_ part: some StringProtocol) -> Invalid {
            Invalid(
                message: "'\(part.prefix(40))' is no \(title): one is \(range.lowerBound) to \(range.upperBound), "
                    + "'*', a range such as 1-5, or either of them with a step such as */5")
        }
        func number(_ text: Substring) -> Int? {
            if let place = names.firstIndex(of: String(text)) { return place + first }
            guard text.allSatisfy(\.isNumber), let value = Int(text), range.contains(value) else { return nil }
            return value
        }
        for part in field.split(separator: ",", omittingEmptySubsequences: false) {
            let pieces = part.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
            guard let span = pieces.first else { throw wrong(part) }
            var step = 1
            if pieces.count == 2 {
                guard let given = Int(pieces[1]), (1...range.upperBound).contains(given) else { throw wrong(part) }
                step = given
            }
            var (low, high) = (range.lowerBound, range.upperBound)
            // Every day of the week once: 7 is Sunday again.
            if span == "*", title == "day of the week" { high = 6 }
            if span != "*" {
                let ends = span.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
                guard let from = number(ends[0]) else { throw wrong(part) }
                low = from
                if ends.count == 2 {
                    guard let to = number(ends[1]), to >= from else { throw wrong(part) }
                    high = to
                } else if pieces.count == 1 {
                    high = from
                }
            }
            for value in stride(from: low, through: high, by: step) { bits |= 1 << UInt64(value) }
        }
        return bits
    }

    /// The next times, in their order.
    ///
    /// - Parameters:
    ///   - start: seconds since 1970; only later ones count.
    ///   - end: the last that counts; nil for as far as it takes, at most nine years without any.
    ///   - limit: how many at most.
    ///   - offset: seconds by which local time is ahead of UTC at a moment in seconds since 1970.
    func times(
        after start: Int64, through end: Int64? = nil, limit: Int, offset: (Int64) -> Int64
    ) -> [Int64] {
        var found: [Int64] = []
        // A day earlier, for the clock may go back over midnight.
        var day = (start + offset(start)).flooredQuotient(by: 86_400) - 1
        var last = day + Self.daysAhead
        while found.count < limit, day <= last {
            if let end, day * 86_400 - 2 * 86_400 > end { break }
            defer { day += 1 }
            guard matches(day: day) else { continue }
            for time in times(of: day, after: start, limit, offset) where time > start && time > found.last ?? .min {
                if let end, time > end { return found }
                found.append(time)
                last = day + Self.daysAhead
                if found.count == limit { break }
            }
        }
        return found
    }

    /// Those of a day that matches, by local time; earlier ones may be left out, and so may those beyond the limit.
    private func times(of day: Int64, after start: Int64, _ limit: Int, _ offset: (Int64) -> Int64) -> [Int64] {
        let midnight = day * 86_400
        let (before, after) = (offset(midnight - 43_200), offset(midnight + 129_600))
        var found: [Int64] = []
        for hour in 0..<24 where hours >> UInt64(hour) & 1 == 1 {
            for minute in 0..<60 where minutes >> UInt64(minute) & 1 == 1 {
                let wall = midnight + Int64(hour * 3600 + minute * 60)
                guard wall - min(before, after) > start else { continue }
                // Most days have one offset.
                if before == after {
                    found.append(wall - before)
                    if found.count == limit { return found }
                    continue
                }
                let candidates = [wall - before, wall - after].sorted()
                let real = candidates.filter { $0 + offset($0) == wall }
                if let first = real.first {
                    found.append(first)
                    if anyHour, let second = real.last, second != first { found.append(second) }
                } else if let low = candidates.first, let high = candidates.last {
                    found.append(Self.jump(from: low, to: high, offset))
                }
            }
        }
        return Set(found).sorted()
    }

    /// The moment at which the offset changes.
    private static func jump(from low: Int64, to high: Int64, _ offset: (Int64) -> Int64) -> Int64 {
        var (low, high) = (low - 1, high)
        let old = offset(low)
        while high - low > 1 {
            let middle = low + (high - low) / 2
            if offset(middle) == old { low = middle } else { high = middle }
        }
        return high
    }

    private func matches(day: Int64) -> Bool {
        let (month, dayOfMonth) = Self.date(days: day)
        guard months >> UInt64(month) & 1 == 1 else { return false }
        // 1970-01-01 was a Thursday.
        let weekday = (day + 4) - (day + 4).flooredQuotient(by: 7) * 7
        let (isDay, isWeekday) = (days >> UInt64(dayOfMonth) & 1 == 1, weekdays >> UInt64(weekday) & 1 == 1)
        return needsBothDays ? isDay && isWeekday : isDay || isWeekday
    }

    /// Month and day of a count of days since 1970-01-01; eras of 400 years begin on 1 March.
    private static func date(days: Int64) -> (Int64, Int64) {
        let shifted = days + 719_468
        let dayOfEra = shifted - shifted.flooredQuotient(by: 146_097) * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        return (
            monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9,
            dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        )
    }
}

extension Int64 {
    /// Rounded down, for negative numbers too.
    func flooredQuotient(by divisor: Int64) -> Int64 {
        let quotient = self / divisor
        return self % divisor < 0 ? quotient - 1 : quotient
    }
}
