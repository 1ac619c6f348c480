import BatonCore
import BatonServer
import Foundation
import HTTPTypes
import HummingbirdTesting
import NIOCore
import Testing

@Suite("Hostile input over HTTP")
struct HostileTests {
    private let yaml = ["Content-Type": "application/yaml"]

    @Test("what is not there is a problem, and so is what can't be done with what is there")
    func missing() async throws {
        try await Stage.with { stage in
            for path in ["/", "/nothing", "/api/v1/runs/", "/api/v2/runs", "/api/v1/runs/a/b/c/d/e/f/g", "/%00", "//"] {
                let answer = try await stage.get(path)
                #expect([200, 404].contains(answer.status), "\(path) \(answer.status)")
            }
            let missing = try await stage.get("/nothing")
            #expect(missing.header("Content-Type") == "application/problem+json")
            #expect(missing["status"] == .number(404) && missing["instance"] != nil)
            let wrong = try await stage.send(.delete, "/api/v1/runs")
            #expect(wrong.status == 405 && wrong.header("Allow") == "GET, HEAD, OPTIONS, POST")
            #expect(try await stage.send(.head, "/api/v1/runs").status == 200)
        }
    }

    @Test(
        "a body that is not JSON, or not the JSON that is wanted, is refused",
        arguments: [
            "", "{", "[]", "1", "null", "\"x\"", #"{"task": []}"#, #"{"task": {"command": 1}}"#, "{\"task\": \u{0}}",
            #"{"task": {"command": "x"}, "task": {}}"#, #"{"task": {"command": "x", "priority": 1e400}}"#,
            #"{"task": {"command": "\ud800"}}"#, "\u{FEFF}\u{FEFF}{}",
        ])
    func malformed(_ body: String) async throws {
        try await Stage.with { stage in
            let answer = try await stage.post("/api/v1/scheduling", body)
            #expect([400, 422].contains(answer.status), "\(answer.status) \(answer.text)")
            #expect(answer.header("Content-Type") == "application/problem+json")
        }
    }

