import BatonCore
import BatonFormats
import BatonPolicies
import BatonSimulator
import BatonStore
import Foundation
import Testing

@testable import baton

@Suite("Too many at once", .timeLimit(.minutes(1)))
struct TooManyAtOnceTests {
    private static let text = """
        name: flow
        # Twelve parts of the disk.
        tasks:
          split: {run: "true"}
          scan:
            needs: split
            foreach: {x: [a, b, c, d, e, f, g, h, i, j, k, l]}
            run: echo ${{ x }} > "scan ${{ x }}"   # reads all of it
            outputs: ["scan ${{ x }}"]
          count: {needs: scan, run: cat scan* > all}
          check: {needs: scan, run: test -s "scan a"}
          tidy: {needs: scan, run: "true"}

        """

    /// A run in which the parts of the disk are read by so many at once, simulated as if it had happened.
    private func record(_ workflow: Workflow, cores: Int64, hour: Int64, in store: SQLStore) throws {
        let begin = Instant(nanoseconds: (1_767_225_600 + 3600 * hour) * 1_000_000_000)
        let run = Run.ID(at: begin, random: UInt32(hour))
        let disk = SlowDown(contention: 0, coherency: 0.1, most: 8)
        let behaviours = workflow.tasks.map { task in
            Workload.Behaviour(
                duration: .seconds(10), peakMemoryBytes: 50_000_000,
                sharing: task.name == "scan" ? .init(group: 0, slowDown: disk) : nil)
        }
        let submission = Run.Submission(run: run, workflow: workflow, parameters: [])
        var simulation = Simulation(
            Scenario(
                workers: [Machine(capacity: Resources(milliCPU: cores * 1000, memoryBytes: 32_000_000_000))],
                workload: Workload([.init(at: begin, submission: submission, behaviours: behaviours)]),
                isChecked: true))
        #expect(simulation.run { FIFO() }.runs.first?.status == .succeeded)
        try store.append(simulation.log, for: run)
    }

    @Test("earlier runs with few and with many at once are compared, and the best number is written into the file")
    func applied() throws {
        let house = try Household()
        try house.write(Self.text, to: "flow.yaml")
        try FileManager.default.createDirectory(
            at: house.folder.appending(path: "data"), withIntermediateDirectories: true)
        let store = try SQLStore(sqliteAt: house.folder.appending(path: "data/baton.db").path)
        let workflow = try YAMLFormat.decode(Self.text, file: "flow.yaml").workflow
        for (hour, cores) in [8, 3, 5, 8, 3, 5, 8].enumerated() {
            try record(workflow, cores: Int64(cores), hour: Int64(hour), in: store)
        }
        try store.flush()

        let options = ["--jobs", "8", "--memory", "32GB", "--policy", "fifo"]
        let looked = try house.finish(house.start(["optimize", "flow.yaml"] + options))
        #expect(looked.output.contains("contention:scan  worth it"), "\(looked.output)\(looked.messages)")
        let applied = try house.finish(
            house.start(["optimize", "flow.yaml", "--apply", "contention:scan"] + options))
        #expect(applied.exitCode == 0, "\(applied.messages)")
        let wanted = Self.text.replacing("# Twelve", with: "limits: {flow-scan: 3}\n# Twelve")
            .replacing(#"x }}"]"#, with: "x }}\"]\n    resources: {slots: {flow-scan: 1}}")
        #expect(house.read("flow.yaml") == wanted)
        let run = try house.run("run", "flow.yaml")
        #expect(run.exitCode == 0, "\(run.messages)")
        #expect(house.read("all") == "abcdefghijkl".map { "\($0)\n" }.joined())
    }
}
