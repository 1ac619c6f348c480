import BatonCore
import BatonSimulator
import CZlib
import Foundation
import Testing

@testable import BatonFormats

/// Jobs of invented files in every format, shown as text.
@Suite struct WorkloadTests {
    @Test("each format gives the job that it tells of", arguments: Golden.workloads)
    func golden(_ name: String) throws {
        let workload = try WorkloadFile.read(path: Golden.path("Workloads/\(name)"))
        try Golden.expect(text(workload), equals: "Workloads/\(name).jobs")
    }

    @Test("a stage as one task takes as many cores as it has tasks, for their mean duration")
    func shares() throws {
        var options = WorkloadFile.Options()
        options.stagesAreTasks = true
        let job = try WorkloadFile.read(path: Golden.path("Workloads/query.json"), options: options).jobs[0]
        #expect(job.taskCount == 3 && job.machines == [Machine(capacity: .init(milliCPU: 600_000), kind: "cluster")])
        #expect(job.expansion.instances.map(\.request.milliCPU) == [3000, 1000, 1000])
        // With two executors 600 of 400 and 600 is no fresh one; with sixty 500 is none either.
        #expect(abs(job.behaviours[0].duration.seconds - (0.6 + 0.1 + 0.4 + 0.5 + 0.2 + 0.3) / 6) < 1e-9)
        #expect(abs(job.behaviours[1].duration.seconds - 0.05) < 1e-9)
    }

    @Test("the measured number of executors nearest to the one asked for counts")
    func executors() throws {
        var options = WorkloadFile.Options()
        options.executors = 10
        let job = try WorkloadFile.read(path: Golden.path("Workloads/query.json"), options: options).jobs[0]
        #expect(
            job.behaviours.prefix(3).map(\.duration) == [.milliseconds(400), .milliseconds(600), .milliseconds(100)])
    }

    @Test("a compressed file is the same workload, in one member or two")
    func gzip() throws {
        let text = try Golden.text("Workloads/batch.csv")
        let plain = try WorkloadFile.read(path: Golden.path("Workloads/batch.csv"))
        let half = text.utf8.count / 2
        let bytes = Array(text.utf8)
        for members in [[bytes], [Array(bytes[..<half]), Array(bytes[half...])]] {
            try withData(members.reduce(Data()) { $0 + compressed($1) }, named: "batch.csv.gz") { path in
                let read = try WorkloadFile.read(path: path)
                #expect(shape(read) == shape(plain))
            }
        }
    }

    @Test("a compressed file that is cut off or damaged is an error, at every length and byte")
    func damagedGzip() throws {
        let whole = compressed(Array(try Golden.text("Workloads/run15.json").utf8))
        for length in 2..<whole.count {
            #expect(throws: Gzip.Failure.self) { try Gzip.inflated(whole.prefix(length)) }
        }
        for place in 2..<whole.count {
            var damaged = whole
            damaged[place] ^= 0x55
            // Some bytes of the header mean nothing; the rest has a checksum.
            if let inflated = try? Gzip.inflated(damaged) { #expect(inflated.count < 100_000) }
        }
    }

    @Test("a folder is read in sorted order, and says what it leaves out")
    func folder() throws {
        try withFiles([
            "b/one.stg": Golden.text("Workloads/graph.stg"), "a/two.rcp": Golden.text("Workloads/project.rcp"),
            "LICENSE": "words", "notes.csv": "a,b\n1,2\n", "cluster.yaml": "- {cpu: 1, memory: 1GB}",
        ]) { folder in
            let workload = try WorkloadFile.read(path: folder)
            #expect(workload.jobs.map(\.name) == ["two", "one"])
            #expect(workload.notes.count == 3)
        }
    }

    @Test("a format can be said where the name and content do not tell")
    func forced() throws {
        try withFiles(["data": Golden.text("Workloads/project.rcp")]) { folder in
            #expect(throws: WorkflowError.self) { try WorkloadFile.read(path: "\(folder)/data") }
            var options = WorkloadFile.Options()
            options.format = .patterson
            let job = try WorkloadFile.read(path: "\(folder)/data", options: options).jobs[0]
            #expect(job.taskCount == 3)
        }
    }

    @Test("both notations of a project give the same problem")
    func projects() throws {
        let patterson = try WorkloadFile.read(path: Golden.path("Workloads/project.rcp"))
        let proGen = try WorkloadFile.read(path: Golden.path("Workloads/project.sm"))
        #expect(shape(patterson) == shape(proGen))
        #expect(patterson.jobs[0].machines == proGen.jobs[0].machines)
    }

    @Test("a best known makespan is found under all the names that a problem has")
    func bestKnown() throws {
        try withFiles([
            "solver.csv": "Model name;Seed;Objective\nrcpsp_j30_j3010_1;1;42\nrcpsp_j30_j3010_1;2;41\nmine_1;1;\n",
            "j60hrs.sm": "Best values\n===\nParameter Instance Makespan\n---\n1 2 77 x\n12 1 80\n",
            "other.csv": "a,b\n1,2\n",
        ]) { folder in
            let best = try BestKnown.read(path: folder)
            #expect(best.count == 3)
            #expect(best.makespan(of: "j30_10_1") == .seconds(41))
            #expect(best.makespan(of: "j3010_1") == .seconds(41))
            #expect(best.makespan(of: "j60_12_1") == .seconds(80))
            #expect(best.makespan(of: "j601_2") == .seconds(77))
            #expect(best.makespan(of: "mine_1") == nil)
            #expect(throws: WorkflowError.self) { try BestKnown.read(path: "\(folder)/other.csv") }
        }
    }
}

