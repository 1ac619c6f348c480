import BatonCore
import BatonFormats
import BatonRuntime
import BatonStore
import Crypto
import Foundation
import HTTPTypes
import Testing

@testable import BatonServer

@Suite("Notifications")
struct NotificationTests {
    @Test("the end of a run is told once, as a signed CloudEvent, whoever looks how often")
    func webhook() async throws {
        try await FakeReceiver.with(#"{"url": "\#(FakeReceiver.url)", "secret_name": "HOOK"}"#) { stage, receiver in
            let run = try await stage.finishRun()
            for _ in 0..<2 { await stage.server.notifications.tick() }
            await stage.newNotifications(receiver).tick()
            let request = try #require(receiver.requests.first)
            #expect(receiver.requests.count == 1 && request.url == FakeReceiver.url && request.address == "192.0.2.1")
            let code = HMAC<SHA256>.authenticationCode(
                for: Data(request.body), using: SymmetricKey(data: Data("s3cret".utf8)))
            let signature = "sha256=" + code.map { String(format: "%02x", $0) }.joined()
            #expect(request["X-Hub-Signature-256"] == signature)
            let body = request.json
            #expect(body["type"] == .string("baton.run.succeeded") && body["specversion"] == .string("1.0"))
            #expect(body["id"]?.text == request["X-Baton-Delivery"] && body["id"]?.text?.count == 32)
            let data = try #require(body["data"])
            #expect(data["run"]?.text == run.description && data["workflow"] == .string("flow"))
            #expect(data["duration_seconds"] == .number(3) && data["counts"]?["succeeded"] == .number(2))
            #expect(data["parameters"] == nil && data["failures"] == .list([]))
            let delivery = try await stage.deliveries()[0]
            #expect(delivery["state"] == .string("delivered") && delivery["http_status"] == .number(200))
            #expect(delivery["delivery"]?.text == request["X-Baton-Delivery"] && delivery["attempts"] == .number(1))
            #expect(try stage.told()[0].input?.contains("specversion") == false, "a message is kept while it waits")
        }
    }

    @Test("a run that failed is told with the reason and the last lines that its task printed")
    func failure() async throws {
        try await FakeReceiver.with { stage, receiver in
            let lines = (1...40).map { "line \($0)" }.joined(separator: "\n") + "\n"
            let run = try await stage.finishRun(.failed(.exitCode(3)), messages: lines)
            await stage.server.notifications.tick()
            let data = try #require(receiver.requests.first?.json["data"])
            #expect(data["status"] == .string("failed") && data["run"]?.text == run.description)
            guard case .list(let failures)? = data["failures"], failures.count == 1 else {
                Issue.record("\(data.json)")
                return
            }
            #expect(failures[0]["task"] == .string("a") && failures[0]["failure"]?["exit_code"] == .number(3))
            let told = (21...40).map { "line \($0)" }.joined(separator: "\n")
            #expect(failures[0]["stderr"] == .string(told) && failures[0]["stdout"] == nil)
        }
    }

    @Test("what was not taken comes again under the same id after longer and longer pauses, through restarts")
    func retries() async throws {
        try await FakeReceiver.with { stage, receiver in
            receiver.answers([503, nil, 429, 500, 204])
            _ = try await stage.finishRun()
            for (attempt, pause) in [5, 10, 20, 40].enumerated() {
                await stage.newNotifications(receiver).tick()
                #expect(receiver.requests.count == attempt + 1)
                let delivery = try await stage.deliveries()[0]
                #expect(delivery["state"] == .string("waiting") && delivery["attempts"] == .number(attempt + 1))
                #expect(delivery["reason"]?.text == receiver.reasons[attempt], "\(delivery.json)")
                let next = stage.time.now.advanced(by: .seconds(pause))
                #expect(delivery["next_attempt"] == .time(next))
                stage.time.advance(by: .seconds(pause - 1))
                await stage.newNotifications(receiver).tick()
                #expect(receiver.requests.count == attempt + 1, "it is not its time yet")
                stage.time.advance(by: .seconds(1))
            }
            let desk = stage.newNotifications(receiver)
            for _ in 0..<2 { await desk.tick() }
            #expect(receiver.requests.count == 5)
            #expect(Set(receiver.requests.map { $0["X-Baton-Delivery"] }).count == 1)
            #expect(Set(receiver.requests.map(\.body)).count == 1)
            #expect(try await stage.deliveries()[0]["state"] == .string("delivered"))
        }
    }

