import Foundation
import Testing

/// What only a server can be asked for, asked by commands.
@Suite("--server, for what a server does by itself")
struct RemoteAutomationTests {
    /// Comes once a year, and is paused: nothing of it starts by itself.
    private static let yearly = """
        cron: 0 0 1 1 *
        time_zone: Europe/Berlin
        enabled: false
        workflow:
          name: yearly
          tasks:
            a: {run: 'true', resources: {cpu: 0.1}}

        """

    @Test("a schedule is put from a file, listed, run, resumed, paused, backfilled and removed")
    func schedules() throws {
        let house = try Household()
        let server = try Served(house)
        try house.write(Self.yearly, to: "yearly.yaml")
        #expect(try server.baton("schedules").messages.contains("baton schedules put"))
        #expect(try server.baton("schedules", "put", "y", "yearly.yaml").messages == "Put schedule y.\n")
        let list = try server.baton("schedules").output
        #expect(list.contains("0 0 1 1 * Europe/Berlin") && list.contains("yearly") && list.contains("paused"))
        let run = try server.baton("schedules", "run", "y")
        #expect(run.exitCode == 0 && run.messages.hasPrefix("Started run "), "\(run.messages)")
        #expect(try server.baton("wait").exitCode == 0)
        let firings = try server.baton("schedules", "firings", "y").output
        #expect(firings.contains("manual") && firings.contains("succeeded"), "\(firings)")
        let backfill = try server.baton(
            "schedules", "backfill", "y", "--from", "2020-12-31T23:00:00Z", "--to", "2021-12-30T00:00:00Z", "--json")
        let id = try #require(Served.Answer(status: 0, text: backfill.output).member("backfill"), "\(backfill)")
        #expect(backfill.output.contains(#""times": 1"#), "a paused schedule waits with it")
        #expect(try server.baton("schedules", "cancel-backfill", "y", id).exitCode == 0)
        #expect(try server.baton("schedules", "firings", "y", "-n", "1").output.contains("manual"))
        for verb in ["resume", "pause", "remove"] {
            let answer = try server.baton("schedules", verb, "y")
            #expect(answer.exitCode == 0 && answer.messages.contains("schedule y"), "\(answer.messages)")
        }
        let gone = try server.baton("schedules", "pause", "y")
        #expect(gone.exitCode == 2 && gone.messages.hasPrefix("error: there is no schedule 'y'"), "\(gone.messages)")
        #expect(server.stop() == 0)
    }

