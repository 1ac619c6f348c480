import Foundation
import Glibc
import Testing

@testable import BatonRuntime

@Suite("Nothing is lost when one of the two dies")
struct SupervisorRecoveryTests {
    typealias Metering = SupervisorWorld.Metering

    @Test("a task outlives its orchestrator, and the next one learns its exit code", arguments: Metering.allCases)
    func readoption(metering: Metering) throws {
        let world = try SupervisorWorld(metering)
        world.makePipe("gate")
        world.start(1, shell: "read line < gate; exit 5")
        guard case .started(let start) = try world.next({ if case .started = $0 { true } else { false } }) else {
            return
        }
        #expect(try world.reconnect())
        #expect(try world.list() == [.running(start), .listed])
        world.open("gate")
        #expect(try world.end(of: 1).cause == .exited(code: 5))
    }

    @Test("what ended while nobody was connected is in the journal, and the supervisor leaves")
    func endedAlone() throws {
        let world = try SupervisorWorld()
        world.makePipe("gate")
        world.start(1, shell: "read line < gate; exit 6")
        _ = try world.next { if case .started = $0 { true } else { false } }
        let supervisor = world.supervisorID
        #expect(try world.reconnect())
        #expect(world.supervisorID == supervisor)
        world.open("gate")
        #expect(try world.supervisorHasEnded())
        guard case .ended(let exit)? = try AttemptJournal.read(directory: world.directory)[1] else {
            Issue.record("the journal does not know the end")
            return
        }
        #expect(exit.cause == .exited(code: 6))
        #expect(!FileManager.default.fileExists(atPath: world.path("supervisor.sock")))
    }

    @Test("a newer connection takes the place of an older one, whose orders stand")
    func replacement() throws {
        let world = try SupervisorWorld()
        let older = world.client
        older.send([.start(SupervisedProgram(key: 9, arguments: ["sleep", "1000"]))])
        let newer = try #require(try SupervisorClient.adopt(directory: world.directory))
        #expect(try world.next { $0 == .disconnected } == .disconnected)
        newer.send([.list])
        var reports: [SupervisorReport] = []
        while !reports.contains(.listed) {
            var file = pollfd(fd: newer.fileDescriptor, events: Int16(POLLIN), revents: 0)
            try #require(poll(&file, 1, 60_000) == 1)
            reports += try newer.receive()
        }
        #expect(reports.contains { if case .running(let start) = $0 { start.key == 9 } else { false } })
        newer.send([.stop(key: 9, grace: .zero)])
        newer.finish()
    }

    @Test(
        "after the supervisor is killed the journal says lost, and the strays are ended", arguments: Metering.allCases)
    func supervisorKilled(metering: Metering) throws {
        let world = try SupervisorWorld(metering)
        world.makePipe("ready")
        // One with the tag, one without but of the session, one without tag, session or parent but of a tagged one.
        world.start(
            1, shell: "sleep 1000 & env -i setsid sleep 1000 & env -i sleep 1000 & echo $$ > pid; echo > ready; wait")
        world.start(2, shell: "exit 4")
        try world.wait(at: "ready")
        _ = try world.end(of: 2)
        kill(world.supervisorID, SIGKILL)
        _ = try world.next { $0 == .disconnected }
        #expect(try !world.reconnect())

        let journal = try AttemptJournal.read(directory: world.directory)
        #expect(journal.count == 2)
        guard case .started(let start)? = journal[1], case .ended(let exit)? = journal[2] else {
            Issue.record("expected attempt 1 lost and attempt 2 ended, found \(journal)")
            return
        }
        #expect(exit.cause == .exited(code: 4))
        #expect(String(start.processID) + "\n" == (try world.text("pid")))
        #expect(try StraySweep.end(run: world.run, attempts: [start]) == 4)
        #expect(!SupervisorWorld.isAlive(try world.text("pid")))
        #expect(try StraySweep.end(run: world.run, attempts: [start]) == 0)
    }

