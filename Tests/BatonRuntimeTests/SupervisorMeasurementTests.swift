import Foundation
import Glibc
import Testing

@testable import BatonRuntime

@Suite("What a task used, and what it may use")
struct SupervisorMeasurementTests {
    typealias Metering = SupervisorWorld.Metering
    static let mebibyte: UInt64 = 1 << 20

    /// `tail` must keep a line that does not end: it holds whatever it is sent.
    static func allocate(mebibytes: Int) -> String {
        "head -c \(mebibytes)M /dev/zero | tail > /dev/null"
    }

    @Test("memory and CPU of a whole tree are counted", arguments: Metering.allCases)
    func treeUsage(metering: Metering) throws {
        let exit = try SupervisorWorld(metering).run(shell: "sh -c '\(Self.allocate(mebibytes: 100))'; true")
        #expect(exit.cause == .exited(code: 0))
        #expect(exit.peakMemoryBytes > 100 * Self.mebibyte)
        #expect(exit.peakMemoryBytes < 160 * Self.mebibyte)
        #expect(exit.userCPU + exit.systemCPU > .milliseconds(5))
        #expect(exit.wall > .zero)
    }

    @Test(
        "page cache that a task leaves is not memory it needed, and is counted as written", arguments: Metering.allCases
    )
    func pageCache(metering: Metering) throws {
        let world = try SupervisorWorld(metering)
        let exit = try world.run(shell: "head -c 64M /dev/zero > file; stat -f -c %T . > type")
        #expect(exit.cause == .exited(code: 0))
        if try world.text("type") != "tmpfs\n" {  // where a file is memory
            #expect(exit.peakMemoryBytes < 24 * Self.mebibyte)
            #expect(exit.writtenBytes >= 64 * Self.mebibyte)
        }
    }

    @Test("a small task after a large one is not charged with what that one used")
    func reuse() throws {
        let world = try SupervisorWorld()
        world.start(1, shell: Self.allocate(mebibytes: 100) + "; head -c 64M /dev/zero > file")
        _ = try world.end(of: 1)
        world.start(2, shell: "true")
        let exit = try world.end(of: 2)
        #expect(exit.peakMemoryBytes < 8 * Self.mebibyte)
        #expect(exit.userCPU + exit.systemCPU < .milliseconds(100))
    }

    @Test("a task that lasts reports its usage while it runs", arguments: Metering.allCases)
    func usage(metering: Metering) throws {
        let world = try SupervisorWorld(metering)
        world.makePipe("gate")
        // The shell keeps 32 MiB in a variable.
        world.start(1, shell: "x=$(head -c 32M /dev/zero | tr '\\0' x); read line < gate; : $x")
        let report = try world.next {
            if case .usage(1, let usage) = $0 { usage.currentMemoryBytes > 32 * Self.mebibyte } else { false }
        }
        guard case .usage(_, let usage) = report else { return }
        #expect(usage.peakMemoryBytes >= usage.currentMemoryBytes)
        #expect(usage.cpu > .zero)
        world.open("gate")
        #expect(try world.end(of: 1).peakMemoryBytes >= usage.currentMemoryBytes)
    }

    @Test(
        "a task above its limit is ended by the kernel and known to be",
        .enabled(if: SupervisorWorld.permitsCgroups, "SKIPPED: no memory limits, as cgroups are not permitted here"))
    func memoryLimit() throws {
        let world = try SupervisorWorld()
        let program = SupervisedProgram(
            key: 1, arguments: ["sh", "-c", Self.allocate(mebibytes: 200)], memoryLimitBytes: 48 * Self.mebibyte)
        let exit = try world.run(program)
        #expect(exit.outOfMemoryKills == 1)
        #expect(exit.peakMemoryBytes <= 48 * Self.mebibyte)
        // The place where it ran serves others, without that limit and that kill.
        world.start(2, shell: Self.allocate(mebibytes: 100))
        #expect(try world.end(of: 2).outOfMemoryKills == 0)
    }

    @Test(
        "all tasks of a run together stay under the run's limit",
        .enabled(if: SupervisorWorld.permitsCgroups, "SKIPPED: no memory limits, as cgroups are not permitted here"))
    func runLimit() throws {
        let world = try SupervisorWorld(memoryLimitBytes: 128 * Self.mebibyte)
        world.makePipe("gate")
        // Each fits alone; both wait with what they hold.
        let script = "x=$(head -c 50M /dev/zero | tr '\\0' x); read line < gate; : $x"
        world.start(1, shell: script)
        world.start(2, shell: script)
        let report = try world.next { if case .ended = $0 { true } else { false } }
        guard case .ended(let key, let exit) = report else { return }
        #expect(exit.outOfMemoryKills >= 1)
        world.client.send([.stop(key: 3 - key, grace: .zero)])
        _ = try world.end(of: 3 - key)
    }

    @Test("a kill by somebody else is not taken for the kernel's", arguments: Metering.allCases)
    func plainKill(metering: Metering) throws {
        let exit = try SupervisorWorld(metering).run(shell: "kill -KILL $$")
        #expect(exit.cause == .signalled(SIGKILL))
        #expect(exit.outOfMemoryKills == 0)
    }

    @Test("cgroup folders are gone when the supervisor is", .enabled(if: SupervisorWorld.permitsCgroups))
    func foldersRemoved() throws {
        let world = try SupervisorWorld()
        world.start(1, shell: "cat /proc/self/cgroup > groups")
        _ = try world.end(of: 1)
        let name = try #require(try world.text("groups").firstMatch(of: /baton-[0-9]+-[0-9]+-[0-9a-f]+/)).output
        #expect(try world.supervisorHasEnded())
        let found = FileManager.default.enumerator(atPath: "/sys/fs/cgroup")?.contains {
            ($0 as? String)?.contains(name) ?? false
        }
        #expect(found == false)
    }
}