    @Test("a trigger and a notification are put as JSON, show what they wait for, and one that nobody takes says why")
    func others() throws {
        let house = try Household()
        let server = try Served(house)
        let trigger =
            #"{"workflow": {"name": "next", "tasks": {"a": {"run": "true"}}}, "run_ended": {"workflow": "etl"}}"#
        try house.write(trigger, to: "next.json")
        #expect(try server.baton("triggers", "put", "next", "next.json").exitCode == 0)
        #expect(try server.baton("triggers").output.contains("etl succeeded"))
        #expect(try server.baton("triggers", "firings", "next").messages == "trigger next has none yet.\n")
        try house.write(#"{"on": ["run.failed"], "command": "test -e there || { echo away; exit 7; }"}"#, to: "n.json")
        #expect(try server.baton("notifications", "put", "ops", "n.json").exitCode == 0)
        let untold = try server.baton("notifications", "test", "ops")
        #expect(untold.exitCode == 1 && untold.messages.contains("exit code 7"), "\(untold.messages)")
        try Data().write(to: URL(filePath: server.path("there")))
        #expect(try server.baton("notifications", "test", "ops").exitCode == 0)
        let run = try server.submit("name: etl\ntasks: {a: {run: 'false', resources: {cpu: 0.1}}}\n")
        try server.wait { try server.baton("notifications", "deliveries", "ops").output.contains("delivered") }
        #expect(try server.baton("notifications", "deliveries", "ops").output.contains("run.failed  etl       \(run)"))
        #expect(try server.baton("notifications", "list", "--json").output.contains(#""notifications": ["#))
        #expect(server.stop() == 0)
    }

    @Test("what is wrong with a file, with the command or with the server is said in a sentence")
    func refusals() throws {
        let house = try Household()
        let server = try Served(house)
        let empty = try server.baton("schedules", "put", "x", "-")
        #expect(empty.exitCode == 2 && empty.messages.hasPrefix("error: send either 'workflow'"), "\(empty.messages)")
        try house.write("cron: [1\n", to: "broken.yaml")
        let broken = try server.baton("schedules", "put", "x", "broken.yaml")
        #expect(broken.exitCode == 2 && broken.messages.hasPrefix("broken.yaml:"), "\(broken.messages)")
        let nowhere = try house.run("triggers")
        #expect(nowhere.exitCode == 2 && nowhere.messages.contains("--server or $BATON_SERVER"), "\(nowhere.messages)")
        #expect(try server.baton("triggers", "run", "x").exitCode == 2, "a trigger has no run")
        #expect(server.stop() == 0)
    }

    private static let waiting = """
        name: w
        tasks:
          first: {run: 'touch began; until test -e go; do sleep 0.01; done', resources: {cpu: 0.1}}
          second: {run: 'true', needs: [first]}

        """

    @Test("the priority of a run and of its tasks is changed, on a server and on this machine")
    func priorities() throws {
        let house = try Household()
        try house.write(Self.waiting, to: "w.yaml")
        let own = try house.start(["run", "w.yaml"], streams: "own")
        try own.wait { house.read("began") != nil }
        #expect(try house.run("prioritize", "latest", "80").exitCode == 0)
        #expect(try house.run("prioritize", "latest", "90", "--task", "second").messages.contains("priority 90"))
        let begun = try house.run("prioritize", "latest", "90", "--task", "first")
        #expect(begun.exitCode == 2 && begun.messages.contains("has begun"), "\(begun.messages)")
        try house.write("", to: "go")
        #expect(own.wait() == 0)
        let server = try Served(house)
        let run = try server.submit(Self.waiting)
        try server.wait { server.file("began") != nil }
        #expect(try server.baton("prioritize", run, "80").exitCode == 0)
        #expect(try server.baton("prioritize", run, "90", "--task", "second").exitCode == 0)
        #expect(try server.get("/api/v1/runs/\(run)/tasks/first").text.contains(#""priority":80"#))
        #expect(try server.get("/api/v1/runs/\(run)/tasks/second").text.contains(#""priority":90"#))
        #expect(try server.baton("prioritize", run, "90", "--task", "third").exitCode == 2)
        let workers = try server.baton("workers")
        #expect(
            workers.output.contains("local") && workers.messages == "Waiting tasks: 1. Open runs: 1.\n", "\(workers)")
        try Data().write(to: URL(filePath: server.path("go")))
        try server.waitForEnd(of: run)
        #expect(server.stop() == 0)
    }

    @Test("a server's findings read as this machine's, of a file and of a workflow that ran there")
    func findings() throws {
        let house = try Household()
        let server = try Served(house)
        let workflow = """
            name: chain
            tasks:
              a: {run: 'true', duration: 1s}
              b: {run: 'true', duration: 1s, needs: [a]}
              c: {run: 'true', duration: 1s, needs: [a, b]}

            """
        try house.write(workflow, to: "chain.yaml")
        let found = try server.baton("optimize", "chain.yaml", "--server", server.address)
        #expect(found.exitCode == 0 && found.output.contains("redundant-dependency"), "\(found.messages)")
        let json = try server.baton("optimize", "chain.yaml", "--server", server.address, "--json")
        #expect(json.output.contains(#""findings": ["#) && !json.output.contains(#""text""#))
        let apply = try server.baton("optimize", "chain.yaml", "--apply", "--server", server.address)
        #expect(apply.exitCode == 2 && apply.messages.contains("--apply"), "\(apply.messages)")
        try server.waitForEnd(of: try server.submit(workflow))
        let named = try server.baton("optimize", "chain", "--server", server.address)
        #expect(named.output.contains("redundant-dependency"), "\(named.messages)")
        #expect(server.stop() == 0)
    }
}

extension Served {
    /// A command that is asked of it.
    func baton(_ arguments: String...) throws -> Household.Result {
        house.finish(
            try house.start(arguments, environment: ["BATON_SERVER": address, "BATON_API_KEY": key]))
    }
}
