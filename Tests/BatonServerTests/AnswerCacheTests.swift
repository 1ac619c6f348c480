import BatonCore
import BatonStore
import Foundation
import Testing

@Suite("Answers kept until the record changes")
struct AnswerCacheTests {
    @Test("what is asked for again is the same answer, and a new one as soon as anything has happened")
    func fresh() async throws {
        try await Stage.with { stage in
            let run = try await stage.submitTwoTasks()
            let paths = ["/api/v1/runs?limit=5", "/api/v1/runs/\(run)", "/api/v1/runs/\(run)/tasks"]
            for path in paths {
                let first = try await stage.get(path)
                let second = try await stage.get(path)
                #expect(first.text == second.text)
                #expect(first.header("ETag") == second.header("ETag"))
                #expect(try await stage.get(path, ["If-None-Match": first.header("ETag") ?? ""]).status == 304)
                let other = try await stage.submitTwoTasks()
                #expect(try await stage.get("/api/v1/runs?limit=50").text.contains(other.description))
            }
            #expect(try await stage.get("/api/v1/runs/\(run)")["status"] == .string("running"))
            _ = try await stage.post("/api/v1/runs/\(run)/cancel")
            #expect(try await stage.get("/api/v1/runs/\(run)")["status"] != .string("running"))
        }
    }

    @Test("what another process writes is seen with the next request")
    func other() async throws {
        try await Stage.with { stage in
            let run = try await stage.submitTwoTasks()
            #expect(try await stage.get("/api/v1/runs/\(run)/tasks").text.contains(#""priority":50"#))
            let other = try SQLStore(sqliteAt: stage.folder + "/baton.db")
            try other.append(
                [Recorded(event: .prioritized(run, nil, priority: 7), at: stage.time.now, changes: [])], for: run)
            #expect(try await stage.get("/api/v1/runs/\(run)/tasks").text.contains(#""priority":7"#))
        }
    }

    @Test("an answer belongs to its query and its reader's rights, and is nothing that was refused")
    func apart() async throws {
        try await Stage.with(authentication: true) { stage in
            let run = try await stage.submitTwoTasks()
            #expect(try await stage.get("/api/v1/runs?limit=1")["next_cursor"] == .null)
            _ = try await stage.submitTwoTasks()
            #expect(try await stage.get("/api/v1/runs?limit=1")["next_cursor"] != .null)
            #expect(try await stage.get("/api/v1/runs?limit=2")["next_cursor"] == .null)
            #expect(try await stage.get("/api/v1/runs/\(run)").status == 200)
            #expect(try await stage.get("/api/v1/runs/\(run)", ["X-API-Key": "baton_wrong"]).status == 401)
            #expect(try await stage.get("/api/v1/runs/0000000000000").status == 404)
            #expect(try await stage.get("/api/v1/runs/0000000000000").status == 404)
        }
    }
}
