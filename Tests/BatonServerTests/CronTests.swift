import Foundation
import Testing

@testable import BatonServer

@Suite("Times that cron writes")
struct CronTests {
    /// The next times after a moment in UTC, as UTC.
    private func next(
        _ text: String, after start: String, in zone: String = "UTC", limit: Int = 3, through end: String? = nil
    ) throws -> [String] {
        let zone = try #require(TimeZone(identifier: zone))
        let expression = try CronExpression(text)
        let times = expression.times(after: try seconds(start), through: try end.map(seconds), limit: limit) {
            Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double($0))))
        }
        return times.map { time in
            String(Date(timeIntervalSince1970: Double(time)).formatted(.iso8601).dropLast(4))
        }
    }

    private func seconds(_ text: String) throws -> Int64 {
        Int64(try Date("\(text):00Z", strategy: .iso8601).timeIntervalSince1970)
    }

    @Test("fields, lists, ranges, steps and names; a time that is now is over")
    func fields() throws {
        #expect(
            try next("*/20 9-10 * * *", after: "2027-01-01T09:20")
                == ["2027-01-01T09:40", "2027-01-01T10:00", "2027-01-01T10:20"])
        #expect(
            try next("0 0 * * mon,FRI", after: "2027-01-01T00:00")
                == ["2027-01-04T00:00", "2027-01-08T00:00", "2027-01-11T00:00"])
        #expect(
            try next("5/25 0 1 jan-feb *", after: "2027-01-01T00:06")
                == ["2027-01-01T00:30", "2027-01-01T00:55", "2027-02-01T00:05"])
        #expect(try next("@monthly", after: "2027-12-01T00:00", limit: 1) == ["2028-01-01T00:00"])
        // Sunday is 7 as well as 0, alone and at the end of a range.
        #expect(try next("0 0 * * 7", after: "2027-01-01T00:00", limit: 1) == ["2027-01-03T00:00"])
        #expect(
            try next("0 0 * * 6-7", after: "2027-01-01T00:00", limit: 2) == ["2027-01-02T00:00", "2027-01-03T00:00"])
    }

    @Test("short months and leap years are left out or waited for")
    func monthEnds() throws {
        #expect(
            try next("0 0 31 * *", after: "2027-01-31T00:00")
                == ["2027-03-31T00:00", "2027-05-31T00:00", "2027-07-31T00:00"])
        #expect(
            try next("0 0 29 2 *", after: "2095-01-01T00:00", limit: 2) == ["2096-02-29T00:00", "2104-02-29T00:00"])
        #expect(try next("0 0 30 2 *", after: "2027-01-01T00:00").isEmpty)
    }

    @Test("either day is enough, unless one of them begins with a star")
    func days() throws {
        // The 13th, and every Friday.
        #expect(
            try next("0 0 13 * fri", after: "2027-01-08T00:00")
                == ["2027-01-13T00:00", "2027-01-15T00:00", "2027-01-22T00:00"])
        // Odd days that are Fridays.
        #expect(
            try next("0 0 */2 * fri", after: "2027-01-01T00:00")
                == ["2027-01-15T00:00", "2027-01-29T00:00", "2027-02-05T00:00"])
    }

    @Test("a time that the clock leaves out comes when it jumps")
    func gap() throws {
        #expect(
            try next("30 2 * * *", after: "2027-03-27T12:00", in: "Europe/Berlin", limit: 2)
                == ["2027-03-28T01:00", "2027-03-29T00:30"])
        // Four of these are left out; the moment of the jump comes once.
        #expect(
            try next("*/15 * * * *", after: "2027-03-28T00:30", in: "Europe/Berlin")
                == ["2027-03-28T00:45", "2027-03-28T01:00", "2027-03-28T01:15"])
    }

    @Test("a time that the clock shows twice comes once; of every hour twice")
    func overlap() throws {
        #expect(
            try next("30 2 * * *", after: "2027-10-30T12:00", in: "Europe/Berlin", limit: 2)
                == ["2027-10-31T00:30", "2027-11-01T01:30"])
        #expect(
            try next("30 * * * *", after: "2027-10-31T00:00", in: "Europe/Berlin")
                == ["2027-10-31T00:30", "2027-10-31T01:30", "2027-10-31T02:30"])
    }

    @Test("times up to an end, and an end before all")
    func range() throws {
        #expect(
            try next("@daily", after: "2027-01-01T00:00", limit: 100, through: "2027-01-03T00:00")
                == ["2027-01-02T00:00", "2027-01-03T00:00"])
        #expect(try next("@yearly", after: "2027-02-01T00:00", limit: 100, through: "2027-03-01T00:00").isEmpty)
    }

    @Test(
        "what is no time is refused",
        arguments: [
            "", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *", "* * * * 8",
            "5-1 * * * *", "*/0 * * * *", "a * * * *", "1, * * * *", "-1 * * * *", "1/ * * * *", "@reboot",
            "* * * foo *",
        ])
    func refused(_ text: String) {
        #expect(throws: CronExpression.Invalid.self) { try CronExpression(text) }
    }
}
