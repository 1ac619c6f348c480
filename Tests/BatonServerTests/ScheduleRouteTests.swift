import BatonCore
import BatonRuntime
import BatonStore
import HTTPTypes
import Testing

@testable import BatonServer

@Suite("Schedules over HTTP")
struct ScheduleRouteTests {
    private let path = "/api/v1/schedules/s"

    @Test("a schedule is made, shown with what it does, listed, paused, resumed and removed; each is on record")
    func story() async throws {
        try await Stage.with(authentication: true) { stage in
            try await stage.schedule("30 9 * * *", #""time_zone": "Europe/Berlin", "max_active_runs": 2,"#)
            let made = try await stage.get(path)
            #expect(made["next_time"] == .string("2027-01-15T08:30:00.000Z"))
            #expect(made["cron"] == .string("30 9 * * *") && made["time_zone"] == .string("Europe/Berlin"))
            #expect(made["catchup"] == .string("latest") && made["max_active_runs"] == .number(2))
            #expect(made["workflow_name"] == .string("flow") && made["parameters", "who"] == .string("Ada"))
            #expect(made["workflow"] != nil && made["last_firings"] == .list([]))
            stage.time.advance(by: .seconds(1_800))
            await stage.server.schedules.tick()
            let list = try await stage.get("/api/v1/schedules")
            guard case .list(let all)? = list["schedules"], let only = all.first, all.count == 1 else {
                Issue.record("no list: \(list.text)")
                return
            }
            #expect(only["workflow"] == nil && only["active_runs"] == .number(1))
            guard case .list(let firings)? = only["last_firings"] else { return }
            #expect(firings[0]["state"] == .string("started") && firings[0]["run_status"] == .string("running"))
            #expect(firings[0]["run"] == .string(stage.engine.submissions[0].run.description))
            let paused = try await stage.post(path + "/pause")
            #expect(paused["enabled"] == .boolean(false) && paused["next_time"] == .null)
            let resumed = try await stage.post(path + "/resume")
            #expect(resumed["enabled"] == .boolean(true) && resumed["next_time"] == .string("2027-01-16T08:30:00.000Z"))
            #expect(try await stage.send(.delete, path).status == 200)
            #expect(try await stage.get(path).status == 404)
            #expect(try await stage.get("/api/v1/runs").text.contains("schedule:s"), "its runs stay")
            let audit = try await stage.get("/api/v1/audit").text
            for action in ["set", "paused", "resumed", "removed"] { #expect(audit.contains("schedule.\(action)")) }
            #expect(audit.contains(#""actor":"schedule:s","action":"run.submitted""#))
        }
    }

    @Test(
        "what is wrong with a schedule is said, with what to do, and nothing of it is kept",
        arguments: [
            (#"{}"#, "'workflow_id'"), (#"{"workflow": "W", "workflow_id": "x", "cron": "@daily"}"#, "either"),
            (#"{"workflow_id": "x", "cron": "@daily"}"#, "run it once"), (#"{"workflow": "W"}"#, "'cron' is missing"),
            (#"{"workflow": "W", "cron": "61 * * * *"}"#, "'61' is no minute: one is 0 to 59"),
            (#"{"workflow": "W", "cron": "0 0 30 2 *"}"#, "a day that never comes"),
            (#"{"workflow": "W", "cron": "@daily", "time_zone": "Europe/Berlim"}"#, "Did you mean 'Europe/Berlin'?"),
            (#"{"workflow": "W", "cron": "@daily", "catchup": "some"}"#, "none, latest, all"),
            (#"{"workflow": "W", "cron": "@daily", "max_active_runs": 0}"#, "from 1 to 1000"),
            (#"{"workflow": "W", "cron": "@daily", "directory": "/nowhere"}"#, "absolute path of a folder"),
            (#"{"workflow": "W", "cron": "@daily", "time_parameter": "when"}"#, "no parameter 'when'"),
            (#"{"workflow": "W", "cron": "@daily", "parameters": {"x": 1}, "time_parameter": "x"}"#, "leave it out"),
            (#"{"workflow": "W", "cron": "@daily", "parameters": {"y": 1}}"#, "no parameter 'y'"),
            (#"{"workflow": "W", "cron": "@daily", "tz": "UTC"}"#, "'tz' is not known here"),
            (#"{"workflow": "name: w\ntasks: {a: {run: x, need: [b]}}", "cron": "@daily"}"#, "need"),
        ])
    func wrong(_ body: String, _ said: String) async throws {
        try await Stage.with { stage in
            let workflow = #"name: w\nparams: {x: 1}\ntasks: {a: {run: x}}"#
            let body = body.replacing(#""W""#, with: "\"\(workflow)\"")
            let answer = try await stage.send(.put, path, [:], body)
            #expect(answer.status == 422, "\(answer.text)")
            #expect(answer.text.contains(said), "\(answer.text)")
            #expect(try await stage.get(path).status == 404)
        }
    }

    @Test("a name that can't stand in a path, and a body that is no JSON, are refused")
    func names() async throws {
        try await Stage.with { stage in
            let body = #"{"workflow": "name: w\ntasks: {a: {run: x}}", "cron": "@daily"}"#
            for name in ["a%20b", "-a", "a%2Fb", String(repeating: "a", count: 101)] {
                let answer = try await stage.send(.put, "/api/v1/schedules/\(name)", [:], body)
                #expect(answer.status == 422 && answer.text.contains("letters, digits"), "\(name): \(answer.text)")
            }
            #expect(try await stage.send(.put, path, [:], "{").status == 400)
            #expect(try await stage.send(.put, path, [:], body).status == 200)
        }
    }

    @Test("of a schedule that is not there nothing can be asked")
    func unknown() async throws {
        try await Stage.with { stage in
            let range = #"{"from": "2027-01-01T00:00:00Z", "to": "2027-01-02T00:00:00Z"}"#
            for (method, end, body) in [
                (HTTPRequest.Method.get, "", nil), (.delete, "", nil), (.post, "/pause", ""), (.post, "/resume", ""),
                (.post, "/run", ""), (.post, "/backfills", range), (.delete, "/backfills/x", nil),
                (.get, "/firings", nil),
            ] as [(HTTPRequest.Method, String, String?)] {
                let answer = try await stage.send(method, path + end, [:], body)
                let isTold = answer.text.contains("no schedule 's'")
                #expect(answer.status == 404 && isTold, "\(method) \(end): \(answer.text)")
            }
        }
    }

    @Test("a viewer looks at schedules and changes none")
    func roles() async throws {
        try await Stage.with(authentication: true) { stage in
            try await stage.schedule("@daily")
            let made = try await stage.post("/api/v1/keys", #"{"name": "eve", "role": "viewer"}"#)
            let key = ["X-API-Key": try #require(made["api_key"]?.text)]
            for end in ["", "/firings"] { #expect(try await stage.get(path + end, key).status == 200) }
            for end in ["/pause", "/resume", "/run", "/backfills"] {
                #expect(try await stage.post(path + end, "{}", key).status == 403)
            }
            for method in [HTTPRequest.Method.put, .delete] {
                #expect(try await stage.send(method, path, key, "{}").status == 403)
            }
            #expect(try await stage.send(.delete, path + "/backfills/x", key).status == 403)
        }
    }

    @Test("a run that is asked for now is made once for each key, and a refusal is an error")
    func runNow() async throws {
        try await Stage.with { stage in
            try await stage.schedule("@daily")
            let headers = ["Idempotency-Key": "k"]
            let first = try await stage.post(path + "/run", "", headers)
            let second = try await stage.post(path + "/run", "", headers)
            #expect(first.status == 201 && first.text == second.text && stage.engine.submissions.count == 1)
            #expect(first["cause"] == .string("manual") && first["state"] == .string("started"))
            #expect(first["run"] == .string(stage.engine.submissions[0].run.description))
            stage.engine.refuse(with: .missingSecrets(["token"]))
            let refused = try await stage.post(path + "/run")
            #expect(refused.status == 422 && refused.text.contains("no secret token"))
            stage.engine.refuse(with: .queueFull(limit: 1))
            let waiting = try await stage.post(path + "/run")
            #expect(waiting.status == 201 && waiting["state"] == .string("waiting") && waiting["run"] == nil)
            stage.engine.refuse(with: nil)
            await stage.server.schedules.tick()
            #expect(stage.engine.submissions.count == 2)
        }
    }

    @Test("a backfill tells how far it is, once for each key, and its rest can be cancelled")
    func backfill() async throws {
        try await Stage.with { stage in
            try await stage.schedule("0 * * * *")
            let body = #"{"from": "2027-01-15T08:00:00+02:00", "to": "2027-01-15T08:00:00Z", "max_active_runs": 1}"#
            let headers = ["Idempotency-Key": "k"]
            let made = try await stage.post(path + "/backfills", body, headers)
            #expect(made.status == 201 && made["times"] == .number(3) && made["counts", "waiting"] == .number(3))
            #expect(try await stage.post(path + "/backfills", body, headers).text == made.text)
            await stage.server.schedules.tick()
            let id = try #require(made["backfill"]?.text)
            guard case .list(let shown)? = try await stage.get(path)["backfills"] else { return }
            #expect(shown.count == 1 && shown[0]["active_runs"] == .number(1))
            let cancelled = try await stage.send(.delete, path + "/backfills/\(id)")
            #expect(cancelled["counts", "skipped"] == .number(2) && cancelled["counts", "started"] == .number(1))
            #expect(try await stage.send(.delete, path + "/backfills/x").status == 404)
            let firings = try await stage.get(path + "/firings?backfill=\(id)&limit=2")
            guard case .list(let page)? = firings["firings"] else { return }
            #expect(page.count == 2 && page[0]["time"] == .string("2027-01-15T08:00:00.000Z"))
            #expect(page[0]["cause"] == .string("backfill") && page[0]["backfill"] == .string(id))
            let cursor = try #require(firings["next_cursor"]?.text)
            let rest = try await stage.get(path + "/firings?limit=2&cursor=\(cursor)")
            guard case .list(let last)? = rest["firings"] else { return }
            #expect(last.count == 1 && last[0]["state"] == .string("started") && rest["next_cursor"] == .null)
            #expect(try await stage.get(path + "/firings?cursor=x").status == 400)
        }
    }

    @Test(
        "a backfill that can't be is refused, and says what can",
        arguments: [
            ("2027-01-15T00:00:00Z", "2027-01-16T00:00:00Z", "the future"),
            ("2027-01-15T00:00:00Z", "2027-01-14T00:00:00Z", "not be later"),
            ("2027-01-15T00:00:30Z", "2027-01-15T00:00:40Z", "a longer range"),
            ("2026-12-31T00:00:00Z", "2027-01-15T00:00:00Z", "to 2027-01-06T22:39:00.000Z first"),
            ("yesterday", "2027-01-15T00:00:00Z", "must be a time such as"),
        ])
    func wrongBackfill(_ from: String, _ to: String, _ said: String) async throws {
        try await Stage.with { stage in
            try await stage.schedule("* * * * *")
            let answer = try await stage.post(path + "/backfills", #"{"from": "\#(from)", "to": "\#(to)"}"#)
            #expect(answer.status == 422 && answer.text.contains(said), "\(answer.text)")
            #expect(try stage.firings().isEmpty)
        }
    }
}
