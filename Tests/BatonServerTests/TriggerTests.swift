import BatonCore
import BatonRuntime
import BatonStore
import Crypto
import Foundation
import HTTPTypes
import Testing

@testable import BatonServer

@Suite("Triggers")
struct TriggerTests {
    private let path = "/api/v1/triggers/t"
    private let hook = "/api/v1/hooks/t"
    private static let workflow = #"name: flow\nparams: {body: {type: string}}\ntasks: {a: {run: x}}"#
    private static let webhook = #"{"workflow": "\#(workflow)", "webhook": {"secret": "HOOK"}}"#

    private static func signature(of body: String, key: String = "s3cret") -> String {
        let code = HMAC<SHA256>.authenticationCode(for: Data(body.utf8), using: SymmetricKey(data: Data(key.utf8)))
        return "sha256=" + code.map { String(format: "%02x", $0) }.joined()
    }

    private func send(_ stage: Stage, _ body: String, _ more: [String: String] = [:]) async throws -> Stage.Answer {
        try await stage.post(hook, body, ["X-Hub-Signature-256": Self.signature(of: body)].merging(more) { $1 })
    }

    /// With a webhook whose secret is `s3cret`.
    private func withHook(
        _ definition: String = Self.webhook, _ body: @Sendable (Stage) async throws -> Void
    ) async throws {
        try await Stage.with(authentication: true) { stage in
            try stage.server.vault.set("HOOK", to: "s3cret")
            let answer = try await stage.send(.put, path, [:], definition)
            #expect(answer.status == 200, "\(answer.text)")
            try await body(stage)
        }
    }