extension Golden {
    static let workloads = files(in: "Workloads", "json", "csv", "tsv", "rcp", "sm", "dax", "stg", "yaml")

    static func path(_ name: String) -> String { folder.appendingPathComponent(name).path }
}

/// Jobs as people check them: a line for each task, with what it waits for and reads.
private func text(_ workload: WorkloadFile) -> String {
    var lines: [String] = []
    for job in workload.jobs {
        lines.append("\(job.name): \(job.taskCount) tasks, critical path \(job.criticalPath.seconds) s")
        for machine in job.machines { lines.append("  on \(machine.kind): \(amounts(machine.capacity))") }
        for (index, instance) in job.expansion.instances.enumerated() {
            let behaviour = job.behaviours[index]
            var parts = ["  \(instance.name)", job.workflow.tasks[Int(instance.task)].name]
            if instance.kind == .command {
                parts.append("\(behaviour.duration.seconds) s")
                if let milliCPU = instance.request.milliCPU { parts.append("\(milliCPU) mCPU") }
                if let bytes = instance.request.memoryBytes { parts.append("declares \(bytes) B") }
                if behaviour.peakMemoryBytes > 0 { parts.append("peak \(behaviour.peakMemoryBytes) B") }
            } else {
                parts.append("group")
            }
            let dependencies = job.expansion.graph.dependencies(of: index).enumerated().map { place, dependency in
                let bytes = behaviour.inputBytes.isEmpty ? 0 : behaviour.inputBytes[place]
                return job.expansion.instances[Int(dependency)].name + (bytes > 0 ? " (\(bytes) B)" : "")
            }
            if dependencies.count > 8 {
                parts.append("after \(dependencies.count) tasks")
            } else if !dependencies.isEmpty {
                parts.append("after " + dependencies.joined(separator: ", "))
            }
            if job.expansion.instances.count < 50 || index < 20 { lines.append(parts.joined(separator: " | ")) }
        }
    }
    lines += workload.notes.map { "note: \($0.message)" }
    return lines.joined(separator: "\n") + "\n"
}

private func amounts(_ resources: Resources) -> String {
    "\(resources.milliCPU) mCPU, \(resources.memoryBytes) B, \(resources.gpus) GPUs, \(resources.diskBytes) B of disk"
}

/// What must be equal when two files tell the same, but for names.
private func shape(_ workload: WorkloadFile) -> [String] {
    workload.jobs.map { job in
        let requests = job.expansion.instances.map { "\($0.request)" }
        let edges = job.expansion.graph.edges.map { "\($0.node)<\($0.dependency)" }
        return "\(requests) \(edges) \(job.behaviours.map(\.duration.nanoseconds))"
    }
}

func withData<Result>(_ data: Data, named name: String, _ body: (String) throws -> Result) throws -> Result {
    try withFiles([:]) { folder in
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try data.write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
        return try body("\(folder)/\(name)")
    }
}

/// One gzip member.
private func compressed(_ bytes: [UInt8]) -> Data {
    var stream = z_stream()
    #expect(
        deflateInit2_(
            &stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
            == Z_OK)
    defer { deflateEnd(&stream) }
    var output = [UInt8](repeating: 0, count: bytes.count + 1_000)
    var input = bytes
    input.withUnsafeMutableBufferPointer { source in
        output.withUnsafeMutableBufferPointer { target in
            stream.next_in = source.baseAddress
            stream.avail_in = UInt32(source.count)
            stream.next_out = target.baseAddress
            stream.avail_out = UInt32(target.count)
            #expect(deflate(&stream, Z_FINISH) == Z_STREAM_END)
        }
    }
    return Data(output.prefix(Int(stream.total_out)))
}
