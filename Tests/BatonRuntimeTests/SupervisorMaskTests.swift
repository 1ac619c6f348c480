import Foundation
import Glibc
import Testing

@testable import BatonRuntime

@Suite("Secrets are masked before anything of them is stored")
struct SupervisorMaskTests {
    @Test("a secret is masked wherever it stands in output and errors, and nothing else is")
    func masksBothLogs() throws {
        let world = try SupervisorWorld()
        world.start(
            1, secrets: ["hush-hush", "token"],
            shell: "echo 'a token, b hush-hush, hush and tokens'; echo tokentoken >&2; exit 3")
        #expect(try world.end(of: 1).cause == .exited(code: 3))
        #expect(try world.text("out") == "a ***, b ***, hush and ***s\n")
        #expect(try world.text("err") == "******\n")
    }

    @Test("a secret that arrives in two pieces is masked, and its first piece is not stored meanwhile")
    func splitOverWrites() throws {
        let world = try SupervisorWorld()
        world.makePipe("said")
        world.makePipe("go")
        world.start(
            1, secrets: ["hush-hush"],
            shell: "printf 'before hush'; echo > said; read line < go; printf -- '-hush after'")
        try world.wait(at: "said")
        _ = try world.list()  // a round trip: what was printed has been looked at
        #expect(!(try world.text("out")).contains("hush"))
        world.open("go")
        _ = try world.end(of: 1)
        #expect(try world.text("out") == "before *** after")
    }

    @Test("a secret across the boundary of two parts of a long output is masked")
    func splitOverParts() throws {
        let world = try SupervisorWorld()
        // 65,533 + 9 bytes: the reader takes 65,536 at once.
        world.start(
            1, secrets: ["hush-hush"],
            shell: "{ head -c 65533 /dev/zero | tr '\\0' x; printf hush-hush; head -c 200000 /dev/zero; } | cat")
        _ = try world.end(of: 1)
        let text = try world.text("out")
        #expect(text.utf8.count == 65533 + 3 + 200_000)
        #expect(!text.contains("hush"))
    }

    @Test("the beginning of a secret that never goes on is printed as it is")
    func unfinished() throws {
        let world = try SupervisorWorld()
        world.start(1, secrets: ["hush-hush"], shell: "printf 'hush-hu'")
        _ = try world.end(of: 1)
        #expect(try world.text("out") == "hush-hu")
    }

    @Test("a secret of several lines is masked as a whole and line by line, but for lines that stand everywhere")
    func severalLines() throws {
        let world = try SupervisorWorld()
        world.start(
            1, secrets: ["BEGIN\nabcdef\n}\n"],
            shell: "printf 'BEGIN\\nabcdef\\n}\\n  abcdef  }\\n'")
        _ = try world.end(of: 1)
        #expect(try world.text("out") == "***\n  ***  }\n")
    }

    @Test("what background processes print while the task ends is masked too")
    func leftovers() throws {
        let world = try SupervisorWorld()
        world.start(
            1, secrets: ["hush"],
            shell: "(trap 'echo late hush; exit' TERM; echo > ready; while :; do sleep 0.01; done) & "
                + "until [ -e ready ]; do :; done")
        _ = try world.end(of: 1)
        #expect(try world.text("out") == "late ***\n")
    }

    @Test("values that a task hands on are masked when it ends, however it ends")
    func values() throws {
        let world = try SupervisorWorld()
        world.start(
            1, secrets: ["hush"], shell: "echo key=a-hush > \"$BATON_OUTPUT\"; exit 1",
            environment: ["BATON_OUTPUT=\(world.path("values"))"])
        _ = try world.end(of: 1)
        #expect(try world.text("values") == "key=a-***\n")
    }

    @Test("a log that can't be written stops its task's printing, as a full disk would")
    func fullDisk() throws {
        let world = try SupervisorWorld()
        symlink("/dev/full", world.path("out"))
        world.start(1, secrets: ["hush"], shell: "while echo x; do :; done; exit 1")
        #expect(try world.end(of: 1).cause != .exited(code: 0))
        #expect(try world.text("supervisor.log").contains("No space left on device"))
    }

    @Test("a log folder that is missing fails the launch, as it does without secrets")
    func noFolder() throws {
        let world = try SupervisorWorld()
        world.client.send([.secrets(["hush"])])
        let program = SupervisedProgram(key: 2, arguments: ["true"], standardOutput: "no-such-folder/out")
        #expect(try world.run(program).cause == .notLaunched(.standardOutput, errno: ENOENT))
    }

    @Test("a run without secrets prints straight into its files")
    func straight() throws {
        let world = try SupervisorWorld()
        let script = "readlink /proc/self/fd/1"
        _ = try world.run(SupervisedProgram(key: 1, arguments: ["sh", "-c", script], standardOutput: "out"))
        #expect(try world.text("out") == world.path("out") + "\n")
    }
}
