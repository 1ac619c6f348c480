import BatonCore
import BatonPolicies
import BatonSimulator
import Foundation
import Testing

/// Greedy dispatch of PSPLIB's projects against the best makespans that anybody has found.
///
/// Others measured, over all 480 instances of a set: FIFO +7.0 % (30 tasks) and +8.1 % (60), shortest first +10.0 and
/// +11.1, critical-path rank +4.6 and +5.3. The instances are not part of this repository.
@Suite struct BestKnownTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "../shared/data/psplib").standardizedFileURL

    private static var isThere: Bool { FileManager.default.fileExists(atPath: folder.path) }

    @Test(
        "list rules come as close to the best known makespans as others measured",
        .enabled(if: isThere, "no ../shared/data/psplib beside the repository"),
        arguments: [
            ("j30", "fifo", 7.0), ("j60", "fifo", 8.1), ("j30", "shortest-first", 10.0),
            ("j60", "shortest-first", 11.1), ("j30", "critical-path", 4.6), ("j60", "critical-path", 5.3),
        ]
    )
    func gap(set: String, policy: String, measuredByOthers: Double) throws {
        let best = try Self.bestKnown()
        let files = try FileManager.default.contentsOfDirectory(
            at: Self.folder.appending(path: "rcp/\(set)"), includingPropertiesForKeys: nil
        ).sorted { $0.path < $1.path }
        #expect(files.count == 240)
        var sum = 0.0
        for file in files {
            let problem = try Self.problem(String(contentsOf: file, encoding: .utf8))
            let known = try #require(best[file.deletingPathExtension().lastPathComponent])
            let scenario = Scenario(
                workers: problem.machines, workload: Workload([problem.arrival(run: Run.ID(rawValue: 1))]),
                expectations: Expectations()
            )
            var simulation = Simulation(scenario)
            let report = simulation.run { PolicyCatalog.policy(named: policy, patience: nil)! }
            #expect(report.isComplete && report.counts.rejections == 0, "\(file.lastPathComponent)")
            sum += (report.makespan.seconds / Double(known) - 1) * 100
        }
        let gap = sum / Double(files.count)
        #expect(abs(gap - measuredByOthers) <= 0.5, "\(policy) on \(set): +\(gap) %, others +\(measuredByOthers) %")
    }

    /// In Patterson's format: counts, capacities, then of each task its time, four demands and what waits for it.
    private static func problem(_ text: String) throws -> Job {
        var numbers = text.split(whereSeparator: \.isWhitespace).map { Int64($0)! }[...]
        let count = Int(numbers.removeFirst())
        _ = numbers.removeFirst()
        func resources() -> Resources {
            let amounts = (0..<4).map { _ in numbers.removeFirst() }
            return Resources(milliCPU: amounts[0], memoryBytes: amounts[1], gpus: amounts[2], diskBytes: amounts[3])
        }
        let capacity = resources()
        var tasks: [Job.Task] = []
        var dependencies = Array(repeating: [Int32](), count: count)
        for task in 0..<count {
            let duration = Duration.seconds(numbers.removeFirst())
            let demand = resources()
            for _ in 0..<numbers.removeFirst() {
                dependencies[Int(numbers.removeFirst()) - 1].append(Int32(task))
            }
            tasks.append(
                Job.Task(
                    name: "\(task)", kind: "\(task)",
                    request: .init(
                        milliCPU: demand.milliCPU, memoryBytes: demand.memoryBytes, gpus: demand.gpus,
                        diskBytes: demand.diskBytes),
                    behaviour: Workload.Behaviour(duration: duration)
                ))
        }
        for task in 0..<count { tasks[task].dependencies = dependencies[task] }
        var job = try Job(name: "psplib", tasks: tasks)
        job.machines = [Machine(capacity: capacity)]
        return job
    }

    /// By file name.
    private static func bestKnown() throws -> [String: Int] {
        let name = try FileManager.default.contentsOfDirectory(atPath: folder.path).first { $0.hasSuffix(".csv.gz") }
        let gzip = Process()
        gzip.executableURL = URL(filePath: "/usr/bin/env")
        gzip.arguments = ["gzip", "-dc", folder.appending(path: try #require(name)).path]
        let pipe = Pipe()
        gzip.standardOutput = pipe
        try gzip.run()
        let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        gzip.waitUntilExit()
        var best: [String: Int] = [:]
        for line in text.split(separator: "\n").dropFirst() {
            let fields = line.split(separator: ";", omittingEmptySubsequences: false)
            // "rcpsp_j60_j6010_1" belongs to "j60_10_1".
            let parts = fields[0].split(separator: "_")
            let group = parts[2].dropFirst(parts[1].count)
            best["\(parts[1])_\(group)_\(parts[3])"] = Int(fields[3])
        }
        return best
    }
}
