import Foundation
import Testing

/// `baton train`, and what becomes of the network.
@Suite("Training") struct TrainTests {
    private static let workflow = """
        name: etl
        tasks:
          fetch: {run: "true", duration: 20s, foreach: {x: [1, 2, 3, 4, 5, 6]}}
          parse: {run: "true", duration: 45s, needs: [fetch], resources: {cpu: 2, memory: 4GB}}
          load: {run: "true", duration: 5s, needs: [parse]}

        """
    /// One round of reinforcement.
    private static let short = [
        "train", "--fresh", "--without", "rule,imitation", "--rounds", "0,1", "--validation", "1,0",
    ]

    @Test("a network that was written to a file names its origin, is the same again, and can be tried")
    func file() throws {
        let household = try Household()
        try household.write(Self.workflow, to: "etl.yaml")
        for (name, threads) in [("one", "1"), ("two", "2")] {
            let result = household.finish(
                try household.start(Self.short + ["--output", "\(name).network", "--threads", threads]))
            #expect(result.exitCode == 0, "\(result.messages)")
            #expect(result.output.contains("It was written to \(name).network"))
        }
        let bytes = try ["one", "two"].map { try Data(contentsOf: household.folder.appending(path: "\($0).network")) }
        #expect(bytes[0] == bytes[1])
        let text = String(decoding: bytes[0].prefix(300), as: UTF8.self)
        #expect(text.hasPrefix("baton network 1\nagents many\nuses \nseed 1\ndata invented jobs\nprogram Baton "))
        let tried = household.finish(
            try household.start(["simulate", "etl.yaml", "--policy", "intelligent", "--network", "one.network"]))
        #expect(tried.exitCode == 0, "\(tried.messages)")
    }

    @Test("a network that is not better is kept but not used, and the present one stays")
    func refused() throws {
        let household = try Household()
        let result = household.finish(try household.start(Self.short + ["--json"]))
        #expect(result.exitCode == 0, "\(result.messages)")
        let object = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
        #expect(object?["used"] as? Bool == false)
        #expect((object?["result"] as? String)?.contains("kept as 1 but is not used") == true)
    }

    @Test("what is no network is refused with its name and the reason")
    func foreign() throws {
        let household = try Household()
        try household.write(Self.workflow, to: "etl.yaml")
        let result = household.finish(
            try household.start(["simulate", "etl.yaml", "--policy", "intelligent", "--network", "etl.yaml"]))
        #expect(result.exitCode == 2)
        #expect(
            result.messages.contains(
                "error: etl.yaml: this is no network of Baton: it does not begin with 'baton network'"))
        let empty = household.finish(try household.start(["train", "--history", "--rounds", "0,1"]))
        #expect(empty.exitCode == 2)
        #expect(empty.messages.contains("nothing has run yet"))
    }
}
