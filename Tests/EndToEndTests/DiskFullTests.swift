import Foundation
import Glibc
import Testing

/// The real binary with its data on a disk that is really full.
@Suite("a full disk", .enabled(if: SmallDisk.isPermitted, "mounting a small tmpfs needs root: not tested here"))
struct DiskFullTests {
    /// `long` ends while the disk is full; each task appends to a file of its own, so a second execution shows.
    private static let workflow = """
        name: full
        tasks:
          first: {run: 'echo x >> ran.first'}
          long: {run: 'echo x >> ran.long; read line < go; echo x >> ended', needs: [first]}
          after: {foreach: {n: [1, 2, 3, 4, 5]}, run: 'echo x >> ran.${{ n }}', needs: [long]}

        """

    private let house: Household
    private let disk: SmallDisk
    private let process: Child

    /// A run that has found the disk full.
    init() throws {
        house = try Household()
        disk = try SmallDisk(at: house.folder.path + "/data", megabytes: 8)
        try house.write(Self.workflow, to: "full.yaml")
        mkfifo(house.folder.path + "/go", 0o600)
        process = try house.start(["run", "full.yaml"])
        try process.wait { [house] in house.read("ran.long") != nil }
        try process.wait { [house] in house.says("first succeeded") }
        disk.fill()
        let go = open(house.folder.path + "/go", O_RDWR)
        write(go, "\n", 1)
        try process.wait { [house] in house.read("ended") == "x\n" }
        close(go)
        try process.wait { [house] in house.says("can't be written") }
    }

    private func expectEverythingRanOnce() {
        for file in ["ran.first", "ran.long", "ended", "ran.1", "ran.2", "ran.3", "ran.4", "ran.5"] {
            #expect(house.read(file) == "x\n", "\(file)")
        }
    }

    @Test("the run says what to do, goes on when there is room again, and each task has run once")
    func goesOn() throws {
        let message = try #require(house.read("stderr"))
        #expect(message.contains("no space is left on the disk"))
        #expect(message.contains("Running tasks go on; nothing new starts"))
        #expect(message.contains("baton resume"))
        #expect(house.read("ended") == "x\n", "the running task went on to its end")
        #expect(house.read("ran.1") == nil, "nothing may start that is not on record")
        disk.makeRoom()
        #expect(house.finish(process).exitCode == 0)
        expectEverythingRanOnce()
    }

    @Test(
        "baton killed while the disk is full loses nothing: resume ends the run with each task once",
        arguments: [SIGKILL, SIGINT])
    func resumes(signal: Int32) throws {
        process.signal(signal)
        process.wait()
        let tooEarly = try house.start(["resume"])
        try tooEarly.wait { house.says("no space is left") }
        tooEarly.signal(SIGKILL)
        tooEarly.wait()
        disk.makeRoom()
        let resumed = try house.run("resume")
        #expect(resumed.exitCode == 0, "\(resumed.messages)")
        expectEverythingRanOnce()
    }

    @Test("a run begun on a full disk waits for room, and starts nothing before")
    func beginsFull() throws {
        try house.write("name: late\ntasks:\n  a: {run: 'echo x >> ran.late'}\n", to: "late.yaml")
        let late = try house.start(["run", "late.yaml"], streams: "late")
        try late.wait { house.says("can't be written", in: "latestderr") }
        #expect(house.read("ran.late") == nil)
        disk.makeRoom()
        #expect(late.wait() == 0, "\(house.read("latestderr") ?? "")")
        #expect(house.read("ran.late") == "x\n")
        #expect(house.finish(process).exitCode == 0)
    }

    @Test("a data folder on a disk that is full and has no database yet is refused with what to do")
    func nothingThere() throws {
        let other = try SmallDisk(at: house.folder.path + "/other", megabytes: 1)
        other.fill()
        let refused = try house.run("run", "full.yaml", "--data-dir", "other")
        #expect(refused.exitCode == 1)
        #expect(refused.messages.contains("no space is left on the disk, so nothing was written; free some"))
        disk.makeRoom()
        process.wait()
    }
}

/// A disk of a few megabytes, in memory.
private final class SmallDisk {
    private let path: String

    init(at path: String, megabytes: Int) throws {
        self.path = path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        guard mount("none", path, "tmpfs", 0, "size=\(megabytes)m") == 0 else { throw POSIXError(.EPERM) }
    }

    deinit {
        umount2(path, Int32(MNT_DETACH))
    }

    /// Takes all room that is left.
    func fill() {
        let file = open(path + "/ballast", O_WRONLY | O_CREAT | O_APPEND, 0o600)
        defer { close(file) }
        let chunk = [UInt8](repeating: 0, count: 4096)
        while write(file, chunk, chunk.count) > 0 {}
    }

    func makeRoom() {
        unlink(path + "/ballast")
    }

    static let isPermitted: Bool = {
        let path = FileManager.default.temporaryDirectory.path + "/baton-disk-\(UUID().uuidString)"
        defer { rmdir(path) }
        return (try? SmallDisk(at: path, megabytes: 1)) != nil
    }()
}