    @Test("deep JSON, long keys and bombs of YAML are refused without effort")
    func bombs() async throws {
        try await Stage.with { stage async throws in
            let deep = String(repeating: "[", count: 200_000)
            #expect(try await stage.post("/api/v1/scheduling", deep).status == 400)
            let nested = String(repeating: #"{"a":"#, count: 5_000)
            #expect(try await stage.post("/api/v1/runs", nested).status == 400)
            var bomb = "name: w\na0: &a0 [x, x, x, x, x, x, x, x, x]\n"
            for level in 1..<30 {
                let reference = "*a\(level - 1)"
                bomb += "a\(level): &a\(level) [\(Array(repeating: reference, count: 9).joined(separator: ", "))]\n"
            }
            #expect(try await stage.post("/api/v1/runs", bomb + "tasks: {a: {run: x}}", yaml).status == 422)
            #expect(try await stage.post("/api/v1/runs", String(repeating: "- ", count: 50_000), yaml).status == 422)
            #expect(stage.engine.submissions.isEmpty)
        }
    }

    @Test("a body beyond the limit is refused, whether it says its length or not")
    func oversized() async throws {
        try await Stage.with({ $0.bodyBytesMax = 1_000 }) { stage in
            let long = "name: w\n" + String(repeating: "#", count: 2_000)
            let answer = try await stage.post("/api/v1/runs", long, yaml)
            #expect(answer.status == 413 && answer["code"] == .string("too-large"))
            let liar = try await stage.post("/api/v1/runs", long, yaml.merging(["Content-Length": "5"]) { $1 })
            #expect(liar.status == 413)
        }
    }

    @Test("many large bodies at once do not fill the memory")
    func budget() async throws {
        try await Stage.with({ $0.bodyBytesTotalMax = 50 }) { stage in
            let answer = try await stage.post("/api/v1/runs", String(repeating: "#", count: 51), yaml)
            #expect(answer.status == 429 && answer["code"] == .string("busy"))
            for _ in 0..<3 {
                #expect(try await stage.post("/api/v1/runs", "name: w\ntasks: {a: {run: x}}", yaml).status == 201)
            }
        }
    }

    @Test("whoever has not said who they are may send little")
    func anonymousBody() async throws {
        try await Stage.with(authentication: true) { stage in
            let long = #"{"api_key": "\#(String(repeating: "x", count: 5_000))"}"#
            let answer = try await stage.post("/api/v1/auth/token", long)
            #expect(answer.status == 413)
        }
    }

    @Test("names of tasks can't leave the run's folder, break the log or become markup")
    func injection() async throws {
        try await Stage.with { stage in
            let name = #"<script>alert(1)</script>\u2028\r\nX-Evil: 1 {\"level\":\"critical\"}"#
            let answer = try await stage.post("/api/v1/scheduling", #"{"task": {"name": "\#(name)", "command": "x"}}"#)
            guard case .string(let text)? = answer["run"] else {
                #expect(answer.status == 422)
                return
            }
            let run = try #require(Run.ID(text))
            try stage.engine.start(0, of: run, reason: "</script>")
            for path in [
                "/api/v1/runs/\(run)", "/api/v1/runs/\(run)/tasks", "/api/v1/runs/\(run)/graph", "/api/v1/audit",
            ] {
                let answer = try await stage.get(path)
                #expect(answer.status == 200 && !answer.text.contains("<") && !answer.text.contains("\u{2028}"))
                #expect(answer.json != nil && answer.header("X-Content-Type-Options") == "nosniff")
                #expect(answer.header("X-Evil") == nil)
            }
            for line in stage.log.lines { #expect(line.hasPrefix(#"{"time":"#) && line.hasSuffix("}"), "\(line)") }
        }
    }

    @Test("what a client writes into a path or a header stays within a line of the log")
    func logInjection() async throws {
        try await Stage.with { stage in
            _ = try await stage.get("/x%0A%7B%22level%22:%22critical%22%7D\u{1B}[2J")
            _ = try await stage.get("/api/v1/runs?search=%3Cscript%3E", ["traceparent": "00-\u{1B}[31m-x-01"])
            for line in stage.log.lines {
                #expect(line.hasPrefix(#"{"time":"#) && !line.unicodeScalars.contains { $0.value < 0x20 }, "\(line)")
            }
            #expect(stage.log.lines.count == 2)
        }
    }

    @Test(
        "a path leads to nothing but what the API names",
        arguments: [
            "..%2F..%2Fetc%2Fpasswd", "%2e%2e", "..%5c", "0/../../baton.db", "%00", "%", "%zz", "a%2Fb",
            "1;rm%20-rf", "-1", "99999999999999999999", "' OR 1=1 --".addingPercentEncoding(withAllowedCharacters: [])!,
        ])
    func traversal(_ part: String) async throws {
        try await Stage.with { stage in
            let run = try await stage.submitTwoTasks()
            try stage.engine.start(0, of: run)
            for path in [
                "/api/v1/runs/\(part)", "/api/v1/runs/\(run)/tasks/\(part)",
                "/api/v1/runs/\(run)/tasks/0/attempts/\(part)/log", "/api/v1/workflows/\(part)",
                "/api/v1/scheduling/decisions/\(part)",
            ] {
                let answer = try await stage.get(path)
                #expect([400, 404].contains(answer.status), "\(path) \(answer.status)")
                #expect(!answer.text.contains(stage.folder), "\(answer.text)")
            }
        }
    }

    @Test("the folder of a run must be one that is there")
    func folders() async throws {
        try await Stage.with { stage async throws in
            for folder in ["relative", "/nowhere/at/all", "/etc/passwd", ""] {
                let body = #"{"workflow": "name: w\ntasks: {a: {run: x}}", "directory": "\#(folder)"}"#
                #expect(try await stage.post("/api/v1/runs", body).status == 422, "\(folder)")
            }
        }
    }

    @Test(
        "a page of another site can't use a server that asks for no key, and a name that points here does not help it")
    func otherSites() async throws {
        try await Stage.with { stage async throws in
            let body = "name: w\ntasks: {a: {run: x}}"
            let plain = ["Content-Type": "text/plain"]
            for evil in [
                ["Origin": "https://evil.example"], ["Origin": "null"], ["Sec-Fetch-Site": "cross-site"],
                ["Origin": "http://localhost.evil.example"],
            ] {
                #expect(try await stage.post("/api/v1/runs", body, plain.merging(evil) { $1 }).status == 403, "\(evil)")
            }
            #expect(stage.engine.submissions.isEmpty)
            // The test's client says `localhost`.
            let own = plain.merging(["Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"]) { $1 }
            #expect(try await stage.post("/api/v1/runs", body, own).status == 201)
        }
    }

    @Test("pages of listed origins may call, and are told so")
    func allowedOrigin() async throws {
        let origin = "https://baton.example.org"
        try await Stage.with({ $0.allowedOrigins = [origin] }) { stage in
            let preflight = try await stage.send(
                .options, "/api/v1/runs", ["Origin": origin, "Access-Control-Request-Method": "POST"])
            #expect(preflight.status == 204 && preflight.header("Access-Control-Allow-Origin") == origin)
            #expect(preflight.header("Access-Control-Allow-Headers")?.contains("Idempotency-Key") == true)
            let answer = try await stage.get("/api/v1/runs", ["Origin": origin])
            #expect(answer.header("Access-Control-Allow-Origin") == origin && answer.header("Vary") == "Origin")
            let other = try await stage.get("/api/v1/runs", ["Origin": "https://other.example.org"])
            #expect(other.status == 403 && other.header("Access-Control-Allow-Origin") == nil)
        }
    }

    @Test("an error of the server tells the log what it was, and the client only where to look")
    func internalErrors() async throws {
        var answers = ServerAnswers()
        answers.policies = { throw CocoaError(.fileNoSuchFile, userInfo: [NSFilePathErrorKey: "/secret/path"]) }
        try await Stage.with(answers: answers) { stage in
            let answer = try await stage.get("/api/v1/policies")
            #expect(answer.status == 500 && !answer.text.contains("secret"))
            let id = try #require(answer.header("X-Request-ID"))
            #expect(answer["instance"] == .string("urn:uuid:\(id)"))
            #expect(stage.log.lines.contains { $0.contains(id) && $0.contains("secret") })
        }
    }
}
