import BatonCore
import BatonFormats
import BatonSimulator
import Foundation
import Testing

/// What is said about workload files that are wrong, and that nothing in them does harm.
@Suite struct WorkloadErrorTests {
    @Test(
        "a mistake is reported with its place, what was expected, and what to do",
        arguments: Golden.files(
            in: "Workloads/Errors", "json", "csv", "tsv", "rcp", "sm", "dax", "stg", "yaml", "txt"))
    func errors(_ name: String) throws {
        let path = Golden.path("Workloads/Errors/\(name)")
        do {
            _ = try WorkloadFile.read(path: path)
            Issue.record("\(name) was read")
        } catch {
            let text = error.description.replacing("\(Golden.path("Workloads/Errors"))/", with: "")
            try Golden.expect(text + "\n", equals: "Workloads/Errors/\(name).error")
        }
    }

    @Test("a path that is not there, and a folder without workloads, are refused")
    func paths() throws {
        try withFiles(["LICENSE": "words"]) { folder in
            for path in [folder, "\(folder)/nothing.json"] {
                #expect(throws: WorkflowError.self) { try WorkloadFile.read(path: path) }
            }
        }
    }

    @Test(
        "files that are cut off anywhere or have wrong bytes are read or refused, never more",
        arguments: Golden.workloads)
    func hostile(_ name: String) throws {
        let bytes = Array(try Golden.text("Workloads/\(name)").utf8)
        var generator = SeededGenerator(seed: 17)
        var variants: [[UInt8]] = []
        for length in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 80)) {
            variants.append(Array(bytes[..<length]))
        }
        for _ in 0..<250 {
            var changed = bytes
            for _ in 0...Int(generator.next() % 3) {
                let place = Int(generator.next() % UInt64(changed.count))
                switch generator.next() % 4 {
                case 0: changed[place] = UInt8(truncatingIfNeeded: generator.next() & 0x7F)
                case 1: changed[place] = UInt8(ascii: "0") + UInt8(generator.next() % 10)
                case 2: changed.remove(at: place)
                default: changed.insert(contentsOf: Array("99999999999999999999".utf8), at: place)
                }
            }
            variants.append(changed)
        }
        try withFiles(["x": ""]) { folder in
            let path = "\(folder)/\(name)"
            for variant in variants {
                try Data(variant).write(to: URL(fileURLWithPath: path))
                do throws(WorkflowError) {
                    for job in try WorkloadFile.read(path: path).jobs { checkSane(job) }
                } catch {
                    #expect(error.problems.allSatisfy { $0.location != nil && !$0.message.isEmpty })
                }
            }
        }
    }

    /// Nothing overflows in what others compute of it.
    private func checkSane(_ job: Job) {
        #expect(job.behaviours.count == job.expansion.instances.count)
        #expect(job.criticalPath >= .zero && job.coreSeconds().isFinite)
        let machines = [Machine(capacity: Resources(milliCPU: 16_000, memoryBytes: 64_000_000_000))]
        let workload = Arrivals.stream(jobs: [job], count: 2, load: 1, on: machines, pattern: .poisson, seed: 1)
        #expect(workload.arrivals.count == 2)
    }
}
