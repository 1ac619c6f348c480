import BatonCore
import BatonStore
import Foundation
import Testing

@testable import baton

/// `baton simulate --last`: what runs of the past would have taken under other policies.
@Suite("Simulated history") struct HistoryTests {
    /// Three runs of one task each on one core, 10, 4 and 2 s long, that came at 0, 5 and 6 s; they ran in that order.
    private func house() throws -> Household {
        let house = try Household()
        try record(1, "etl", came: 0, started: 0, ended: 10, in: house)
        try record(2, "etl", came: 5, started: 10, ended: 14, in: house)
        try record(3, "report", came: 6, started: 14, ended: 16, in: house)
        return house
    }

    /// - Parameter ended: nil: cancelled before anything began.
    private func record(
        _ number: UInt64, _ workflow: String, came: Double, started: Double = 0, ended: Double?, in house: Household
    ) throws {
        let stage = try Stage([task("work")], cores: 1, run: Run.ID(rawValue: number), named: workflow, at: came)
        if let ended {
            try stage.decide(at: started)
            stage.end("work", .succeeded(nil), at: ended)
        } else {
            stage.send(try stage.engine.validate(.cancel(stage.run, force: true)), at: came)
        }
        let data = DataDirectory(option: house.folder.path + "/data")
        try FileManager.default.createDirectory(atPath: data.path, withIntermediateDirectories: true)
        try data.store().append(stage.log, for: stage.run)
    }