    @Test("a receiver that is away for a day is given up, with the reason")
    func givenUp() async throws {
        try await FakeReceiver.with { stage, receiver in
            receiver.answers([], then: 500)
            _ = try await stage.finishRun()
            let desk = stage.newNotifications(receiver)
            for _ in 0..<40 {
                await desk.tick()
                stage.time.advance(by: .seconds(3_600))
            }
            let delivery = try await stage.deliveries()[0]
            #expect(delivery["state"] == .string("failed") && delivery["next_attempt"] == nil)
            #expect(delivery["reason"]?.text == "given up after 25 tries in 24 hours: it answered with status 500")
            #expect(receiver.requests.count == 25)
        }
    }

    @Test("who refuses is not asked again", arguments: [400, 404, 410, 301])
    func refused(_ status: Int) async throws {
        try await FakeReceiver.with { stage, receiver in
            receiver.answers([status])
            _ = try await stage.finishRun()
            let desk = stage.newNotifications(receiver)
            await desk.tick()
            stage.time.advance(by: .seconds(90_000))
            await desk.tick()
            #expect(receiver.requests.count == 1)
            let delivery = try await stage.deliveries()[0]
            #expect(delivery["state"] == .string("failed") && delivery["http_status"] == .number(status))
            #expect(delivery["reason"]?.text?.contains("status \(status)") == true)
        }
    }

    @Test("a server that dies while it tells tells it again, under the same id")
    func death() async throws {
        try await FakeReceiver.with { stage, receiver in
            _ = try await stage.finishRun()
            receiver.isSilent(true)
            let desk = stage.newNotifications(receiver)
            let dying = Task { await desk.tick() }
            await receiver.waitForRequest()
            dying.cancel()
            await dying.value
            #expect(try stage.told()[0].state == .waiting)
            receiver.isSilent(false)
            await stage.newNotifications(receiver).tick()
            #expect(receiver.requests.count == 2)
            #expect(receiver.requests[0]["X-Baton-Delivery"] == receiver.requests[1]["X-Baton-Delivery"])
            #expect(try await stage.deliveries()[0]["state"] == .string("delivered"))
        }
    }

    @Test("only such ends of such workflows are told, from when it was made and while it is not paused")
    func filter() async throws {
        try await FakeReceiver.with(more: #""workflow": "flow","#, on: ["run.failed"]) { stage, receiver in
            let first = try await stage.finishRun(.failed(.timedOut))
            _ = try await stage.finishRun()
            _ = try await stage.finishRun(.failed(.timedOut), of: "other")
            await stage.server.notifications.tick()
            #expect(receiver.runs == [first.description])
            #expect(try await stage.post(FakeReceiver.path + "/pause")["enabled"] == .boolean(false))
            _ = try await stage.finishRun(.failed(.timedOut))
            await stage.server.notifications.tick()
            stage.time.advance(by: .seconds(1))
            #expect(try await stage.post(FakeReceiver.path + "/resume")["enabled"] == .boolean(true))
            let last = try await stage.finishRun(.failed(.timedOut))
            for _ in 0..<2 { await stage.newNotifications(receiver).tick() }
            #expect(receiver.runs == [first.description, last.description])
        }
    }

    @Test("a run that is tried again is told again when it ends again, under another id")
    func retriedRun() async throws {
        try await FakeReceiver.with { stage, receiver in
            let run = try await stage.finishRun(.failed(.exitCode(1)))
            await stage.server.notifications.tick()
            stage.time.advance(by: .seconds(5_000))
            try await stage.engine.carryOut(.retry(run))
            try stage.engine.start(0, of: run)
            try stage.engine.end(0, of: run, attempt: 2)
            try stage.engine.start(1, of: run)
            try stage.engine.end(1, of: run)
            await stage.newNotifications(receiver).tick()
            #expect(receiver.runs == [run.description, run.description])
            #expect(receiver.requests.map { $0.json["data"]?["status"]?.text } == ["failed", "succeeded"])
            #expect(receiver.requests[0]["X-Baton-Delivery"] != receiver.requests[1]["X-Baton-Delivery"])
        }
    }

