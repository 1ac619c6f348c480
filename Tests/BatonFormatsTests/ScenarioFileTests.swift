import BatonCore
import BatonSimulator
import Foundation
import Testing

@testable import BatonFormats

/// The files that describe a simulated cluster and what goes wrong on it.
@Suite struct ScenarioFileTests {
    @Test("a file of faults says what is meant, in YAML and in JSON")
    func faults() throws {
        let yaml = """
            seed: 9
            until: 2h
            network-delay: 20ms
            rates: {failure: 2%, straggler: 0.01, slow-start: 5%, growth: 1, late-report: 0, lost-report: 0.5%}
            crashes: [{worker: 1, at: 10m, back: 30s}, {worker: 0, at: 1h}]
            random-crashes: {every: 12h, back: 5m, until: 2d}
            busy: [{worker: 2, at: 1m, for: 2m, cpu: 1.5, memory: 2GB}]
            supervisor: [{at: 1m, back: 5s}]
            store-full: [{at: 2m, for: 10s}]
            memory: {tasks: 10%, factor: 1.5}
            estimates: {duration: 2, memory: 1.25}
            """
        let faults = try read(yaml)
        #expect(faults.seed == 9 && faults.ratesEnd == .seconds(7_200) && faults.networkDelay == .milliseconds(20))
        #expect(
            faults.rates
                == .init(straggler: 10, spuriousFailure: 20, lostReport: 5, growth: 1_000, slowStart: 50))
        #expect(
            faults.crashes == [
                .init(worker: 1, at: .seconds(600), back: .seconds(30)),
                .init(worker: 0, at: .seconds(3_600), back: nil),
            ])
        #expect(
            faults.randomCrashes == .init(every: .seconds(43_200), back: .seconds(300), until: .seconds(172_800)))
        let remaining = Resources(milliCPU: 1_500, memoryBytes: 2_000_000_000)
        #expect(
            faults.sharings == [.init(worker: 2, at: .seconds(60), duration: .seconds(120), remaining: remaining)])
        #expect(
            faults.incidents == [
                .init(at: Instant(nanoseconds: 60_000_000_000), .supervisorDies(back: .seconds(5))),
                .init(at: Instant(nanoseconds: 120_000_000_000), .storeFull(.seconds(10))),
            ])
        #expect(faults.hungryTasks == .init(permille: 100, factor: 1.5))
        #expect(faults.durationError == 2 && faults.memoryError == 1.25)
        #expect(try read(#"{"rates": {"failure": "2%"}}"#, name: "faults.json").rates.spuriousFailure == 20)
        #expect(try read("") == FaultSpecification())
    }

    @Test("every mistake in a file of faults is reported at its place")
    func faultErrors() throws {
        let found = complaints {
            try read(
                """
                rates: {failure: 150%, stragler: 1%}
                crashes:
                  - {worker: -1, at: soon}
                  - {worker: 1}
                memory: {tasks: 1%, factor: 0.5}
                random-crashes: {every: 1s, back: 1s, until: 1d}
                busy: {worker: 1}
                """)
        }
        #expect(
            found == """
                faults.yaml:1:18: error: expected a share such as 0.02 or 2%, at most 1 for 'failure', found the text '150%'
                faults.yaml:1:24: error: 'stragler' is not a key of 'rates'. Did you mean 'straggler'?
                faults.yaml:3:14: error: expected a whole number from 0 to 1000000 for 'worker', found the number -1
                faults.yaml:3:22: error: expected a duration such as 90s, 5m or 1h30m for 'at', found the text 'soon'
                faults.yaml:4:5: error: a crash needs 'at'
                faults.yaml:5:29: error: expected a factor from 1 to 1000 for 'factor', found the number 0.5
                faults.yaml:6:17: error: more than 10,000 crashes of each worker. Raise 'every' or lower 'until'.
                faults.yaml:7:7: error: expected a list for 'busy', found a map. Put each entry on a line of its own, after '- '.
                """)
    }

    @Test("a cluster file gives its machines kind by kind")
    func cluster() throws {
        let machines = try withFiles([
            "c.yaml": """
            - {kind: big, count: 2, cpu: 64, memory: 256GB, gpus: 4, disk: 1TB, speed: 1.5, network: 1.25GB}
            - {cpu: 4, memory: 16GB}
            """
        ]) { try ClusterFile.read("\($0)/c.yaml") }
        let big = Machine(
            capacity: Resources(milliCPU: 64_000, memoryBytes: 256_000_000_000, gpus: 4, diskBytes: 1_000_000_000_000),
            speedPermille: 1500, networkBytesPerSecond: 1_250_000_000, kind: "big")
        #expect(
            machines == [big, big, Machine(capacity: Resources(milliCPU: 4_000, memoryBytes: 16_000_000_000))])
    }

    @Test("a cluster file that is wrong is refused with every reason")
    func clusterErrors() throws {
        func errors(_ text: String) -> String {
            complaints { try withFiles(["c.yaml": text]) { try ClusterFile.read("\($0)/c.yaml") } }
        }
        #expect(
            errors("a: 1").hasSuffix(
                "expected a list of machines, found a map. Write '- {count: 10, cpu: 16, memory: 64GB}'."))
        #expect(
            errors("- {cpu: many, memory: 1GB, speed: 0}\n- {cpu: 1, ram: 2}")
                .replacing(#/(?m)^.*c.yaml/#, with: "c.yaml") == """
                    c.yaml:1:9: error: expected a number of cores for 'cpu', found the text 'many'
                    c.yaml:1:35: error: expected a factor from 0.001 to 1000 for 'speed', found the number 0
                    c.yaml:2:3: error: a kind of machine needs 'memory'
                    c.yaml:2:12: error: 'ram' is not a key of a kind of machine. Keys: kind, count, cpu, memory, gpus, disk, speed, network, price, most.
                    """)
    }

    @Test("Docs/Workloads.md explains every key, format and family, and its examples are read")
    func documentation() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let text = try String(contentsOf: root.appendingPathComponent("Docs/Workloads.md"), encoding: .utf8)
        func expectRows<Key: FormatKey>(_ keys: Key.Type) {
            for key in Key.allCases {
                let row = "| `\(key.rawValue)` | \(key.summary) |"
                #expect(text.contains(row), "Docs/Workloads.md lacks the line: \(row)")
            }
        }
        expectRows(FaultKey.self)
        expectRows(RateKey.self)
        expectRows(CrashKey.self)
        expectRows(RandomCrashesKey.self)
        expectRows(BusyKey.self)
        expectRows(SupervisorKey.self)
        expectRows(StoreKey.self)
        expectRows(HungerKey.self)
        expectRows(EstimatesKey.self)
        expectRows(MachineKey.self)
        for format in WorkloadFile.Format.allCases { #expect(text.contains("| `\(format.rawValue)` |")) }
        for family in Family.allCases { #expect(text.contains("| `\(family.rawValue)` |")) }
        let faults = try #require(example("faults.yaml", in: text))
        #expect(try read(faults) != FaultSpecification())
        let cluster = try #require(example("cluster.yaml", in: text))
        #expect(try withFiles(["c.yaml": cluster]) { try ClusterFile.read("\($0)/c.yaml") }.count > 2)
    }

    /// The block of code below a line that names its file.
    private func example(_ name: String, in text: String) -> String? {
        guard let start = text.range(of: "`\(name)`:\n\n```yaml\n") else { return nil }
        return text[start.upperBound...].range(of: "```").map { String(text[start.upperBound..<$0.lowerBound]) }
    }

    private func read(_ text: String, name: String = "faults.yaml") throws -> FaultSpecification {
        try withFiles([name: text]) { try FaultFile.read("\($0)/\(name)") }
    }

    private func complaints(_ body: () throws -> some Any) -> String {
        do {
            _ = try body()
            return ""
        } catch {
            return "\(error)".replacing(#/(?m)^.*faults.yaml/#, with: "faults.yaml")
        }
    }
}
