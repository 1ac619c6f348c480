import BatonRuntime
import Foundation
import Glibc
import Testing

/// Real processes under the real tracer: what is seen of them, and that they notice nothing.
@Suite("baton run --trace-files")
struct FileTracingTests {
    private static let isPossible: Bool = {
        if (try? FileTracer.find()) != nil { return true }
        print("skipped: files can't be traced here ('baton doctor' says why)")
        return false
    }()

    private struct View: Decodable {
        struct Task: Decodable, Equatable {
            var task: String
            var attempt: Int
            var complete: Bool
            var reads: [String]
            var writes: [String]
            var deletes: [String]
            var missed: [String]
        }

        struct Missing: Decodable, Equatable {
            var from: String
            var to: String
            var kind: String
            var path: String
        }

        struct Link: Decodable, Equatable {
            var from: String
            var to: String
        }

        var tasks: [Task]
        var missing: [Missing]
        var without_flow: [Link]

        subscript(name: String) -> Task? { tasks.first { $0.task == name } }
    }

    private func files(_ house: Household) throws -> View {
        let result = try house.run("get", "--files", "--json")
        #expect(result.exitCode == 0, "\(result.messages)")
        return try JSONDecoder().decode(View.self, from: Data(result.output.utf8))
    }

    private func runs(_ house: Household) throws -> [URL] {
        let runs = house.folder.appending(path: "data/runs")
        return try FileManager.default.contentsOfDirectory(at: runs, includingPropertiesForKeys: nil)
    }

