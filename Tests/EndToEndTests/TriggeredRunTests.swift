import Foundation
import Testing

@Suite("serve with triggers")
struct TriggeredRunTests {
    @Test("a webhook that was acknowledged runs exactly once, although the server is killed at once")
    func webhook() throws {
        let house = try Household()
        var server = try Served(house)
        #expect(try server.send("PUT", "/api/v1/secrets/HOOK", #"{"value": "key"}"#).status == 200)
        let workflow = """
            name: deploy
            params: {body: {type: string}}
            tasks:
              a: {env: {BODY: "${{ params.body }}"}, run: 'printf %s "$BODY" >> got', resources: {cpu: 0.1}}
            """
        try set("deploy", ["workflow": workflow, "webhook": ["secret": "HOOK"]], on: server)
        let body = #"{"text": "$(touch harm) `touch harm` 'ä'"}"#
        // printf %s '...' | openssl dgst -sha256 -hmac key
        let signature = "sha256=b1f93095ebf4431fb3522be3f99e12dfe5c5cb1fabbeda9c630d449d63ee8294"
        for _ in 0..<3 {
            let answer = try server.send(
                "POST", "/api/v1/hooks/deploy", body,
                headers: ["X-Hub-Signature-256": signature, "X-GitHub-Delivery": "1"])
            #expect(answer.status == 202, "\(answer.text)")
            server.kill()
            server = try Served(house, key: server.key)
        }
        let run = try firstRun(of: "deploy", on: server)
        try server.waitForEnd(of: run)
        #expect(server.file("got") == body)
        #expect(server.file("harm") == nil)
        #expect(try server.get("/api/v1/triggers/deploy").text.contains(#""waiting":0"#))
        #expect(server.stop() == 0)
    }

    @Test("a run that ends while its server is dead starts the one that waits for it when the server is back")
    func runEnded() throws {
        let house = try Household()
        var server = try Served(house)
        let next = """
            name: report
            params: {run: {type: string}}
            tasks:
              a: {run: 'echo "${{ params.run }}" >> reported', resources: {cpu: 0.1}}
            """
        try set("report", ["workflow": next, "run_ended": ["workflow": "etl"]], on: server)
        let first = try server.submit(
            "name: etl\ntasks: {a: {run: 'until test -e go; do sleep 0.01; done', resources: {cpu: 0.1}}}\n")
        server.kill()
        try Data().write(to: URL(filePath: server.path("go")))
        server = try Served(house, key: server.key)
        let run = try firstRun(of: "report", on: server)
        try server.waitForEnd(of: run)
        #expect(server.file("reported") == "\(first)\n")
        #expect(server.stop() == 0)
    }

    private func set(_ name: String, _ definition: [String: Any], on server: Served) throws {
        let body = try JSONSerialization.data(withJSONObject: definition)
        let answer = try server.send("PUT", "/api/v1/triggers/\(name)", String(decoding: body, as: UTF8.self))
        #expect(answer.status == 200, "\(answer.text)")
    }

    /// Waits until the trigger has started a run.
    private func firstRun(of trigger: String, on server: Served) throws -> String {
        func run() throws -> String? {
            let text = try server.get("/api/v1/triggers/\(trigger)/firings").text
            let page = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
            return (page?["firings"] as? [[String: Any]])?.first?["run"] as? String
        }
        try server.wait { try run() != nil }
        return try #require(try run())
    }
}