    @Test("a secret that is gone lets a delivery wait, and says so")
    func secretGone() async throws {
        try await FakeReceiver.with(#"{"url": "\#(FakeReceiver.url)", "secret_name": "HOOK"}"#) { stage, receiver in
            #expect(stage.server.vault.remove("HOOK"))
            _ = try await stage.finishRun()
            await stage.server.notifications.tick()
            #expect(receiver.requests.isEmpty, "nothing goes out unsigned")
            #expect(try await stage.deliveries()[0]["reason"]?.text?.contains("no secret 'HOOK'") == true)
            try stage.server.vault.set("HOOK", to: "back")
            stage.time.advance(by: .seconds(60))
            await stage.newNotifications(receiver).tick()
            #expect(receiver.requests.count == 1)
        }
    }

    @Test("a test is sent at once, says what came of it, and nothing of it is kept")
    func test() async throws {
        try await FakeReceiver.with { stage, receiver in
            receiver.answers([200, 503])
            let good = try await stage.post(FakeReceiver.path + "/test")
            #expect(good.status == 200 && good["state"] == .string("delivered"), "\(good.text)")
            #expect(receiver.requests[0].json["data"]?["test"] == .boolean(true))
            let bad = try await stage.post(FakeReceiver.path + "/test")
            #expect(bad["state"] == .string("failed") && bad["http_status"] == .number(503))
            #expect(bad["reason"]?.text == "it answered with status 503" && bad["output"] == .string("so it is"))
            #expect(try await stage.deliveries().isEmpty)
        }
    }