    @Test("what tasks read and write is known, and a dependency that is missing, and one over which nothing flows")
    func dataFlow() throws {
        guard Self.isPossible else { return }
        let house = try Household()
        try house.write("in\n", to: "in.txt")
        try house.write(
            #"""
            name: flow
            tasks:
              make: {run: "mkdir out; cat in.txt > out/part; mv out/part 'out/a \"b\" é.txt'"}
              use: {run: "cd out; cat 'a \"b\" é.txt' > ../used", needs: [make]}
              racing: {run: "until [ -e used ]; do sleep 0.01; done; cat used; cat later || true"}
              later: {run: "echo > later", needs: [racing]}
              early: {run: "cat soon || touch looked"}
              soon: {run: "until [ -e looked ]; do sleep 0.01; done; echo > soon"}

            """#, to: "flow.yaml")
        let result = try house.run("run", "flow.yaml", "--trace-files", "--jobs", "6")
        #expect(result.exitCode == 0, "\(result.messages)")
        let view = try files(house)
        #expect(view["make"]?.reads == ["in.txt"])
        #expect(view["make"]?.writes == ["out/", "out/a \"b\" é.txt"])
        #expect(view["use"]?.reads == ["out/a \"b\" é.txt"])
        #expect(view["use"]?.writes == ["used"])
        #expect(view["racing"]?.missed == ["later"])
        #expect(view.tasks.allSatisfy { $0.complete && $0.attempt == 1 })
        #expect(
            view.missing == [
                View.Missing(from: "use", to: "racing", kind: "reads", path: "used"),
                View.Missing(from: "soon", to: "early", kind: "misses", path: "soon"),
            ])
        #expect(view.without_flow.isEmpty, "'later' writes what 'racing' had looked for")
        let text = try house.run("get", "--files").output
        #expect(
            text.contains(
                "Missing dependency: racing reads 'used', which use writes, and nothing makes it wait for that."))
        #expect(text.contains("  wrote    out/\n           out/a \"b\" é.txt\n"))
        for run in try runs(house) {
            let logs = try FileManager.default.contentsOfDirectory(atPath: run.appending(path: "logs").path)
            #expect(!logs.contains { $0.hasSuffix(".trace") }, "what strace wrote is removed once it is read")
        }
    }

    @Test(
        "a task ends as it does without being traced, whatever way it ends, and however it is measured",
        arguments: [[:], ["BATON_METER": "sampling"]])
    func ends(environment: [String: String]) throws {
        guard Self.isPossible else { return }
        let house = try Household()
        try house.write(
            #"""
            name: ends
            tasks:
              well: {run: 'true'}
              code: {run: 'exit 7'}
              signal: {run: 'kill -SEGV $$'}
              absent: {command: [no-such-program]}
              refused: {command: [./ends.yaml]}
              script: {command: [./script, 'an argument', "two\nlines"]}
              folder: {run: pwd, workdir: nowhere}
              polite: {run: "trap 'exit 3' TERM; sleep 300 & wait", timeout: 100ms}
              background: {run: 'sleep 300 >/dev/null 2>&1 & echo $!'}
              group: {run: 'ps -o pid=,sid= -p $$ | tr -s " "; echo $$; env | grep -c BATON_TRACER || true'}

            """#, to: "ends.yaml")
        try house.write("printf '%s|' \"$@\"\n", to: "script")
        chmod(house.folder.appending(path: "script").path, 0o755)

        struct Event: Decodable {
            struct Failure: Decodable, Equatable {
                var kind: String
                var exit_code: Int?
                var signal: Int?
                var message: String?
            }
            var task: String?
            var failure: Failure?
        }
        func failures(_ arguments: String...) throws -> [String: Event.Failure] {
            let result = try house.finish(
                house.start(["run", "ends.yaml"] + arguments, environment: environment))
            #expect(result.exitCode == 1, "\(result.messages)")
            struct Detail: Decodable { var tasks: [Event] }
            let detail = try JSONDecoder().decode(
                Detail.self, from: Data(try house.run("get", "--json").output.utf8))
            return Dictionary(
                uniqueKeysWithValues: detail.tasks.compactMap { task in task.failure.map { (task.task!, $0) } })
        }
        let plain = try failures()
        #expect(plain.keys.sorted() == ["absent", "code", "folder", "polite", "refused", "signal"])
        #expect(try failures("--trace-files") == plain)
        #expect(try house.run("logs", "latest", "script").output == "an argument|two\nlines|")
        // The process that the supervisor made, leader of its session, has become the task; and the tracer's mark is gone.
        let words = try house.run("logs", "latest", "group").output.split(whereSeparator: \.isWhitespace)
        #expect(words.count == 4 && words[0] == words[1] && words[0] == words[2] && words[3] == "0", "\(words)")
        let left = try house.run("logs", "latest", "background").output.trimmingCharacters(in: .whitespacesAndNewlines)
        #expect(kill(try #require(Int32(left)), 0) == -1, "a background child is ended with its task")
    }

    @Test("what happens while baton is dead is observed, and taken in by the one that takes over")
    func killed() throws {
        guard Self.isPossible else { return }
        let house = try Household()
        try house.write(
            """
            name: adopt
            tasks:
              long: {run: 'touch started; until [ -e go ]; do sleep 0.01; done; echo > made; exit 7', retries: 1}
              after: {run: 'cat made', needs: [long]}

            """, to: "adopt.yaml")
        let process = try house.start(["run", "adopt.yaml", "--trace-files"])
        try process.wait { house.read("started") != nil }
        process.signal(SIGKILL)
        process.wait()
        try house.write("", to: "go")
        let result = try house.run("resume")
        #expect(result.exitCode == 1, "\(result.messages)")
        let view = try files(house)
        #expect(view["long"]?.writes == ["made", "started"])
        #expect(view["long"]?.attempt == 1, "the second attempt was not traced: nobody asked 'resume' for it")
        #expect(view["long"]?.complete == true)
    }

    @Test("a task is measured and held to its memory without its tracer")
    func measured() throws {
        guard Self.isPossible else { return }
        let house = try Household()
        guard try house.run("doctor", "--json").output.contains("cgroup") else {
            print("skipped: no cgroup may be made here, so no memory limit can be enforced")
            return
        }
        try house.write(
            """
            name: hungry
            tasks:
              eat: {run: 'head -c 40M /dev/zero | tail | wc -c', resources: {memory: 16MB}}

            """, to: "hungry.yaml")
        let result = try house.run("run", "hungry.yaml", "--trace-files")
        #expect(result.exitCode == 0, "\(result.messages)")
        #expect(result.messages.contains("eat was killed for memory"))
        #expect(try files(house)["eat"]?.attempt == 2)
    }

    @Test("when the supervisor dies, its tasks and their tracers are ended, and what was seen is kept as a part")
    func supervisorKilled() throws {
        guard Self.isPossible else { return }
        let house = try Household()
        try house.write(
            """
            name: lost
            tasks:
              t: {run: 'echo > made; echo $PPID > supervisor; until [ -e go ]; do sleep 0.01; done'}

            """, to: "lost.yaml")
        let process = try house.start(["run", "lost.yaml", "--trace-files"])
        func supervisor() -> Int32? { house.read("supervisor").flatMap { Int32($0.dropLast()) } }
        try process.wait { supervisor() != nil }
        let first = try #require(supervisor())
        kill(first, SIGKILL)
        try process.wait { supervisor().map { $0 != first } ?? false }
        try house.write("", to: "go")
        #expect(process.wait() == 0, "\(house.read("stderr") ?? "")")
        #expect(try files(house)["t"]?.attempt == 2)
        #expect(try files(house)["t"]?.writes == ["made", "supervisor"])
        let strays = try FileManager.default.contentsOfDirectory(atPath: "/proc").filter { pid in
            let text = try? String(contentsOfFile: "/proc/\(pid)/cmdline", encoding: .utf8)
            return text?.contains(house.folder.path) == true
        }
        #expect(strays.isEmpty)
    }

    @Test("without a tracer nothing starts, and it says what to do")
    func impossible() throws {
        let house = try Household()
        try house.write("name: t\ntasks: {a: {run: touch ran}}\n", to: "t.yaml")
        let process = try house.start(["run", "t.yaml", "--trace-files"], environment: ["PATH": "/nowhere"])
        let result = house.finish(process)
        #expect(result.exitCode == 2)
        #expect(result.messages.contains("There is no strace on the PATH"))
        #expect(result.messages.contains("apt-get install strace"))
        #expect(house.read("ran") == nil)
        let doctor = house.finish(try house.start(["doctor"], environment: ["PATH": "/nowhere"]))
        #expect(doctor.exitCode == 0)
        #expect(doctor.output.contains("'run --trace-files' can't be used. There is no strace on the PATH"))
    }

    @Test("a run that nobody watched has no files to show, and says how it would have")
    func unwatched() throws {
        let house = try Household()
        try house.write("name: t\ntasks: {a: {run: 'true'}}\n", to: "t.yaml")
        #expect(try house.run("run", "t.yaml").exitCode == 0)
        let result = try house.run("get", "--files")
        #expect(result.exitCode == 2)
        #expect(result.messages.contains("'baton run --trace-files'"))
    }
}
