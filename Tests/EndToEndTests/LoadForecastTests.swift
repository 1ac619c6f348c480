import Foundation
import Testing

@testable import baton

/// `baton forecast` as a user meets it.
@Suite("Forecast of load") struct LoadForecastTests {
    private let invented = [
        "forecast", "--workload", "synthetic:pipelines", "--tasks", "3", "--jobs", "400", "--load", "0.3", "--bucket",
        "5m", "--horizon", "15m", "--members", "moving-average,holt-winters",
    ]

    private func json(_ household: Household, _ arguments: [String]) throws -> [String: Any] {
        let result = household.finish(try household.start(arguments + ["--json"]))
        #expect(result.exitCode == 0, "\(result.messages)")
        return try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
    }

    @Test("load, workers and the cheapest mix come in one answer, the same each time, and as a picture")
    func whole() throws {
        let household = try Household()
        try household.write(
            """
            - {kind: small, cpu: 4, memory: 64GB, price: 0.10, most: 12, count: 12}
            - {kind: large, cpu: 16, memory: 64GB, price: 0.30, most: 4}
            """, to: "prices.yaml")
        let arguments =
            invented + [
                "--target-wait", "1m", "--risk", "10%", "--prices", "prices.yaml", "--futures", "3", "--chart",
                "out.svg",
            ]
        let answer = try json(household, arguments)
        let load = try #require(answer["load"] as? [String: [String: Any]])
        #expect(load.keys.sorted() == ["cores", "memory", "runs", "tasks"])
        let runs = try #require(load["runs"])
        #expect((runs["p50"] as? [Double])?.count == 3)
        #expect((runs["members"] as? [Any])?.count == 2)
        let capacity = try #require(answer["capacity"] as? [String: Any])
        let workers = try #require(capacity["workers"] as? Int)
        let tried = try #require(capacity["tried"] as? [[String: Double]])
        #expect(tried.allSatisfy { ($0["risk"]! <= 0.1) == ($0["workers"]! >= Double(workers)) })
        let cost = try #require(answer["cost"] as? [String: Any])
        let (cheapest, today) = (
            try #require(cost["cheapest"] as? [String: Any]), try #require(cost["today"] as? [String: Any])
        )
        #expect(try #require(cheapest["risk"] as? Double) <= 0.1)
        #expect(today["cost_per_hour"] as? Double == 1.5)
        #expect(household.read("out.svg")?.contains("Cost by risk") == true)
        #expect(
            try JSONSerialization.data(withJSONObject: answer, options: .sortedKeys)
                == JSONSerialization.data(withJSONObject: json(household, arguments), options: .sortedKeys))
    }

    @Test(
        "what can't be answered says why, and what would help",
        arguments: [
            (["forecast"], "nothing has run yet"),
            (["--horizon", "10h"], "is too short to forecast 10h"),
            (["--deadline", "1s"], "Allow a longer --deadline"),
            (["--target-wait", "1m", "--cpu", "0.5"], "which no worker has"),
            (["--prices", "x.yaml"], "--prices needs --target-wait or --deadline"),
            (["--risk", "150%"], "--risk"),
        ])
    func refusals(_ arguments: [String], _ words: String) throws {
        let household = try Household()
        let result = household.finish(
            try household.start(arguments[0] == "forecast" ? arguments : invented + arguments))
        #expect(result.exitCode == 2)
        #expect(result.messages.contains(words), "\(result.messages)")
    }
}