    @Test("a process that merely has the number of a lost one is left alone")
    func reusedNumber() throws {
        let world = try SupervisorWorld()
        world.start(1, shell: "sleep 1000")
        guard case .started(var start) = try world.next({ if case .started = $0 { true } else { false } }) else {
            return
        }
        start.bootNanoseconds -= 10_000_000_000
        #expect(try StraySweep.end(run: "no-such-run", attempts: [start]) == 0)
        #expect(SupervisorWorld.isAlive(String(start.processID)))
        world.client.send([.stop(key: 1, grace: .zero)])
        _ = try world.end(of: 1)
    }

    @Test("a torn tail is passed over, and a later supervisor writes behind it")
    func tornTail() throws {
        let world = try SupervisorWorld()
        _ = try world.run(shell: "exit 1")
        #expect(try world.supervisorHasEnded())
        let url = URL(filePath: world.path("attempts.journal"))
        let whole = try Data(contentsOf: url)
        try (whole + whole.prefix(50)).write(to: url)
        let before = try AttemptJournal.read(directory: world.directory)
        #expect(Array(before.keys) == [1])

        try world.relaunch()
        world.start(2, shell: "exit 2")
        _ = try world.end(of: 2)
        let after = try AttemptJournal.read(directory: world.directory)
        #expect(after[1] == before[1])
        #expect(after.count == 2)
    }

    @Test("a damaged record is as if it had not been written")
    func damage() throws {
        let world = try SupervisorWorld()
        _ = try world.run(shell: "exit 1")
        let url = URL(filePath: world.path("attempts.journal"))
        var bytes = try Data(contentsOf: url)
        bytes[bytes.count - 3] ^= 0x10
        guard case .started? = AttemptJournal.decode(bytes)[1] else {
            Issue.record("expected the start alone, found \(AttemptJournal.decode(bytes))")
            return
        }
        #expect(AttemptJournal.decode(Data(repeating: 0x42, count: 10_000)).isEmpty)
    }

    @Test("a full disk loses no result: it is reported, kept, and told to the next orchestrator")
    func fullDisk() throws {
        let world = try SupervisorWorld { directory in
            symlink("/dev/full", directory + "/attempts.journal")
        }
        let exit = try world.run(shell: "exit 8")
        #expect(exit.cause == .exited(code: 8))
        #expect(try world.reconnect())
        #expect(try world.list() == [.ended(key: 1, exit), .listed])
        kill(world.supervisorID, SIGKILL)
        _ = try world.next { $0 == .disconnected }
    }

    @Test("where no supervisor ever was, none is found and nothing is known")
    func nothing() throws {
        let empty = FileManager.default.temporaryDirectory.path + "/baton-\(UUID().uuidString)"
        #expect(try SupervisorClient.adopt(directory: empty) == nil)
        #expect(try AttemptJournal.read(directory: empty).isEmpty)
    }

    @Test("a second supervisor of a run ends at once, and says that it came too late")
    func tooLate() throws {
        let world = try SupervisorWorld()
        let second = try SupervisorClient.launch(
            executable: world.executable, directory: world.directory, run: world.run)
        var file = pollfd(fd: second.fileDescriptor, events: Int16(POLLIN), revents: 0)
        poll(&file, 1, -1)
        #expect(try second.receive() == [.disconnected])
        #expect(second.cameTooLate())
        #expect(try world.run(shell: "exit 4").cause == .exited(code: 4), "the first goes on")
    }

    @Test("one that ends for another reason did not come too late")
    func broken() throws {
        let folder = FileManager.default.temporaryDirectory.path + "/baton-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let client = try SupervisorClient.launch(executable: "/bin/false", directory: folder, run: "r")
        var file = pollfd(fd: client.fileDescriptor, events: Int16(POLLIN), revents: 0)
        poll(&file, 1, -1)
        #expect(try client.receive() == [.disconnected])
        #expect(!client.cameTooLate())
    }

    @Test("a supervisor that cannot be run is an error that names it")
    func noExecutable() {
        #expect(throws: SupervisorFailure.self) {
            try SupervisorClient.launch(executable: "/no/such/supervisor", directory: "/", run: "r")
        }
    }
}