    @Test("a signed request starts a run that gets its body, and the same delivery starts no second one")
    func webhook() async throws {
        try await withHook { stage in
            let body = #"{"ref": "main", "who": "Ä"}"#
            for _ in 0..<2 {
                let answer = try await send(stage, body, ["X-GitHub-Delivery": "d-1", "X-API-Key": "none"])
                #expect(answer.status == 202 && answer["cause"] == .string("trigger"), "\(answer.text)")
                await stage.server.triggers.tick()
            }
            let submission = try #require(stage.engine.submissions.first)
            #expect(stage.engine.submissions.count == 1 && submission.parameters[name: "body"] == .string(body))
            #expect(submission.source == "trigger:t")
            _ = try await send(stage, body)
            _ = try await send(stage, body, ["Idempotency-Key": "d-2"])
            await stage.server.triggers.tick()
            #expect(stage.engine.submissions.count == 3, "other deliveries of the same body")
            let kept = try stage.store.firings(of: .trigger, named: "t", batch: nil, before: nil, limit: 9)
            #expect(
                kept.count == 3 && kept.allSatisfy { $0.input == nil }, "a body is kept no longer than it is needed")
        }
    }

    @Test("without the right signature nothing is started, and nobody is told whether there is such a hook")
    func signatures() async throws {
        try await withHook { stage in
            let right = Self.signature(of: "{}")
            var answers: [String] = []
            for wrong in [
                nil, "", "sha256=", right.uppercased(), String(right.dropLast()), right + "00",
                Self.signature(of: "{ }"),
                Self.signature(of: "{}", key: "other"), String(right.dropFirst(7)),
            ] {
                let answer = try await stage.post(hook, "{}", wrong.map { ["X-Hub-Signature-256": $0] } ?? [:])
                #expect(answer.status == 401, "\(wrong ?? "none")")
                answers.append(answer["detail"]?.text ?? "")
            }
            let unknown = try await stage.post("/api/v1/hooks/x", "{}", ["X-Hub-Signature-256": right])
            #expect(unknown.status == 401 && Set(answers) == [unknown["detail"]?.text ?? "none"])
            try stage.server.vault.set("HOOK", to: "")
            let empty = ["X-Hub-Signature-256": Self.signature(of: "{}", key: "")]
            #expect(try await stage.post(hook, "{}", empty).status == 401, "anybody could sign so")
            #expect(try await stage.send(.put, path, [:], Self.webhook).text.contains("is empty"))
            #expect(try await stage.send(.delete, "/api/v1/secrets/HOOK").status == 200)
            #expect(try await send(stage, "{}").status == 401, "a secret that is gone opens nothing")
            await stage.server.triggers.tick()
            #expect(stage.engine.submissions.isEmpty)
            #expect(try stage.store.firings(of: .trigger, named: "t", batch: nil, before: nil, limit: 9).isEmpty)
        }
    }

    @Test("a body that is too long or no text is refused; one for a map is read as JSON")
    func bodies() async throws {
        let definition = #"""
            {"workflow": "name: flow\nparams: {event: {type: map, default: {}}}\ntasks: {a: {run: x}}",
             "webhook": {"secret": "HOOK", "body_parameter": "event"}}
            """#
        try await withHook(definition) { stage in
            #expect(try await send(stage, String(repeating: "a", count: 120 << 10 + 1)).status == 413)
            #expect(try await send(stage, "a\0b").status == 400)
            #expect(try await send(stage, #"{"n": [1]}"#).status == 202)
            #expect(try await send(stage, "no JSON").status == 202)
            await stage.server.triggers.tick()
            #expect(stage.engine.submissions.count == 1)
            let value = stage.engine.submissions.first?.parameters[name: "event"]
            #expect(value?.json == #"{"n":[1]}"#)
            let firings = try await stage.get(path + "/firings")
            #expect(firings.text.contains("refused") && firings.text.contains("is a map"), "\(firings.text)")
        }
    }

    @Test("more than may go on at once wait for the others; what is paused takes nothing")
    func capAndPause() async throws {
        let definition = #"{"workflow": "\#(Self.workflow)", "webhook": {"secret": "HOOK"}, "max_active_runs": 2}"#
        try await withHook(definition) { stage in
            for _ in 0..<3 { _ = try await send(stage, "{}") }
            await stage.server.triggers.tick()
            #expect(stage.engine.submissions.count == 2)
            #expect(try await stage.get(path)["waiting"] == .number(1))
            #expect(try await stage.post(path + "/pause")["enabled"] == .boolean(false))
            #expect(try await send(stage, "{}").status == 409)
            try stage.endRuns()
            await stage.server.triggers.tick()
            #expect(stage.engine.submissions.count == 2)
            _ = try await stage.post(path + "/resume")
            await stage.server.triggers.tick()
            #expect(stage.engine.submissions.count == 3)
        }
    }

    @Test("what was taken outlives the server, whenever it dies", arguments: [false, true])
    func death(_ isRunMade: Bool) async throws {
        try await withHook { stage in
            _ = try await send(stage, "{}")
            if isRunMade {
                stage.engine.fail(afterRecording: true)
                await stage.newTriggers().tick()
                stage.engine.fail(afterRecording: false)
            }
            for _ in 0..<2 { await stage.newTriggers().tick() }
            #expect(stage.engine.submissions.count == 1)
            #expect(stage.engine.submissions.first?.parameters[name: "body"] == .string("{}"))
            #expect(try await stage.get(path + "/firings").text.contains("started"))
        }
    }

    @Test("a run that ends as it says starts another, once for each end, through restarts")
    func runEnded() async throws {
        try await Stage.with { stage in
            let next = #"name: next\nparams: {run: {type: string}}\ntasks: {a: {run: x}}"#
            let before = try await stage.submitTwoTasks()
            try end(before, stage)
            let body = #"{"workflow": "\#(next)", "run_ended": {"workflow": "flow"}}"#
            #expect(try await stage.send(.put, path, [:], body).status == 200)
            stage.time.advance(by: .seconds(1))
            let (good, bad) = (try await stage.submitTwoTasks(), try await stage.submitTwoTasks())
            try stage.engine.start(0, of: bad)
            try stage.engine.end(0, of: bad, .failed(.exitCode(1)))
            #expect(try stage.store.run(bad).status == .failed)
            await stage.server.triggers.tick()
            #expect(started(stage).isEmpty, "one goes on, one failed, one ended before")
            try end(good, stage)
            for _ in 0..<2 { await stage.newTriggers().tick() }
            #expect(started(stage) == [good.description])
            // An hour later, in another server, one that was tried again ends.
            stage.time.advance(by: .seconds(5_000))
            try await stage.engine.carryOut(.retry(bad))
            try stage.engine.start(0, of: bad)
            try stage.engine.end(0, of: bad, attempt: 2)
            try stage.engine.start(1, of: bad)
            try stage.engine.end(1, of: bad)
            for _ in 0..<2 { await stage.newTriggers().tick() }
            #expect(started(stage) == [good.description, bad.description])
        }
    }

    @Test("what ends while a trigger is paused starts nothing")
    func pausedEnd() async throws {
        try await Stage.with { stage in
            let body = #"{"workflow": "name: next\ntasks: {a: {run: x}}", "run_ended": {"workflow": "flow"}}"#
            #expect(try await stage.send(.put, path, [:], body).status == 200)
            _ = try await stage.post(path + "/pause")
            stage.time.advance(by: .seconds(1))
            try end(try await stage.submitTwoTasks(), stage)
            stage.time.advance(by: .seconds(1))
            _ = try await stage.post(path + "/resume")
            await stage.server.triggers.tick()
            #expect(stage.engine.submissions.map(\.workflow.name) == ["flow"])
        }
    }

    private func end(_ run: Run.ID, _ stage: Stage) throws {
        for task in 0..<2 {
            try stage.engine.start(task, of: run)
            try stage.engine.end(task, of: run)
        }
    }

    private func started(_ stage: Stage) -> [String] {
        stage.engine.submissions.compactMap { $0.parameters[name: "run"]?.text }
    }

    @Test(
        "what is wrong with a trigger is said, and nothing of it is kept",
        arguments: [
            (#"{"workflow": "W"}"#, "one of 'webhook', 'run_ended' and 'files'"),
            (#"{"workflow": "W", "webhook": {"secret": "NONE"}}"#, "there is no secret 'NONE'"),
            (#"{"workflow": "W", "webhook": {}}"#, "'webhook.secret' is missing"),
            (#"{"workflow": "W", "run_ended": {"workflow": "w"}}"#, "start itself again"),
            (#"{"workflow": "W", "run_ended": {"workflow": "x", "statuses": ["running"]}}"#, "not 'running'"),
            (#"{"workflow": "W", "run_ended": {"workflow": "x", "statuses": []}}"#, "nothing would ever start"),
            (#"{"workflow": "W", "run_ended": {"workflow": "x", "run_parameter": "y"}}"#, "no parameter 'y'"),
            (#"{"workflow": "W", "run_ended": {"workflow": "x"}, "cron": "@daily"}"#, "'cron' is not known here"),
            (#"{"run_ended": {"workflow": "x"}}"#, "either 'workflow'"),
            (#"{"workflow": "W", "files": {"glob": "in/*"}}"#, "an absolute path without '**'"),
            (#"{"workflow": "W", "files": {"glob": "/in/**/x"}}"#, "an absolute path without '**'"),
            (#"{"workflow": "W", "files": {"glob": "/in/*", "recursive": true}}"#, "'files.recursive' is not known"),
        ])
    func wrong(_ body: String, _ said: String) async throws {
        try await Stage.with { stage in
            let body = body.replacing(#""W""#, with: #""name: w\ntasks: {a: {run: x}}""#)
            let answer = try await stage.send(.put, path, [:], body)
            #expect(answer.status == 422 && answer.text.contains(said), "\(answer.text)")
            #expect(try await stage.get(path).status == 404)
        }
    }

    @Test("a trigger is shown, listed and removed; a viewer only looks; each change is on record")
    func story() async throws {
        try await withHook { stage in
            #expect(try await stage.get(path)["webhook", "secret"] == .string("HOOK"))
            let list = try await stage.get("/api/v1/triggers")
            #expect(list.text.contains(#""name":"t""#) && !list.text.contains("run: x"))
            let made = try await stage.post("/api/v1/keys", #"{"name": "eve", "role": "viewer"}"#)
            let key = ["X-API-Key": try #require(made["api_key"]?.text)]
            #expect(try await stage.get(path + "/firings", key).status == 200)
            for end in ["/pause", "/resume"] { #expect(try await stage.post(path + end, "", key).status == 403) }
            #expect(try await stage.send(.delete, path, key).status == 403)
            #expect(try await stage.send(.put, path, key, Self.webhook).status == 403)
            #expect(try await stage.send(.delete, path).status == 200)
            for (method, end) in [
                (HTTPRequest.Method.get, ""), (.get, "/firings"), (.post, "/pause"), (.post, "/resume"), (.delete, ""),
            ] { #expect(try await stage.send(method, path + end).status == 404, "\(method) \(end)") }
            #expect(try await send(stage, "{}").status == 401)
            let audit = try await stage.get("/api/v1/audit").text
            for action in ["set", "removed"] { #expect(audit.contains("trigger.\(action)")) }
        }
    }
}

extension Stage {
    /// As after a restart: it knows nothing but the record.
    fileprivate func newTriggers() -> TriggerDesk {
        TriggerDesk(starter: newStarter(), vault: server.vault, interval: .seconds(1))
    }
}
