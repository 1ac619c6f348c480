import Foundation
import Testing

@Suite("serve with notifications")
struct NotifiedRunTests {
    @Test("a run that ends while its server is dead is told by a command when the server is back, and only then")
    func command() throws {
        let house = try Household()
        var server = try Served(house)
        let script = #"cat > message.json; echo "$BATON_STATUS $BATON_WORKFLOW $BATON_RUN" >> told"#
        try set("mail", ["on": ["run.failed"], "command": script], on: server)
        let run = try server.submit(
            "name: etl\ntasks: {a: {run: 'until test -e go; do sleep 0.01; done; echo broken >&2; exit 3', "
                + "resources: {cpu: 0.1}}}\n")
        server.kill()
        try Data().write(to: URL(filePath: server.path("go")))
        server = try Served(house, key: server.key)
        try server.wait { try state(of: "mail", on: server) == "delivered" }
        #expect(server.file("told") == "failed etl \(run)\n")
        #expect(server.file("message.json")?.contains(#""stderr":"broken""#) == true)
        server.kill()
        server = try Served(house, key: server.key)
        let other = try server.submit("name: other\ntasks: {a: {run: 'false', resources: {cpu: 0.1}}}\n")
        try server.wait { server.file("told")?.contains(other) == true }
        #expect(server.file("told") == "failed etl \(run)\nfailed other \(other)\n", "what was told is not told again")
        #expect(server.stop() == 0)
    }

    @Test("a run that can't keep its deadline, and a task that asks, are told while the run goes on")
    func goingOn() throws {
        let house = try Household()
        let server = try Served(house)
        let script = #"echo "$BATON_EVENT $BATON_STATUS $BATON_RUN" >> told"#
        try set("ops", ["on": ["run.late", "approval.waiting"], "command": script], on: server)
        let run = try server.submit(
            """
            name: slow
            deadline: 60s
            tasks:
              a: {run: 'until test -e go; do sleep 0.01; done', duration: 1h, resources: {cpu: 0.1}}
              b: {run: 'true', approval: "Go?", resources: {cpu: 0.1}}

            """)
        try server.wait {
            let told = server.file("told") ?? ""
            return told.contains("run.late running \(run)\n") && told.contains("approval.waiting running \(run)\n")
        }
        #expect(try server.baton("approve", run, "b").exitCode == 0)
        try Data().write(to: URL(filePath: server.path("go")))
        try server.waitForEnd(of: run)
        #expect(server.file("told")?.split(separator: "\n").count == 2, "each is told once")
        #expect(server.stop() == 0)
    }

    @Test("a webhook is sent signed: a hook of a server takes it and starts a run that gets the message")
    func webhook() throws {
        let house = try Household()
        let server = try Served(house)
        #expect(try server.send("PUT", "/api/v1/secrets/HOOK", #"{"value": "key"}"#).status == 200)
        let next = """
            name: next
            params: {body: {type: string}}
            tasks:
              a: {env: {BODY: "${{ params.body }}"}, run: 'printf %s "$BODY" > got', resources: {cpu: 0.1}}
            """
        let trigger = try JSONSerialization.data(withJSONObject: ["workflow": next, "webhook": ["secret": "HOOK"]])
        let answer = try server.send("PUT", "/api/v1/triggers/next", String(decoding: trigger, as: UTF8.self))
        #expect(answer.status == 200, "\(answer.text)")
        let url = server.address + "/api/v1/hooks/next"
        try set(
            "chain", ["on": ["run.succeeded"], "workflow": "etl", "webhook": ["url": url, "secret_name": "HOOK"]],
            on: server)
        let run = try server.submit("name: etl\ntasks: {a: {run: 'true', resources: {cpu: 0.1}}}\n")
        try server.wait { server.file("got")?.contains(run) == true }
        #expect(server.file("got")?.contains(#""type":"baton.run.succeeded""#) == true)
        try server.wait { try state(of: "chain", on: server) == "delivered" }
        try set("chain", ["on": ["run.succeeded"], "webhook": ["url": "http://127.0.0.1:9/"]], on: server)
        let test = try server.post("/api/v1/notifications/chain/test", "")
        #expect(
            test.member("state") == "failed" && test.member("reason") == "the connection is refused", "\(test.text)")
        #expect(server.stop() == 0)
    }

    private func set(_ name: String, _ definition: [String: Any], on server: Served) throws {
        let body = try JSONSerialization.data(withJSONObject: definition)
        let answer = try server.send("PUT", "/api/v1/notifications/\(name)", String(decoding: body, as: UTF8.self))
        #expect(answer.status == 200, "\(answer.text)")
    }

    /// Of what was told last.
    private func state(of name: String, on server: Served) throws -> String? {
        let text = try server.get("/api/v1/notifications/\(name)/deliveries").text
        let page = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
        return (page?["deliveries"] as? [[String: Any]])?.first?["state"] as? String
    }
}
