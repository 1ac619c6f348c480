import Foundation
import Testing

@Suite("serve with schedules")
struct ScheduledRunTests {
    private let path = "/api/v1/schedules/load"
    private let times = 60

    @Test("killed again and again while it makes up for times of the past, each time runs exactly once")
    func kills() throws {
        let house = try Household()
        var server = try Served(house)
        try makeSchedule(on: server)
        let range = #"{"from": "2025-01-01T00:00:00Z", "to": "2025-01-03T11:00:00Z", "max_active_runs": 1000}"#
        let backfill = try #require(try server.post("\(path)/backfills", range).member("backfill"))
        for _ in 0..<8 {
            let before = try started(on: server)
            guard before < times else { break }
            try server.wait { try started(on: server) > before }
            server.kill()
            server = try Served(house, key: server.key)
        }
        try server.wait { try started(on: server) == times }
        let page = try object(server.get("\(path)/firings?limit=500&backfill=\(backfill)"))
        let runs = (page["firings"] as? [[String: Any]])?.compactMap { $0["run"] as? String } ?? []
        #expect(Set(runs).count == times)
        for run in runs { try server.waitForEnd(of: run) }
        for hour in 0..<times {
            let time = Date(timeIntervalSince1970: 1_735_689_600 + Double(hour) * 3_600)
            let name = "ran." + time.formatted(.iso8601).dropLast() + ".000Z"
            #expect(server.file(name) == "x\n", "\(name)")
        }
        #expect(server.stop() == 0)
    }

    @Test("a schedule outlives its server, and runs when it is asked to")
    func restart() throws {
        let house = try Household()
        var server = try Served(house)
        try makeSchedule(on: server)
        #expect(server.stop() == 0)
        server = try Served(house, key: server.key)
        let answer = try server.post("\(path)/run", "")
        let run = try #require(answer.member("run"), "\(answer.text)")
        try server.waitForEnd(of: run)
        #expect(server.file("ran.\(try #require(answer.member("time")))") == "x\n")
        #expect(server.stop() == 0)
    }

    private func makeSchedule(on server: Served) throws {
        let workflow = """
            name: load
            params: {scheduled_time: {type: string}}
            tasks:
              a: {run: 'echo x >> "ran.${{ params.scheduled_time }}"', resources: {cpu: 0.1}}
            """
        let body = try JSONSerialization.data(withJSONObject: ["workflow": workflow, "cron": "0 * * * *"])
        let answer = try server.send("PUT", path, String(decoding: body, as: UTF8.self))
        #expect(answer.status == 200, "\(answer.text)")
    }

    private func started(on server: Served) throws -> Int {
        let backfills = try object(server.get(path))["backfills"] as? [[String: Any]]
        let counts = backfills?.first?["counts"] as? [String: Any]
        return try #require(counts?["started"] as? Int)
    }

    private func object(_ answer: Served.Answer) throws -> [String: Any] {
        try #require(JSONSerialization.jsonObject(with: Data(answer.text.utf8)) as? [String: Any])
    }
}
