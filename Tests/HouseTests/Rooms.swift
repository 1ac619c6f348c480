// Who may import what: the one table. Docs/Architecture.md shows it, and every import line is compared with it.

import Testing

struct Room: Sendable, CustomTestStringConvertible {
    var name: String
    var purpose: String
    var modules: [String] = []
    var outside: [String] = []
    /// No I/O, no clock, no concurrency, no unseeded randomness.
    var isPure = false
    var forbids: String

    var testDescription: String { name }

    static let all = [
        Room(
            name: "BatonCore",
            purpose: "Workflows, runs, the engine; the contracts for policies and estimators",
            isPure: true, forbids: "Foundation, clocks, async, unseeded randomness"
        ),
        Room(
            name: "BatonPolicies",
            purpose: "Rules that prioritise and place",
            modules: ["BatonCore"], outside: ["HeapModule"], isPure: true,
            forbids: "engine internals: a policy sees only `Observation`"
        ),
        Room(
            name: "BatonSimulator",
            purpose:
                "The simulated world: virtual clock, seeded faults, workload generators; experiments and their statistics",
            modules: ["BatonCore"], outside: ["HeapModule"], isPure: true, forbids: "real time"
        ),
        Room(
            name: "BatonNeural",
            purpose: "Matrices, reverse-mode differentiation, layers, Adam, checkpoints",
            isPure: true, forbids: "knowing what a task is"
        ),
        Room(
            name: "BatonPrediction",
            purpose: "Predicts duration, memory and CPU; sizes requests; judges both on traces",
            modules: ["BatonCore", "BatonNeural"], isPure: true, forbids: "scheduling"
        ),
        Room(
            name: "BatonPlanner",
            purpose:
                "The intelligent policy: searches schedules, follows the best; a network that proposes some, and its training",
            modules: ["BatonCore", "BatonNeural", "BatonPolicies", "BatonSimulator"], isPure: true,
            forbids: "acting: it answers, the engine admits"
        ),
        Room(
            name: "BatonOptimizer",
            purpose: "Finds what holds a workflow back, tries and prices rewrites",
            modules: ["BatonCore", "BatonPolicies", "BatonSimulator"], isPure: true,
            forbids: "touching a live run or the store"
        ),
        Room(
            name: "BatonFormats",
            purpose: "YAML, JSON, WfFormat and other files to and from `Workflow`; traces to simulated jobs and "
                + "measured attempts",
            modules: ["BatonCore", "BatonPrediction", "BatonSimulator"], outside: ["CYaml", "CZlib", "Foundation"],
            forbids: "any other parser dependency"
        ),
        Room(
            name: "BatonStore",
            purpose: "Event log and read models: memory, SQLite",
            modules: ["BatonCore"], outside: ["CSQLite", "FoundationEssentials", "Glibc"],
            forbids: "SQL anywhere else"
        ),
        Room(
            name: "BatonRuntime",
            purpose: "The live world: orchestrator, supervisor, cache, machine",
            modules: ["BatonCore", "BatonStore", "CBatonSystem"],
            outside: ["Dispatch", "Foundation", "Glibc", "Synchronization"],
            forbids: "SQL, file formats, policies and estimators by name"
        ),
        Room(
            name: "BatonServer",
            purpose: "The door for programs: REST, server-sent events, keys, figures",
            modules: ["BatonCore", "BatonFormats", "BatonRuntime", "BatonStore", "CBatonPage"],
            outside: [
                "Crypto", "Dispatch", "Foundation", "Glibc", "HTTPTypes", "Hummingbird", "HummingbirdCore", "Logging",
                "NIOCore",
                "NIOHTTP1", "NIOHTTPTypes", "ServiceLifecycle", "Synchronization",
            ],
            forbids: "policies, models and the optimiser by name: what they compute arrives as closures"
        ),
        Room(
            name: "baton",
            purpose: "Commands, and the only place where things are wired together",
            modules: [
                "BatonCore", "BatonFormats", "BatonOptimizer", "BatonPlanner", "BatonPolicies", "BatonPrediction",
                "BatonRuntime", "BatonServer", "BatonSimulator", "BatonStore",
            ],
            outside: [
                "ArgumentParser", "AsyncHTTPClient", "Dispatch", "Foundation", "Glibc", "Hummingbird", "Logging",
                "NIOCore",
                "NIOHTTP1", "NIOPosix", "NIOSSL", "Synchronization",
            ],
            forbids: "logic: a command parses, calls, prints"
        ),
        Room(
            name: "BatonTesting",
            purpose: "What tests share: builders and conformance suites",
            modules: ["BatonCore", "BatonSimulator", "BatonStore"], outside: ["Glibc", "Testing"],
            forbids: "being imported outside Tests"
        ),
    ]

    /// As Docs/Architecture.md shows it.
    static var table: String {
        var lines = ["| Target | One line | May import | From outside | What it forbids |", "|---|---|---|---|---|"]
        for room in all {
            let modules = room.modules.isEmpty ? "—" : room.modules.joined(separator: ", ")
            let outside = room.outside.isEmpty ? "—" : room.outside.joined(separator: ", ")
            lines.append("| `\(room.name)` | \(room.purpose) | \(modules) | \(outside) | \(room.forbids) |")
        }
        return lines.joined(separator: "\n")
    }
}
