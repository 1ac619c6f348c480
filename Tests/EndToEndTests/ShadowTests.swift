import Testing

@Suite("baton run --shadow")
struct ShadowTests {
    @Test("a shadow changes nothing, and at the end it is told where it differed and what the run takes under it")
    func shadow() throws {
        let house = try Household()
        try house.write(
            """
            name: pair
            tasks:
              short: {run: "true", duration: 1s}
              long: {run: "true", duration: 9s}

            """, to: "pair.yaml")
        let result = try house.run(
            "run", "pair.yaml", "-j", "1", "--policy", "critical-path", "--shadow", "shortest-first")
        #expect(result.exitCode == 0, "\(result.messages)")
        let lines = result.messages.split(separator: "\n")
        #expect(lines[0].contains("long"))
        #expect(
            result.messages.contains("In the shadow shortest-first would have decided otherwise in 1 of 2 decisions"))
        #expect(lines.last?.hasPrefix("Simulated with the durations that were measured, the run takes ") == true)
        let decision = try house.run("explain", "latest", "--decision", "1")
        #expect(decision.output.contains("shortest-first would have started short on local instead."))
        let json = try house.run(
            "run", "pair.yaml", "-j", "1", "--policy", "critical-path", "--shadow", "critical-path", "--json")
        let last = try #require(json.output.split(separator: "\n").last)
        #expect(last.contains(#""event":"shadow""#) && last.contains(#""decisions_alike":2,"decisions_different":0"#))
    }
}