    private func json(_ house: Household, _ arguments: String...) throws -> [String: Any] {
        let result = house.finish(try house.start(["simulate", "--json"] + arguments))
        #expect(result.exitCode == 0, "\(result.messages)")
        return try #require(
            try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any], "\(result.output)")
    }

    /// By run, under each policy.
    private func times(_ answer: [String: Any]) throws -> [String: [Double]] {
        let policies = try #require(answer["policies"] as? [[String: Any]])
        return Dictionary(
            uniqueKeysWithValues: policies.map {
                ($0["name"] as? String ?? "", $0["mean_completion_seconds_by_trial"] as? [Double] ?? [])
            })
    }

    @Test("runs come when they came, on the machine as it was, and are compared run by run")
    func byHand() throws {
        let answer = try json(try house(), "--last", "50", "--policy", "fifo,shortest-first")
        #expect(try times(answer) == ["fifo": [10, 9, 10], "shortest-first": [10, 11, 6]])
        #expect(answer["cluster"] as? String == "1 worker of 1 core, 8 GB and 1 GB of disk")
        #expect(answer["recorded_runs"] as? Int == 3)
        let policies = try #require(answer["policies"] as? [[String: Any]])
        #expect(policies.map { $0["makespan_seconds"] as? Double } == [16, 16])
        #expect(policies.map { $0["wins"] as? Int } == [0, 1])
        #expect(policies.map { $0["losses"] as? Int } == [0, 1])
        let ratio = try #require(policies[1]["ratio_to_baseline"] as? [String: Any])
        #expect(ratio["mean"] as? Double == 0.931034)
        let interval = try #require(ratio["ci95"] as? [Double])
        #expect(interval[0] < 0.93 && interval[1] > 0.94)
    }

    @Test("what really happened stands beside it, with the error of the simulation")
    func fidelity() throws {
        let house = try house()
        let measured = try #require(try json(house, "--last", "9", "--policy", "fifo")["measured"] as? [String: Any])
        #expect(measured["policy"] as? String == "critical-path")
        #expect(try #require(measured["mean_completion_seconds"] as? Double).rounded() == 10)
        #expect(measured["error_percent"] as? Double == 0)
        try record(4, "etl", came: 100, started: 110, ended: 120, in: house)
        let result = try house.run("simulate", "--last", "1", "--policy", "fifo", "--cpu", "2")
        #expect(
            result.output.contains(
                "Really they took 20 s on average, under critical-path; simulated so on this machine as it was, they take "
                    + "10 s: 50 % less."))
    }

    @Test("the newest of one workflow, or since a time; what can't be played again is named")
    func choice() throws {
        let house = try house()
        #expect(try times(json(house, "--last", "1", "--policy", "fifo")) == ["fifo": [2]])
        #expect(try times(json(house, "--last", "1", "--workflow", "etl", "--policy", "fifo")) == ["fifo": [4]])
        let late = try json(house, "--last", "9", "--since", "2026-01-01T00:00:05Z", "--policy", "fifo")
        #expect(try times(late) == ["fifo": [4, 5]])
        try record(5, "etl", came: 200, ended: nil, in: house)
        let result = try house.run("simulate", "--last", "9", "--policy", "fifo")
        #expect(result.output.contains("note         Left out: 1 run (\(Run.ID(rawValue: 5))), cancelled."))
        #expect(result.output.contains("the last 3 runs of 2 workflows, which came within 6.0s, 1 task each"))
        let only = try house.run("simulate", "--last", "1", "--workflow", "etl", "--policy", "fifo")
        #expect(only.exitCode == 2)
        #expect(only.messages.hasPrefix("error: no run is left to play again. Left out: 1 run ("))
    }

    @Test("with three cores nobody waits, and with luck there are as many trials as seeds")
    func otherMachine() throws {
        let house = try house()
        #expect(try times(json(house, "--last", "9", "--cpu", "3", "--policy", "fifo")) == ["fifo": [10, 4, 2]])
        let drawn = try json(house, "--last", "9", "--duration-cv", "0.3", "--seeds", "7", "--policy", "fifo")
        #expect(drawn["trials"] as? Int == 7)
    }

    @Test(
        "what can't be answered says what to do",
        arguments: [
            (["--last", "9", "--workflow", "reprot"], "Did you mean 'report'?"),
            (["--last", "9", "--since", "2026-02-01T00:00:00Z"], "Start one with 'baton run FILE'"),
            (["--last", "1001"], "--last must be between 1 and 1000, not 1001."),
            (["--run", "latest", "--since", "2026-02-01T00:00:00Z"], "Say how many with --last 50."),
            (["--last", "9", "--ab", "fifo,heft"], "--duration-cv 0.3, or compare run by run with --policy"),
            (["--last", "9", "--jobs", "3"], "leave --jobs out"),
        ])
    func refusals(_ arguments: [String], _ words: String) throws {
        let house = try house()
        let result = house.finish(try house.start(["simulate"] + arguments))
        #expect(result.messages.contains(words), "\(result.messages)")
        #expect(result.exitCode == 2)
    }

    @Test("where nothing has run, it says how to begin")
    func nothing() throws {
        let result = try Household().run("simulate", "--last", "50")
        #expect(result.exitCode == 2)
        #expect(result.messages.contains("nothing has run yet"), "\(result.messages)")
    }

    @Test("a server plays its own history again, and says what is wrong with a question")
    func server() throws {
        let house = try house()
        let served = try Served(house)
        func ask(_ path: String, _ body: String) throws -> Served.Answer { try served.post("/api/v1/" + path, body) }
        let answer = try ask(
            "simulations", #"{"last": 50, "workflow_name": "etl", "policies": ["fifo", "shortest-first"]}"#)
        #expect(answer.status == 200, "\(answer.text)")
        let value = try #require(try JSONSerialization.jsonObject(with: Data(answer.text.utf8)) as? [String: Any])
        #expect(try times(value) == ["fifo": [10, 9], "shortest-first": [10, 9]])
        let pair = try ask(
            "experiments", #"{"last": 50, "policies": ["shortest-first", "fifo"], "duration_cv": 0.3}"#)
        #expect(pair.status == 200 && pair.text.contains(#""confidence_sequence_95""#), "\(pair.text)")
        for (body, words) in [
            (#"{"last": 5, "run": "latest"}"#, "One of 'workflow', 'run' and 'last'"),
            (#"{"last": 0}"#, "'last' must be a number between"),
            (#"{"run": "latest", "workflow_name": "etl"}"#, "'workflow_name' chooses among the runs of 'last'"),
            (#"{"last": 5, "workflow_name": "elt"}"#, "Did you mean 'etl'?"),
        ] {
            let answer = try ask("simulations", body)
            #expect((answer.status == 400 || answer.status == 422) && answer.text.contains(words), "\(answer.text)")
        }
        #expect(served.stop() == 0)
    }
}
