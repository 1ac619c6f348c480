import Foundation
import Glibc
import Testing

/// What is said of a workflow before it is submitted, while other runs are open.
@Suite("Beside open runs") struct OpenRunsTests {
    /// Holds the limit until it is told to go on.
    private static let busy = """
        name: busy
        limits: {db: 1}
        tasks:
          hold: {run: 'touch "$HERE/held"; until [ -e "$HERE/go" ]; do sleep 0.02; done', duration: 10m, resources: {cpu: 1}, concurrency: db}
          behind: {needs: [hold], run: 'true', duration: 1m}

        """

    private static let next = """
        name: next
        limits: {db: 1}
        tasks:
          get: {foreach: {s: [a, b]}, run: 'true', duration: 20s, resources: {cpu: 1}}
          put: {needs: [get], run: 'true', duration: 10s, concurrency: db}

        """

    private struct Report: Decodable {
        struct Load: Decodable {
            var open_runs: Int
            var running_tasks: Int
            var waiting_tasks: Int
            var held: [String: Double]
            var completion_seconds: [String: [String: Double]]?
            var delay_seconds: [String: Double]?
        }

        struct Bottleneck: Decodable {
            var tasks: [String]
            var cause: String
            var runs: [String]?
            var wait_seconds: Double?
        }

        var load: Load?
        var bottlenecks: [Bottleneck]

        init(_ output: String) throws { self = try JSONDecoder().decode(Report.self, from: Data(output.utf8)) }
    }

    private func check(_ output: String, isHeldUp: Bool = true) throws {
        let report = try Report(output)
        let load = try #require(report.load)
        #expect(load.open_runs == 1 && load.running_tasks == 1 && load.waiting_tasks == 1 && load.held["cpu"] == 1)
        let beside = try #require(load.completion_seconds?["beside"]?["p50"])
        let alone = try #require(load.completion_seconds?["alone"]?["p50"])
        // Ten minutes are left of what holds the cores, give or take what is uncertain of it.
        #expect(beside > 3 * alone && (load.delay_seconds?["p50"] ?? 0) > 120)
        let wait = try #require(report.bottlenecks.first { $0.cause == "limit:db" })
        #expect(wait.runs?.count == 1 && wait.tasks == ["put"] && (wait.wait_seconds ?? 0) > 120)
    }

    @Test("optimize and plan tell what holds a workflow up that is not submitted yet", .timeLimit(.minutes(2)))
    func local() throws {
        let house = try Household()
        try house.write(Self.busy, to: "busy.yaml")
        try house.write(Self.next, to: "next.yaml")
        let free = try Report(try house.run("optimize", "next.yaml", "--json").output)
        #expect(free.load?.open_runs == 0 && free.bottlenecks.allSatisfy { $0.cause == "critical_path" })
        let run = try house.start(
            ["run", "busy.yaml"], environment: ["HERE": house.folder.path], streams: "busy")
        try run.wait { house.read("held") != nil }
        try check(try house.run("optimize", "next.yaml", "--json").output)
        try check(try house.run("plan", "next.yaml", "--json").output)
        let text = try house.run("optimize", "next.yaml").output
        #expect(text.contains("Load: 1 open run, 1 task running and 1 waiting; it holds 1 core"))
        #expect(text.contains("put would wait for the limit 'db' that 'busy' ("))
        let plan = try house.run("plan", "next.yaml").output
        #expect(plan.contains("The plan is without it. Submitted now it would end about "))
        #expect(try Report(try house.run("optimize", "next.yaml", "--json", "--alone").output).load == nil)
        try house.write("", to: "go")
        #expect(run.wait() == 0, "\(house.read("busystderr") ?? "")")
    }

    @Test("a server tells it of its own runs", .timeLimit(.minutes(2)))
    func server() throws {
        let house = try Household()
        let server = try Served(house)
        let here = house.folder.path
        _ = try server.submit(Self.busy.replacing("$HERE", with: here))
        try server.wait { house.read("held") != nil }
        let body = try JSONSerialization.data(withJSONObject: ["workflow": Self.next])
        let answer = try server.post("/api/v1/optimization/analyze", String(decoding: body, as: UTF8.self))
        try check(answer.text)
        let alone = try JSONSerialization.data(withJSONObject: ["workflow": Self.next, "alone": true])
        #expect(
            try Report(server.post("/api/v1/optimization/analyze", String(decoding: alone, as: UTF8.self)).text).load
                == nil)
        try house.write("", to: "go")
        #expect(server.stop() == 0)
    }
}
