import BatonCore
import BatonSimulator
import Foundation
import Testing

@testable import baton

/// `baton simulate` as a user meets it.
@Suite("Simulate") struct SimulateTests {
    private static let workflow = """
        name: etl
        tasks:
          fetch: {run: "true", duration: 20s, foreach: {x: [1, 2, 3, 4, 5, 6]}}
          parse: {run: "true", duration: 45s, needs: [fetch], resources: {cpu: 2, memory: 4GB}}
          long: {run: "true", duration: 90s}
          load: {run: "true", duration: 5s, needs: [parse, long]}

        """

    private func household() throws -> Household {
        let household = try Household()
        try household.write(Self.workflow, to: "etl.yaml")
        return household
    }

    private func json(_ household: Household, _ arguments: [String]) throws -> [String: Any] {
        let result = household.finish(try household.start(["simulate"] + arguments + ["--json"]))
        #expect(result.exitCode == 0, "\(result.messages)")
        return try #require(
            try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any], "\(result.output)")
    }

    /// Without what is measured with a clock.
    private func timeless(_ object: [String: Any]) throws -> String {
        var object = object
        let policies = try #require(object["policies"] as? [[String: Any]])
        object["policies"] = policies.map { $0.filter { !$0.key.hasSuffix("_milliseconds") } }
        return String(
            decoding: try JSONSerialization.data(withJSONObject: object, options: [.sortedKeys, .prettyPrinted]),
            as: UTF8.self)
    }

    @Test("the same seeds give the same figures in every process, on one thread as on three")
    func determinism() throws {
        let household = try household()
        let arguments = [
            "--workload", "synthetic:fork-join", "--tasks", "12", "--jobs", "8", "--workers", "2", "--seeds", "5",
            "--duration-cv", "heavy-tail", "--estimate-error", "2", "--policy", "all",
        ]
        let one = try timeless(json(household, arguments + ["--threads", "1"]))
        let three = try timeless(json(household, arguments + ["--threads", "3"]))
        #expect(one == three)
        #expect(one != (try timeless(json(household, arguments + ["--seed", "2"]))))
    }

    @Test("each policy has every figure that programs rely on")
    func shape() throws {
        let household = try household()
        let result = try json(
            household,
            ["etl.yaml", "--policy", "critical-path", "--duration-cv", "0.5", "--workers", "1", "--cpu", "2"])
        let policies = try #require(result["policies"] as? [[String: Any]])
        #expect(policies.compactMap { $0["name"] as? String } == ["fifo", "critical-path"])
        let names = [
            "mean_completion_seconds", "p50_completion_seconds", "p95_completion_seconds", "p99_completion_seconds",
            "makespan_seconds", "gap_to_bound_percent", "gap_to_best_known_percent", "utilisation",
            "allocated_gb_hours", "used_gb_hours", "oom_kills", "decision_milliseconds",
        ]
        for policy in policies { for name in names { #expect(policy[name] != nil, "no \(name)") } }
        let mean = try #require(policies[1]["mean_completion_seconds"] as? [String: Any])
        let interval = try #require(mean["ci95"] as? [Double])
        let value = try #require(mean["mean"] as? Double)
        #expect(interval.count == 2 && interval[0] < value && value < interval[1])
        let times = try #require(policies[1]["decision_milliseconds"] as? [String: Double])
        #expect(Set(times.keys) == ["p50", "p99", "max"])
        #expect(policies[1]["plans"] as? Int == 0 && policies[1]["planning_milliseconds"] is NSNull)
        #expect(policies[1]["gap_to_best_known_percent"] is NSNull)
    }

    @Test("decisions for which a plan was made are timed by themselves")
    func planningTimes() throws {
        let result = try json(
            household(),
            ["etl.yaml", "--policy", "intelligent", "--baseline", "intelligent", "--workers", "1", "--cpu", "2"])
        let policy = try #require((result["policies"] as? [[String: Any]])?.first)
        let plans = try #require(policy["plans"] as? Int)
        #expect(try plans > 0 && plans < #require(policy["decisions"] as? Int))
        let planning = try #require(policy["planning_milliseconds"] as? [String: Double])
        let dispatches = try #require(policy["dispatch_milliseconds"] as? [String: Double])
        let all = try #require(policy["decision_milliseconds"] as? [String: Double])
        #expect(try max(#require(planning["max"]), #require(dispatches["max"])) == all["max"])
    }

    @Test("a workflow on two cores is simulated as one would work it out by hand")
    func byHand() throws {
        let household = try household()
        let arguments = [
            "etl.yaml", "--policy", "fifo,critical-path", "--workers", "1", "--cpu", "2", "--memory", "8GB",
        ]
        let policies = try #require(try json(household, arguments)["policies"] as? [[String: Any]])
        // FIFO: six fetches in pairs take 60 s, then 'long' runs to 150 s, since 'parse' needs both cores.
        // Critical path: 'long' starts at once, five fetches follow each other beside it, the sixth begins at 90 s.
        #expect(policies.map { $0["makespan_seconds"] as? Double } == [200, 160])
    }

    @Test(
        "what can't be simulated is said before anything is",
        arguments: [
            (
                ["etl.yaml", "--policy", "ciritcal-path"],
                "error: there is no policy 'ciritcal-path'. Did you mean 'critical-path'?"
            ),
            (
                ["etl.yaml", "--memory", "3GB"],
                "error: task 'parse' of 'etl' needs 2 cores and 4 GB, and no worker has that much: 100 workers of 16 cores and 3 GB. Try --memory 4GB"
            ),
            (
                ["etl.yaml", "--policy", "fifo:psychic"],
                "error: 'fifo:psychic': what a policy is told is declared, estimates, sized or oracle, not 'psychic'"
            ),
            (
                ["--workload", "synthetic:motage"],
                "error: there is no synthetic family 'motage'. Did you mean 'montage'?"
            ),
            (["etl.yaml", "--plot", "x.gif"], "error: --plot writes .svg and .png files; 'x.gif' is neither"),
            (
                ["etl.yaml", "--ab", "fifo"],
                "error: --ab compares two policies, such as fifo,critical-path; these are 1"
            ),
            (["etl.yaml", "--baseline", "fifo,random"], "error: --baseline is one policy, not 2"),
        ])
    func errors(_ arguments: [String], _ message: String) throws {
        let household = try household()
        let result = household.finish(try household.start(["simulate"] + arguments))
        #expect(result.messages == message + "\n")
        #expect(result.exitCode == 2)
        #expect(result.output.isEmpty)
    }

    @Test("a seed of the swarm is replayed by one line")
    func swarm() throws {
        let result = try household().run("simulate", "--swarm", "--seed", "0x2A")
        #expect(result.exitCode == 0)
        #expect(result.output.hasPrefix("seed 0x2A: 3 runs on 3 workers under critical-path: 2 succeeded and 1 failed"))
        #expect(result.output.hasSuffix("nothing broke\n"))
    }

    @Test("an A/B test stops as soon as the difference is beyond doubt")
    func ab() throws {
        let household = try household()
        let arguments = ["etl.yaml", "--workers", "1", "--cpu", "2", "--memory", "8GB", "--duration-cv", "0.5"]
        let result = try json(household, arguments + ["--ab", "critical-path,fifo"])
        #expect(result["better"] as? String == "critical-path")
        #expect(try #require(result["trials"] as? Double) < 60)
        let same = try json(household, arguments + ["--ab", "fifo,fifo:declared", "--seeds", "20"])
        #expect(same["better"] is NSNull)
        #expect(same["trials"] as? Double == 20)
    }

    @Test("the chart is well-formed, names every policy and can't be broken by names")
    func plot() throws {
        let household = try household()
        try household.write(Self.workflow.replacingOccurrences(of: "etl", with: "\"a<b>&c\""), to: "odd.yaml")
        let arguments = [
            "odd.yaml", "--policy", "fifo,critical-path", "--workers", "1", "--cpu", "2", "--memory", "8GB",
        ]
        let result = household.finish(
            try household.start(["simulate"] + arguments + ["--duration-cv", "0.5", "--plot", "out.svg"]))
        #expect(result.exitCode == 0, "\(result.messages)")
        let svg = try #require(household.read("out.svg"))
        let parser = XMLProbe(svg)
        #expect(parser.isWellFormed)
        for text in ["critical-path", "fifo", "Cores in use", "long", "worker-0"] {
            #expect(parser.texts.contains { $0.contains(text) }, "no \(text)")
        }
        #expect(parser.texts.contains { $0.contains("a<b>&c") })
        #expect(svg.contains("prefers-color-scheme: dark"))
    }

    @Test("ten thousand tasks become shades, not ten thousand bars")
    func largePlot() throws {
        let household = try Household()
        let arguments = ["--workload", "synthetic:layered", "--tasks", "10000", "--jobs", "1", "--workers", "20"]
        let result = household.finish(
            try household.start(["simulate"] + arguments + ["--policy", "fifo", "--seeds", "1", "--plot", "out.svg"]))
        #expect(result.exitCode == 0, "\(result.messages)")
        let svg = try #require(household.read("out.svg"))
        #expect(svg.utf8.count < 1_000_000)
        #expect(XMLProbe(svg).isWellFormed)
    }
}

/// Reads tags and texts, and whether every tag that opens is closed.
private struct XMLProbe {
    private(set) var texts: [String] = []
    private(set) var isWellFormed = true

    init(_ text: String) {
        var open: [Substring] = []
        for part in text.split(separator: "<") {
            guard let end = part.firstIndex(of: ">") else {
                isWellFormed = false
                continue
            }
            let tag = part[..<end]
            let name = tag.prefix { !$0.isWhitespace && $0 != "/" }
            if tag.hasPrefix("/") {
                isWellFormed = isWellFormed && open.popLast() == tag.dropFirst()
            } else if !tag.hasSuffix("/") {
                open.append(name)
            }
            isWellFormed = isWellFormed && tag.filter { $0 == "\"" }.count % 2 == 0
            let text = part[part.index(after: end)...].trimmingCharacters(in: .whitespacesAndNewlines)
            if !text.isEmpty { texts.append(Self.unescaped(text)) }
        }
        isWellFormed = isWellFormed && open.isEmpty
    }

    private static func unescaped(_ text: String) -> String {
        text.replacingOccurrences(of: "&lt;", with: "<").replacingOccurrences(of: "&gt;", with: ">")
            .replacingOccurrences(of: "&quot;", with: "\"").replacingOccurrences(of: "&amp;", with: "&")
    }
}
