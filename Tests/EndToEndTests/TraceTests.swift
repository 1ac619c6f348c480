import Foundation
import Testing

@Suite("Traces") struct TraceTests {
    @Test("tasks go on with the trace of whoever runs them, each with a span of its own; else with one of the run")
    func trace() throws {
        let house = try Household()
        try house.write(
            "name: t\ntasks:\n  a: {run: 'echo $TRACEPARENT > a'}\n  b: {run: 'echo $TRACEPARENT > b'}\n", to: "t.yaml")
        let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
        let parent = "00-\(trace)-00f067aa0ba902b7-00"
        let result = house.finish(try house.start(["run", "t.yaml"], environment: ["TRACEPARENT": parent]))
        #expect(result.exitCode == 0)
        let (a, b) = (try #require(house.read("a")), try #require(house.read("b")))
        #expect(a.hasPrefix("00-\(trace)-") && a.hasSuffix("-00\n") && b.hasPrefix("00-\(trace)-"))
        #expect(a != b && !a.contains("00f067aa0ba902b7"))
        let other = house.finish(try house.start(["run", "t.yaml"], environment: ["TRACEPARENT": "nonsense"]))
        #expect(other.exitCode == 0)
        let (own, sibling) = (try #require(house.read("a")), try #require(house.read("b")))
        #expect(own.hasPrefix("00-") && !own.contains(trace) && own.prefix(35) == sibling.prefix(35) && own != sibling)
    }
}
