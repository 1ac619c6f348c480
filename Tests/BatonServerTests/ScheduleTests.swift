import BatonCore
import BatonFormats
import BatonStore
import Testing

@testable import BatonServer

@Suite("Times of schedules")
struct ScheduleTests {
    private static func schedule(_ more: String = "") throws -> Schedule {
        try Schedule(name: "s", try JSONInput.read(#"{"workflow": "x", "cron": "0 * * * *"\#(more)}"#))
    }

    private static func time(_ text: String) throws -> Instant { try #require(Instant(rfc3339: text)) }

    @Test("what was written down reads back from the record as it was")
    func roundTrip() throws {
        var schedule = try Self.schedule(
            #"""
            , "time_zone": "Europe/Berlin", "enabled": false, "max_active_runs": 3, "catchup": "all",
            "parameters": {"b": 1, "a": ["ä"]}, "time_parameter": "t", "directory": "/tmp"
            """#)
        schedule.template.workflow = "x"
        let automation = Automation(
            kind: .schedule, name: "s", definition: schedule.definition, seen: .zero, created: .zero)
        let again = try Schedule(automation)
        #expect(again.definition == schedule.definition)
        #expect(
            again.template.workflow == "x" && again.template.source == .text("x") && again.catchUp == .all
                && !again.isEnabled)
        #expect(again.template.parameters.map(\.name) == ["b", "a"] && again.zoneName == "Europe/Berlin")
        let other = try Schedule(name: "s", try JSONInput.read(#"{"workflow_id": "flow", "cron": "@daily"}"#))
        #expect(
            other.template.source == .newest("flow") && other.zoneName == "UTC" && other.template.activeRunsMax == 1)
    }

    @Test("times are those of the zone, also where its clock is changed")
    func zones() throws {
        let schedule = try Schedule(
            name: "s", try JSONInput.read(#"{"workflow": "x", "cron": "30 2 * * *", "time_zone": "Europe/Berlin"}"#))
        let times = schedule.times(after: try Self.time("2027-03-27T00:00:00Z"), limit: 3).map(\.rfc3339)
        #expect(times == ["2027-03-27T01:30:00.000Z", "2027-03-28T01:00:00.000Z", "2027-03-29T00:30:00.000Z"])
    }

    @Test(
        "of times that were missed none, the last or all are started; what came a moment ago is not missed",
        arguments: [("none", []), ("latest", ["11:00"]), ("all", ["09:00", "10:00", "11:00"])])
    func missed(_ rule: String, _ started: [String]) throws {
        let schedule = try Self.schedule(#", "catchup": "\#(rule)""#)
        let now = try Self.time("2027-01-01T11:01:00.001Z")
        let due = schedule.times(after: try Self.time("2027-01-01T08:00:00Z"), through: now, limit: 9)
        let firings = schedule.firings(for: due, isLast: true, at: now, room: 1)
        #expect(firings.count == 3)
        let waiting = firings.filter { $0.state == .waiting }.map { $0.key.dropFirst(11).prefix(5) }
        #expect(waiting.map(String.init) == started)
        #expect(firings.allSatisfy { ($0.state == .skipped) == ($0.reason?.contains("did not run") == true) })
        let sooner = try Self.time("2027-01-01T11:01:00Z")
        let last = try #require(schedule.firings(for: due, isLast: true, at: sooner, room: 1).last)
        #expect(last.state == .waiting, "a minute is not late")
    }

    @Test("a time that stands for those before it is the last of all, not of those written at once")
    func portions() throws {
        let schedule = try Self.schedule()
        let now = try Self.time("2027-01-02T00:30:00Z")
        let due = schedule.times(after: try Self.time("2027-01-01T00:00:00Z"), through: now, limit: 5)
        #expect(schedule.firings(for: due, isLast: false, at: now, room: 1).allSatisfy { $0.state == .skipped })
    }

    @Test("a time for which there is no room is left out, unless all are to be made up for")
    func room() throws {
        let now = try Self.time("2027-01-01T11:00:01Z")
        let due = [try Self.time("2027-01-01T11:00:00Z")]
        let skipped = try #require(try Self.schedule().firings(for: due, isLast: true, at: now, room: 0).first)
        #expect(skipped.state == .skipped && skipped.reason?.contains("'max_active_runs' allows: 1") == true)
        let patient = try Self.schedule(#", "catchup": "all""#)
        #expect(patient.firings(for: due, isLast: true, at: now, room: 0).first?.state == .waiting)
    }

    @Test("RFC 3339 is read with any offset, and what is no time is not")
    func times() throws {
        #expect(try Self.time("2027-03-01T01:30:00+01:30").rfc3339 == "2027-03-01T00:00:00.000Z")
        #expect(try Self.time("2028-02-29t23:59:59.25z").rfc3339 == "2028-02-29T23:59:59.250Z")
        #expect(try Self.time("1970-01-01T00:00:00Z") == .zero)
        for wrong in [
            "", "2027-03-01", "2027-02-29T00:00:00Z", "2027-13-01T00:00:00Z", "2027-03-01T24:00:00Z",
            "2027-03-01T00:00:00", "2300-01-01T00:00:00Z", "2027-03-01T00:00:60Z", "2027-03-01T00:00:00+1:00",
        ] { #expect(Instant(rfc3339: wrong) == nil, "\(wrong)") }
    }
}
