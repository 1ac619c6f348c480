import BatonCore
import Foundation
import Glibc
import Testing

/// `baton serve` as a user meets it: over HTTP, through restarts and kills.
@Suite("serve")
struct ServeTests {
    @Test("the first start prints a key; with it a run is submitted, followed, read and told about")
    func story() throws {
        let house = try Household()
        let server = try Served(house)
        #expect(try server.get("/api/v1/runs", key: nil).status == 401)
        let run = try server.submit("name: flow\ntasks:\n  a: {run: echo hello}\n  b: {run: echo bye, needs: [a]}\n")
        try server.waitForEnd(of: run)
        #expect(try server.get("/api/v1/runs/\(run)").text.contains(#""status":"succeeded""#))
        #expect(try server.get("/api/v1/runs/\(run)/tasks/a/attempts/1/log").text == "hello\n")
        #expect(try server.get("/api/v1/runs/\(run)/explanation").text.contains("2 of 2 tasks done"))
        // The record is the one that all commands read.
        #expect(try house.run("logs", run, "b").output.contains("bye"))
        #expect(server.stop() == 0)
        let again = try Served(house, key: server.key)
        #expect(again.announced.contains("key") == false, "a key is shown once")
        #expect(try again.get("/api/v1/runs/\(run)").status == 200)
        #expect(again.stop() == 0)
    }

    @Test("a second server on the same data, and one that others could reach without a key, are refused")
    func refusals() throws {
        let house = try Household()
        let result = try house.run("serve", "--no-auth", "--host", "0.0.0.0")
        #expect(result.exitCode == 2)
        #expect(result.messages.contains("--no-auth"))
        let server = try Served(house)
        let second = house.finish(try house.start(["serve", "--port", "0"], streams: ""))
        #expect(second.exitCode == 2)
        #expect(second.messages.contains("another server"))
        #expect(server.stop() == 0)
    }

    @Test("a server that ends leaves its tasks alone; the next one takes them over, and so after a kill")
    func takeover() throws {
        let house = try Household()
        let workflow = """
            name: long
            tasks:
              a: {run: 'echo x >> ran.a; until test -e go; do sleep 0.01; done; echo out'}
              b: {run: 'echo x >> ran.b', needs: [a]}
            """
        var server = try Served(house)
        let run = try server.submit(workflow)
        try server.wait { server.file("ran.a") != nil }
        #expect(server.stop() == 0)
        server = try Served(house, key: server.key)
        server.kill()
        server = try Served(house, key: server.key)
        #expect(try server.get("/api/v1/runs/\(run)").text.contains(#""status":"running""#))
        try Data().write(to: URL(filePath: server.path("go")))
        try server.waitForEnd(of: run)
        #expect(server.file("ran.a") == "x\n" && server.file("ran.b") == "x\n")
        #expect(server.stop() == 0)
    }

    @Test("a run that can't be taken over, for a secret of it is gone, holds no room among the others")
    func untakeable() throws {
        let house = try Household()
        let workflow = """
            name: secretive
            tasks:
              a: {run: 'echo x >> ran.a; until test -e go; do sleep 0.01; done', resources: {cpu: 1}}
              b: {run: 'echo "$TOKEN" > told', needs: [a], secrets: [TOKEN]}
            """
        var server = try Served(house, options: ["--jobs", "1"])
        #expect(try server.send("PUT", "/api/v1/secrets/TOKEN", #"{"value": "hush"}"#).status == 200)
        let run = try server.submit(workflow)
        let open = try server.submit("name: open\ntasks: {d: {run: 'true', approval: 'Go?'}}")
        try server.wait { server.file("ran.a") != nil }
        #expect(try server.send("DELETE", "/api/v1/secrets/TOKEN", "").status == 200)
        server.kill()
        try Data().write(to: URL(filePath: server.path("go")))
        server = try Served(house, key: server.key, options: ["--jobs", "1"])
        #expect(house.says("run \(run) can't be taken over", in: "serverstderr"))
        let other = try server.submit("name: other\ntasks: {c: {run: 'true', resources: {cpu: 1}}}")
        try server.waitForEnd(of: other)
        #expect(try server.get("/api/v1/runs/\(open)").member("status") == "running")
        #expect(try server.send("PUT", "/api/v1/secrets/TOKEN", #"{"value": "hush"}"#).status == 200)
        server.kill()
        server = try Served(house, key: server.key, options: ["--jobs", "1"])
        try server.waitForEnd(of: run)
        #expect(server.file("ran.a") == "x\n" && server.file("told") == "hush\n")
        #expect(server.stop() == 0)
    }

