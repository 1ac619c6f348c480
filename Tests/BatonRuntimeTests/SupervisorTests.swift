import BatonCore
import Foundation
import Glibc
import Testing

@testable import BatonRuntime

@Suite("What a task is given, and how its end is told")
struct SupervisorTests {
    typealias Metering = SupervisorWorld.Metering

    @Test("an exit code arrives as it was", arguments: Metering.allCases)
    func exitCode(metering: Metering) throws {
        let world = try SupervisorWorld(metering)
        #expect(try world.run(shell: "exit 7").cause == .exited(code: 7))
    }

    @Test("a supervisor that ends as soon as it is started is an error, not something to try for ever")
    func diesAtOnce() throws {
        let data = FileManager.default.temporaryDirectory.path + "/baton-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: data) }
        let folder = RunFolder(dataDirectory: data, run: Run.ID(rawValue: 1))
        try folder.create()
        let (executor, _) = try ProcessExecutor.connect(
            folder: folder, run: Run.ID(rawValue: 1), supervisor: "/bin/false", memoryLimitBytes: 0,
            secrets: Secrets(names: [], directory: nil))
        #expect(throws: SupervisorFailure.self) {
            for _ in 0..<60 {
                var file = pollfd(fd: executor.descriptor, events: Int16(POLLIN), revents: 0)
                poll(&file, 1, 1000)
                _ = try executor.receive()
            }
        }
        executor.finish()
    }

    @Test("a signal arrives as it was")
    func signal() throws {
        let exit = try SupervisorWorld().run(shell: "kill -USR1 $$")
        #expect(exit.cause == .signalled(SIGUSR1))
        #expect(!exit.wasStopped)
    }

    @Test("a program that does not exist is a launch that failed, not an exit")
    func noProgram() throws {
        let world = try SupervisorWorld()
        let byName = try world.run(SupervisedProgram(key: 1, arguments: ["no-such-program"]))
        let byPath = try world.run(SupervisedProgram(key: 2, arguments: ["./no-such-program"]))
        #expect(byName.cause == .notLaunched(.execute, errno: ENOENT))
        #expect(byPath.cause == .notLaunched(.execute, errno: ENOENT))
    }

    @Test("a file without permission to run says so")
    func noPermission() throws {
        let world = try SupervisorWorld()
        try Data("exit 0".utf8).write(to: URL(filePath: world.path("plain")))
        let exit = try world.run(SupervisedProgram(key: 1, arguments: ["./plain"], workingDirectory: world.directory))
        #expect(exit.cause == .notLaunched(.execute, errno: EACCES))
    }

    @Test("a script without an interpreter line is run by the shell")
    func plainScript() throws {
        let world = try SupervisorWorld()
        try Data("exit $1".utf8).write(to: URL(filePath: world.path("script")))
        chmod(world.path("script"), 0o755)
        let program = SupervisedProgram(key: 1, arguments: ["./script", "9"], workingDirectory: world.directory)
        #expect(try world.run(program).cause == .exited(code: 9))
    }

    @Test("a missing working directory or output folder is named as the step that failed")
    func missingFolders() throws {
        let world = try SupervisorWorld()
        let noFolder = SupervisedProgram(key: 1, arguments: ["true"], workingDirectory: "/no/such/folder")
        let noOutput = SupervisedProgram(key: 2, arguments: ["true"], standardOutput: "no-such-folder/out")
        #expect(try world.run(noFolder).cause == .notLaunched(.workingDirectory, errno: ENOENT))
        #expect(try world.run(noOutput).cause == .notLaunched(.standardOutput, errno: ENOENT))
    }

    @Test("output and errors go to their files, or both to one")
    func outputs() throws {
        let world = try SupervisorWorld()
        let script = ["sh", "-c", "echo out; echo err >&2"]
        _ = try world.run(SupervisedProgram(key: 1, arguments: script, standardOutput: "a", standardError: "b"))
        _ = try world.run(SupervisedProgram(key: 2, arguments: script, standardOutput: "both"))
        #expect(try world.text("a") == "out\n")
        #expect(try world.text("b") == "err\n")
        #expect(try world.text("both") == "out\nerr\n")
    }

    @Test("a task sees the base environment with its own changes and the tags of its run and attempt, and nothing else")
    func environment() throws {
        let world = try SupervisorWorld()
        let program = SupervisedProgram(
            key: 42, arguments: ["env"], environment: ["COLOR=red", "BATON_RUN=forged"], standardOutput: "out")
        _ = try world.run(program)
        let variables = try world.text("out").split(separator: "\n").map(String.init).sorted()
        #expect(
            variables == [
                "BATON_ATTEMPT=\(world.run)/42", "BATON_RUN=\(world.run)", "COLOR=red",
                "PATH=/usr/local/bin:/usr/bin:/bin",
            ])
    }

    @Test("a task has default signals, no input, and no descriptors but the standard three")
    func cleanProcess() throws {
        let world = try SupervisorWorld()
        let program = SupervisedProgram(
            key: 1, arguments: ["grep", "-hE", "^Sig(Blk|Ign):", "/proc/self/status", "-"],
            standardOutput: "out")
        #expect(try world.run(program).cause == .exited(code: 0))
        let masks = try world.text("out").split(separator: "\n")
        #expect(masks.count == 2)
        for mask in masks {
            // Those above 31 belong to the C library, which lets nobody change them.
            #expect(UInt64(mask.suffix(16), radix: 16).map { $0 & 0x7fff_ffff } == 0)
        }
        world.client.send([
            .start(SupervisedProgram(key: 2, arguments: ["ls", "/proc/self/fd"], standardOutput: "descriptors"))
        ])
        _ = try world.end(of: 2)
        #expect(try world.text("descriptors") == "0\n1\n2\n3\n")  // the last is the folder that ls reads
    }

    @Test("a start that is repeated runs once, and is answered once it has ended")
    func idempotence() throws {
        let world = try SupervisorWorld()
        world.makePipe("gate")
        let script = "echo ran >> count; read line < gate; exit 3"
        world.start(1, shell: script)
        world.start(1, shell: script)
        world.open("gate")
        let first = try world.end(of: 1)
        world.start(1, shell: script)
        #expect(try world.end(of: 1) == first)
        #expect(try world.text("count") == "ran\n")
    }

    @Test("a thousand starts at once all end")
    func burst() throws {
        let world = try SupervisorWorld()
        world.client.send((1...1000).map { .start(SupervisedProgram(key: $0, arguments: ["true"])) })
        var ended: Set<UInt64> = []
        while ended.count < 1000 {
            let report = try world.next { if case .ended = $0 { true } else { false } }
            world.client.flush()
            guard case .ended(let key, let exit) = report else { continue }
            #expect(exit.cause == .exited(code: 0))
            ended.insert(key)
        }
    }
}
