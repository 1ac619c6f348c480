import BatonCore
import BatonRuntime
import Foundation
import Testing

@Suite("Logs over HTTP")
struct LogTests {
    /// A first attempt that has printed `text`.
    private func attempt(_ stage: Stage, printing text: String) async throws -> String {
        let run = try await stage.submitTwoTasks()
        try stage.engine.start(0, of: run)
        let folder = RunFolder(dataDirectory: stage.folder, run: run).path
        let attempt = Attempt.ID(run: run, task: TaskInstance.ID(0), number: 1)
        try FileManager.default.createDirectory(atPath: folder + "/logs", withIntermediateDirectories: true)
        try Data(text.utf8).write(to: URL(filePath: "\(folder)/\(RunFolder.standardOutput(of: attempt))"))
        return "/api/v1/runs/\(run)/tasks/a/attempts/1/log"
    }

    @Test("what an attempt printed comes as plain text, whole or in part")
    func parts() async throws {
        try await Stage.with { stage in
            let path = try await attempt(stage, printing: "<b>0123456789")
            let whole = try await stage.get(path)
            #expect(whole.text == "<b>0123456789" && whole.header("Content-Type") == "text/plain; charset=utf-8")
            #expect(
                whole.header("Baton-Log-Complete") == "false" && whole.header("X-Content-Type-Options") == "nosniff")
            #expect(try await stage.get(path + "?offset=3&limit=4").text == "0123")
            #expect(try await stage.get(path + "?offset=-2").text == "89")
            #expect(try await stage.get(path + "?offset=99").text == "")
            #expect(try await stage.get(path + "?stream=stderr").text == "")
            let part = try await stage.get(path, ["Range": "bytes=3-5"])
            #expect(part.status == 206 && part.text == "012" && part.header("Content-Range") == "bytes 3-5/13")
            #expect(try await stage.get(path, ["Range": "bytes=-1"]).text == "9")
            #expect(try await stage.get(path, ["Range": "bytes=13-"]).status == 416)
            #expect(try await stage.get(path + "?stream=../../baton.db").status == 400)
        }
    }

    @Test("a long log comes whole")
    func long() async throws {
        try await Stage.with { stage in
            let text = String(repeating: "0123456789abcde\n", count: 65_536)
            let path = try await attempt(stage, printing: text)
            #expect(try await stage.get(path).text == text)
            try stage.engine.end(0, of: try #require(stage.engine.submissions.first).run)
            let tail = try await stage.get(path + "?offset=-16")
            #expect(tail.text == "0123456789abcde\n" && tail.header("Baton-Log-Complete") == "true")
        }
    }

    @Test("a log that is a link leads nowhere")
    func links() async throws {
        try await Stage.with { stage in
            let path = try await attempt(stage, printing: "x")
            let run = try #require(stage.engine.submissions.first).run
            let folder = RunFolder(dataDirectory: stage.folder, run: run).path
            let file = folder + "/logs/0.1.out"
            try FileManager.default.removeItem(atPath: file)
            try FileManager.default.createSymbolicLink(atPath: file, withDestinationPath: stage.folder + "/token.key")
            let secret = try Data(contentsOf: URL(filePath: stage.folder + "/token.key"))
            let answer = try? await stage.get(path)
            #expect(answer?.text != String(decoding: secret, as: UTF8.self))
        }
    }
}