    @Test("killed again and again under load, every submission that was acknowledged runs exactly once")
    func kills() throws {
        let house = try Household()
        var random = SeededGenerator(seed: 7)
        var server = try Served(house)
        var acknowledged: [Int] = []
        var runs: [String] = []
        var number = 0
        for _ in 0..<12 {
            // The moment is the point of this test; nothing is concluded from the time that passes.
            let end = Date(timeIntervalSinceNow: 0.02 + random.unit() * 0.2)
            while Date() < end {
                number += 1
                if number % 3 == 0 {
                    let workflow = "name: load\ntasks:\n  a: {run: 'echo x >> ran.\(number)'}\n"
                    guard let run = try? server.submit(workflow) else { continue }
                    runs.append(run)
                } else {
                    let body = #"{"task": {"name": "one", "command": "echo x >> ran.\#(number)"}}"#
                    guard let answer = try? server.post("/api/v1/scheduling", body), answer.status == 201,
                        let run = answer.member("run")
                    else { continue }
                    if runs.last != run { runs.append(run) }
                }
                acknowledged.append(number)
            }
            server.kill()
            server = try Served(house, key: server.key)
        }
        for run in Set(runs) { try server.waitForEnd(of: run) }
        #expect(acknowledged.count > 12)
        for number in acknowledged { #expect(server.file("ran.\(number)") == "x\n", "submission \(number)") }
        #expect(server.stop() == 0)
    }

    @Test("single tasks join one run, wait for those that they name, and what can't be is refused")
    func single() throws {
        let house = try Household()
        let server = try Served(house)
        func schedule(_ command: String, after needs: [String] = []) throws -> Served.Answer {
            let list = needs.map { "\"\($0)\"" }.joined(separator: ",")
            return try server.post(
                "/api/v1/scheduling", #"{"task":{"name":"one","command":"\#(command)","dependencies":[\#(list)]}}"#)
        }
        let first = try schedule("until test -e go; do sleep 0.01; done; echo 1 >> order")
        let second = try schedule("echo 2 >> order", after: [try #require(first.member("task_id"))])
        let third = try schedule("echo 3 >> order", after: [try #require(second.member("task_id"))])
        let run = try #require(first.member("run"))
        #expect(second.member("run") == run && third.member("run") == run)
        #expect(try schedule("true", after: ["\(run).99"]).status == 404)
        try Data().write(to: URL(filePath: server.path("go")))
        try server.waitForEnd(of: run)
        #expect(server.file("order") == "1\n2\n3\n")
        let later = try schedule("false", after: [try #require(third.member("task_id"))])
        try server.waitForEnd(of: try #require(later.member("run")))
        #expect(try schedule("true", after: [try #require(later.member("task_id"))]).status == 409)
        #expect(server.stop() == 0)
    }

    @Test("a task can't wait for one of a run that another process drives, and is told so")
    func foreignNeed() throws {
        let house = try Household()
        let server = try Served(house)
        mkfifo(house.folder.path + "/go", 0o600)
        try house.write("name: scheduled\ntasks: {a: {run: 'read line < go'}}\n", to: "w.yaml")
        let other = try house.start(["run", "w.yaml", "--json"], streams: "other")
        let ids = #/"run":\s*"([0-9a-z]{13})"/#
        try other.wait { house.read("otherstdout")?.contains(ids) == true }
        let run = try #require(house.read("otherstdout")?.firstMatch(of: ids)).1
        let answer = try server.post(
            "/api/v1/scheduling", #"{"task":{"command":"true","dependencies":["\#(run).0"]}}"#)
        #expect(answer.status == 409, "\(answer.text)")
        other.signal(SIGTERM)
        other.wait()
        #expect(server.stop() == 0)
    }

    @Test("two runs of one server hold a concurrency group together no more than its limit")
    func group() throws {
        let house = try Household()
        let server = try Served(house)
        let workflow = """
            name: alone
            tasks:
              use:
                concurrency: {group: database, limit: 1}
                run: 'test ! -e inside || exit 9; touch inside; sleep 0.1; rm inside'
                resources: {cpu: 0.1}
            """
        let runs = try (0..<4).map { _ in try server.submit(workflow) }
        for run in runs { try server.waitForEnd(of: run) }
        for run in runs { #expect(try server.get("/api/v1/runs/\(run)").text.contains(#""status":"succeeded""#)) }
        #expect(server.stop() == 0)
    }
}
