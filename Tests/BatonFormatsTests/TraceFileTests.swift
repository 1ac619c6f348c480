import BatonFormats
import BatonPrediction
import Foundation
import Testing

@Suite("Traces")
struct TraceFileTests {
    private func read(_ text: String, _ format: TraceFile.Format, name: String = "trace.csv") throws -> Trace {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("baton-trace-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try text.write(to: folder.appendingPathComponent(name), atomically: true, encoding: .utf8)
        return try #require(try TraceFile.read(path: folder.path, format: format).first)
    }

    @Test("rows that teach nothing are left out and counted")
    func flaws() throws {
        let trace = try read(
            """
            process,tag,status,realtime,peak_rss,%cpu,memory,submit,complete
            A:SORT,s1,COMPLETED,2000,1000,50,4000,1000,5000
            A:SORT,s2,FAILED,2000,1000,50,4000,1000,5000
            A:SORT,s3,COMPLETED,junk,1000,50,4000,1000,5000
            A:SORT,s4,COMPLETED,2000
            A:SORT,-,COMPLETED,0,-,50,4000,9000,3000
            """, .nextflow)
        #expect(trace.rows.count == 2)
        #expect(trace.flaws.unsuccessful == 1)
        #expect(trace.flaws.damaged == 2)
        #expect(trace.flaws.clockSteps == 1)
        #expect(trace.rows[0].profile.signature == "A:SORT")
        #expect(trace.rows[0].profile.tool == "SORT")
        #expect(trace.rows[0].profile.sample == ["s1"])
        #expect(trace.rows[0].measurement[.duration] == 2)
        #expect(trace.rows[1].measurement[.duration] == nil)
        #expect(trace.rows[1].measurement[.memory] == nil)
        #expect(trace.rows[1].profile.sample == [])
    }

    @Test("Nextflow's own way of writing a trace is read as the numbers it means")
    func humanReadable() throws {
        let trace = try read(
            """
            name\tstatus\tsubmit\tcomplete\trealtime\t%cpu\tpeak_rss
            SORT (b)\tCOMPLETED\t2023-03-01 00:00:00.500\t2023-03-01 00:01:10.000\t1m 5s\t98.5%\t1.5 GB
            SORT (a)\tCOMPLETED\t2023-02-28 23:59:59.500\t2023-03-01 00:00:10.000\t10s\t90%\t512 MB
            """, .nextflow, name: "trace.txt")
        // By completion.
        #expect(trace.rows.map(\.profile.sample) == [["a"], ["b"]])
        #expect(
            trace.rows[1].measurement
                == Measurement(
                    durationSeconds: 65, peakMemoryBytes: 1.5 * 1_073_741_824, cpuPercent: 98.5))
        #expect(trace.rows[1].submittedAt! - trace.rows[0].submittedAt! == 1)
    }

    @Test("a run in WfFormat completes in the order of its dependencies")
    func wfFormat() throws {
        let trace = try read(
            """
            {"schemaVersion": "1.5", "workflow": {
              "specification": {
                "files": [{"id": "x", "sizeInBytes": 100}, {"id": "y", "sizeInBytes": 50}],
                "tasks": [
                  {"id": "b_ID2", "name": "b_ID2", "parents": ["a_ID1"], "children": [], "inputFiles": ["x", "y"]},
                  {"id": "a_ID1", "name": "a_ID1", "parents": [], "children": ["b_ID2"], "outputFiles": ["x"]}]},
              "execution": {"tasks": [
                {"id": "b_ID2", "runtimeInSeconds": 1, "memoryInBytes": 7},
                {"id": "a_ID1", "runtimeInSeconds": 3, "avgCPU": 90}]}}}
            """, .wfformat, name: "run.json")
        #expect(trace.rows.map(\.profile.signature) == ["a", "b"])
        #expect(trace.rows.map(\.profile.inputBytes) == [nil, 150])
        #expect(trace.rows.map(\.submittedAt) == [0, 3])
        #expect(trace.rows.map(\.completedAt) == [3, 4])
    }
}