    @Test(
        "what is wrong with a notification is said, and nothing of it is kept",
        arguments: [
            (#"{"webhook": {"url": "https://x.example/"}}"#, "'on' is missing"),
            (#"{"on": [], "webhook": {"url": "https://x.example/"}}"#, "nobody would ever be told"),
            (#"{"on": ["run.running"], "webhook": {"url": "https://x.example/"}}"#, "not 'run.running'"),
            (#"{"on": ["run.failed"]}"#, "one of 'webhook' and 'command'"),
            (#"{"on": ["run.failed"], "webhook": {"url": "https://x.example/"}, "command": "x"}"#, "one of 'webhook'"),
            (#"{"on": ["run.failed"], "webhook": {}}"#, "'webhook.url' is missing"),
            (#"{"on": ["run.failed"], "webhook": {"url": "ftp://x.example/"}}"#, "must be a URL such as"),
            (#"{"on": ["run.failed"], "webhook": {"url": "/hook"}}"#, "must be a URL such as"),
            (#"{"on": ["run.failed"], "webhook": {"url": "https://me:pw@x.example/"}}"#, "must name no user"),
            (
                #"{"on": ["run.failed"], "webhook": {"url": "https://x.example/", "secret_name": "NO"}}"#,
                "no secret 'NO'"
            ),
            (#"{"on": ["run.failed"], "webhook": {"url": "https://x.example/", "method": "GET"}}"#, "'webhook.method'"),
            (#"{"on": ["run.failed"], "command": []}"#, "'command' is empty"),
            (#"{"on": ["run.failed"], "command": ""}"#, "'command' is empty"),
            (#"{"on": ["run.failed"], "command": ["x", 1]}"#, "a list of texts"),
            (#"{"on": ["run.failed"], "command": {"run": "x"}}"#, "a script as text"),
            (#"{"on": ["run.failed"], "command": "x", "cron": "@daily"}"#, "'cron' is not known here"),
        ])
    func wrong(_ body: String, _ said: String) async throws {
        try await Stage.with { stage in
            let answer = try await stage.send(.put, FakeReceiver.path, [:], body)
            #expect(answer.status == 422 && answer.text.contains(said), "\(answer.text)")
            #expect(try await stage.get(FakeReceiver.path).status == 404)
        }
    }

    @Test("a server that others can reach sends nothing to its own machine, by whatever name")
    func local() async throws {
        let receiver = FakeReceiver()
        try await Stage.with(authentication: true, { $0.host = "0.0.0.0" }, answers: receiver.serverAnswers) { stage in
            func set(_ host: String) async throws -> Stage.Answer {
                let body = #"{"on": ["run.succeeded"], "webhook": {"url": "http://\#(host)/"}}"#
                return try await stage.send(.put, FakeReceiver.path, [:], body)
            }
            for host in ["127.0.0.1:8722", "localhost", "169.254.169.254", "[::1]", "0.0.0.0"] {
                let answer = try await set(host)
                #expect(
                    answer.status == 422 && answer.text.contains("leads to this machine"), "\(host): \(answer.text)")
            }
            // Other ways to write 127.0.0.1 are seen through when it is sent.
            for host in ["127.1", "2130706433", "0x7f.1"] {
                #expect(try await set(host).status == 200)
                let answer = try await stage.post(FakeReceiver.path + "/test")
                #expect(answer["reason"]?.text?.contains("leads to this machine") == true, "\(host): \(answer.text)")
            }
            #expect(receiver.requests.isEmpty)
            #expect(try await set("192.0.2.1").status == 200)
            #expect(try await stage.post(FakeReceiver.path + "/test")["state"] == .string("delivered"))
        }
    }

    @Test(
        "addresses of this machine and its link are told from others",
        arguments: [
            ("127.8.8.8", true), ("169.254.1.1", true), ("0.0.0.0", true), ("224.0.0.1", true),
            ("255.255.255.255", true),
            ("::", true), ("::1", true), ("fe80::1", true), ("febf::1", true), ("ff02::1", true),
            ("fe80::1%eth0", true),
            ("::ffff:127.0.0.1", true), ("::ffff:169.254.169.254", true), ("64:ff9b::7f00:1", true),
            ("10.0.0.1", false), ("192.168.1.1", false), ("8.8.8.8", false), ("2001:db8::1", false), ("fec0::1", false),
            ("::ffff:8.8.8.8", false), ("example.org", false), ("localhost", true), ("a.LOCALHOST", true),
        ])
    func addresses(_ address: String, _ isLocal: Bool) {
        #expect(InternetAddress.isLocal(address) == isLocal)
    }

    @Test("a viewer only looks, an operator sets webhooks, an administrator also commands; each change is on record")
    func roles() async throws {
        let receiver = FakeReceiver()
        try await Stage.with(authentication: true, answers: receiver.serverAnswers) { stage in
            let path = FakeReceiver.path
            func key(_ role: String) async throws -> [String: String] {
                let made = try await stage.post("/api/v1/keys", #"{"name": "\#(role)", "role": "\#(role)"}"#)
                return ["X-API-Key": try #require(made["api_key"]?.text)]
            }
            let (viewer, operatorKey) = (try await key("viewer"), try await key("operator"))
            let webhook = #"{"on": ["run.failed"], "webhook": {"url": "\#(FakeReceiver.url)"}}"#
            let command = #"{"on": ["run.failed"], "command": ["true"]}"#
            #expect(try await stage.send(.put, path, viewer, webhook).status == 403)
            let refused = try await stage.send(.put, path, operatorKey, command)
            #expect(refused.status == 403 && refused.text.contains("only an administrator"))
            #expect(try await stage.send(.put, path, operatorKey, webhook).status == 200)
            #expect(try await stage.send(.put, path, [:], command).status == 200)
            for end in ["", "/deliveries"] { #expect(try await stage.get(path + end, viewer).status == 200) }
            for end in ["/test", "/pause", "/resume"] {
                #expect(try await stage.post(path + end, "", viewer).status == 403)
                #expect(try await stage.post(path + end, "", operatorKey).status == 200, "\(end)")
            }
            #expect(try await stage.send(.delete, path, viewer).status == 403)
            #expect(try await stage.get("/api/v1/notifications", viewer).text.contains(#""command":["true"]"#))
            #expect(try await stage.send(.delete, path, operatorKey).status == 200)
            for end in ["", "/deliveries"] { #expect(try await stage.get(path + end).status == 404) }
            for end in ["/test", "/pause", "/resume"] { #expect(try await stage.post(path + end).status == 404) }
            let audit = try await stage.get("/api/v1/audit").text
            for action in ["set", "tested", "paused", "resumed", "removed"] {
                #expect(audit.contains("notification.\(action)"), "\(action)")
            }
        }
    }
}
