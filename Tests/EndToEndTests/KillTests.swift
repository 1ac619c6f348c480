import BatonCore
import Foundation
import Glibc
import Testing

/// The promise that matters most, kept by the real binary: kill it at any moment, and nothing is lost or run twice.
@Suite("kill -9")
struct KillTests {
    /// 100 tasks in layers of 20; each appends a line to a file of its own, so a second execution shows.
    private static let workflow: String = {
        var lines = ["name: kill", "tasks:"]
        for task in 0..<100 {
            let needs = task < 20 ? "" : "t\(task - 20), t\(task - 20 + (task * 7) % 20)"
            lines.append("  t\(task): {run: 'echo x >> ran.\(task); sleep 0.00\(task % 5)', needs: [\(needs)]}")
        }
        return lines.joined(separator: "\n") + "\n"
    }()

    /// In all four batches: 200 kills of `run` and `resume` at moments drawn from the length of an undisturbed run.
    @Test("killed at random moments, every task still runs exactly once", arguments: 0..<4)
    func randomMoments(batch: Int) throws {
        var random = SeededGenerator(seed: UInt64(batch) + 1)
        let undisturbed = try duration()
        var kills = 0
        while kills < 50 {
            let house = try Household()
            try house.write(Self.workflow, to: "kill.yaml")
            var process = try house.start(["run", "kill.yaml", "--jobs", "4"])
            for _ in 0..<3 {
                // The moment is the point of this test; nothing is concluded from the time that passes.
                usleep(UInt32(random.unit() * 0.8 * undisturbed * 1e6))
                process.signal(SIGKILL)
                kills += process.wait() == 128 + SIGKILL ? 1 : 0
                process = try house.start(["resume"])
            }
            var result = house.finish(process)
            if result.exitCode == 2 {
                // Killed before the run was on record: then no task may have run either.
                #expect((0..<100).allSatisfy { house.read("ran.\($0)") == nil })
                result = try house.run("run", "kill.yaml", "--jobs", "4")
            }
            #expect(result.exitCode == 0, "seed \(batch + 1): \(result.messages)")
            let counts = (0..<100).map { house.read("ran.\($0)")?.utf8.count { $0 == UInt8(ascii: "\n") } ?? 0 }
            #expect(counts == Array(repeating: 1, count: 100), "seed \(batch + 1): executions per task")
        }
    }

    private func duration() throws -> Double {
        let house = try Household()
        try house.write(Self.workflow, to: "kill.yaml")
        let start = Date()
        #expect(try house.run("run", "kill.yaml", "--jobs", "4").exitCode == 0)
        return Date().timeIntervalSince(start)
    }

    @Test("a task that runs on while baton is dead is adopted with its exit status")
    func adoption() throws {
        let house = try Household()
        try house.write(
            """
            name: adopt
            tasks:
              long: {run: 'touch started; until [ -e go ]; do sleep 0.01; done; exit 7'}
              after: {run: 'true', needs: [long]}

            """, to: "adopt.yaml")
        let process = try house.start(["run", "adopt.yaml"])
        try process.wait { house.read("started") != nil }
        process.signal(SIGKILL)
        process.wait()
        try house.write("", to: "go")
        let result = try house.run("resume")
        #expect(result.exitCode == 1)
        #expect(result.messages.contains("long failed with exit code 7"))
        #expect(result.messages.contains("after was skipped because long failed"))
    }

    @Test("two processes can't drive one run")
    func lease() throws {
        let house = try Household()
        try house.write(
            "name: busy\ntasks:\n  long: {run: 'touch started; until [ -e go ]; do sleep 0.01; done'}\n",
            to: "busy.yaml")
        let first = try house.start(["run", "busy.yaml"])
        try first.wait { house.read("started") != nil }
        let second = try house.run("resume")
        #expect(second.exitCode == 2)
        #expect(second.messages.contains("another process"))
        try house.write("", to: "go")
        #expect(first.wait() == 0)
    }
}
