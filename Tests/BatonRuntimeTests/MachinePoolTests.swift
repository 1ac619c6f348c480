import BatonCore
import Foundation
import Glibc
import Testing

@testable import BatonRuntime

@Suite("What runs on one machine share")
struct MachinePoolTests {
    private let folder = FileManager.default.temporaryDirectory.path + "/baton-\(UUID().uuidString)"

    /// Two runs' views of one pool; this test and its parent stand for their supervisors.
    private func withPools(_ body: (MachinePool, MachinePool) throws -> Void) throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let first = try #require(MachinePool(path: folder + "/pool"))
        let second = try #require(MachinePool(path: folder + "/pool"))
        first.claim(for: getpid())
        second.claim(for: getppid())
        try body(first, second)
    }

    @Test("units of a limit that one run holds are seen by others under the limit's name, until they are given back")
    func shares() throws {
        try withPools { first, second in
            first.publish([2, 0], of: ["licence", "database"], by: getpid())
            #expect(second.heldByOthers(of: ["database", "licence", "other"]) == [0, 2, 0])
            #expect(first.heldByOthers(of: ["licence"]) == [0], "what a run holds itself is not held by others")
            second.publish([3], of: ["licence"], by: getppid())
            #expect(first.heldByOthers(of: ["licence"]) == [3])
            first.publish([0, 1], of: ["licence", "database"], by: getpid())
            #expect(second.heldByOthers(of: ["licence", "database"]) == [0, 1])
            first.withdraw(getpid())
            #expect(second.heldByOthers(of: ["database"]) == [0])
        }
    }

    @Test("what a dead supervisor held is free")
    func dead() throws {
        try withPools { first, second in
            var child: pid_t = 0
            try #require(
                posix_spawn(
                    &child, "/bin/sh", nil, nil, [strdup("sh"), strdup("-c"), strdup("kill -STOP $$"), nil], nil) == 0)
            first.claim(for: child)
            first.publish(Resources(milliCPU: 500, memoryBytes: 1), isWaiting: false, of: child)
            first.publish([1], of: ["licence"], by: child)
            #expect(second.heldByOthers(of: ["licence"]) == [1])
            kill(child, SIGKILL)
            waitpid(child, nil, 0)
            #expect(second.heldByOthers(of: ["licence"]) == [0])
            let whole = Resources(milliCPU: 1000, memoryBytes: 8)
            #expect(second.available(of: whole, machine: whole) == whole)
        }
    }

    @Test("while others wait a run has its equal share, and all that is left when it holds nothing")
    func large() throws {
        try withPools { first, second in
            let whole = Resources(milliCPU: 2000, memoryBytes: 10)
            first.publish(Resources(milliCPU: 1000, memoryBytes: 4), isWaiting: true, of: getpid())
            #expect(second.available(of: whole, machine: whole) == Resources(milliCPU: 1000, memoryBytes: 5))
            #expect(
                second.available(of: whole, machine: whole, isShared: false)
                    == Resources(milliCPU: 1000, memoryBytes: 6))
        }
    }

    @Test("an orchestrator with several runs has them all counted, and none of them in its own way")
    func several() throws {
        try withPools { first, second in
            let whole = Resources(milliCPU: 4000, memoryBytes: 8)
            second.publish(Resources(milliCPU: 1000, memoryBytes: 1), isWaiting: false, of: getppid())
            second.claim(for: 1)
            second.publish(Resources(milliCPU: 2000, memoryBytes: 3), isWaiting: false, of: 1)
            #expect(second.available(of: whole, machine: whole) == whole)
            #expect(first.available(of: whole, machine: whole) == Resources(milliCPU: 1000, memoryBytes: 4))
            second.publish([2], of: ["licence"], by: 1)
            #expect(second.heldByOthers(of: ["licence"]) == [0])
            #expect(first.heldByOthers(of: ["licence"]) == [2])
        }
    }

    @Test("a run whose supervisor is a new one finds its claim again under that one's name")
    func successor() throws {
        try withPools { first, second in
            let again = try #require(MachinePool(path: folder + "/pool"))
            first.publish([1], of: ["licence"], by: getpid())
            again.claim(for: getpid())
            #expect(again.heldByOthers(of: ["licence"]) == [0], "resumed: it is its own")
            #expect(second.heldByOthers(of: ["licence"]) == [1])
        }
    }
}
