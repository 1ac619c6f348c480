import BatonCore
import BatonRuntime
import BatonStore
import Foundation
import HTTPTypes
import Testing

@testable import BatonServer

@Suite("Triggers that wait for files")
struct FileTriggerTests {
    private let path = "/api/v1/triggers/t"

    /// With a trigger for `in/*.csv` in the stage's folder, where `old.csv` is there before.
    private func withTrigger(_ body: @Sendable (Stage) async throws -> Void) async throws {
        try await Stage.with { stage in
            try FileManager.default.createDirectory(atPath: stage.folder + "/in", withIntermediateDirectories: true)
            try write("a", to: "old.csv", stage)
            let workflow = #"name: load\nparams: {path: {type: string}}\ntasks: {a: {run: x}}"#
            let definition = #"""
                {"workflow": "\#(workflow)", "files": {"glob": "\#(stage.folder)/in/*.csv"}, "max_active_runs": 100}
                """#
            let answer = try await stage.send(.put, path, [:], definition)
            #expect(answer.status == 200, "\(answer.text)")
            try await body(stage)
        }
    }

    /// - Parameter seconds: since 1970, when it was changed last.
    private func write(_ text: String, to name: String, at seconds: Double = 1_000_000_000, _ stage: Stage) throws {
        let file = stage.folder + "/in/" + name
        try text.write(toFile: file, atomically: false, encoding: .utf8)
        let date = Date(timeIntervalSince1970: seconds)
        try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: file)
    }

    /// The names of the files for which runs were made, in their order.
    private func loaded(_ stage: Stage) -> [String] {
        stage.engine.submissions.compactMap { $0.parameters[name: "path"]?.text }.map { path in
            #expect(path.hasPrefix(stage.folder + "/in/"))
            return String(path.split(separator: "/").last ?? "")
        }
    }

    private func look(_ times: Int, _ stage: Stage) async {
        for _ in 0..<times { await stage.server.triggers.tick() }
    }

    @Test("a new file starts a run once it has come to rest, and another one when it has changed")
    func files() async throws {
        try await withTrigger { stage in
            for name in ["b.csv", "a.csv", ".hidden.csv", "a.txt"] { try write("1", to: name, stage) }
            try FileManager.default.createDirectory(
                atPath: stage.folder + "/in/folder.csv", withIntermediateDirectories: true)
            await look(1, stage)
            #expect(loaded(stage).isEmpty, "they may still be written")
            try write("12", to: "b.csv", stage)
            await look(1, stage)
            #expect(loaded(stage) == ["a.csv"])
            await look(3, stage)
            #expect(loaded(stage) == ["a.csv", "b.csv"])
            try write("2", to: "a.csv", at: 1_000_000_001, stage)
            try write("changed", to: "old.csv", stage)
            await look(3, stage)
            #expect(loaded(stage) == ["a.csv", "b.csv", "a.csv", "old.csv"])
        }
    }

    @Test("a restart forgets no file however old, and finds those that came meanwhile")
    func restart() async throws {
        try await withTrigger { stage in
            try write("1", to: "a.csv", stage)
            await look(2, stage)
            stage.time.advance(by: .seconds(400 * 86_400))
            _ = try stage.store.prune(Retention(), at: stage.time.now) { true }
            try write("1", to: "b.csv", stage)
            let desk = TriggerDesk(starter: stage.newStarter(), vault: stage.server.vault, interval: .seconds(1))
            for _ in 0..<3 { await desk.tick() }
            #expect(loaded(stage) == ["a.csv", "b.csv"])
        }
    }

    @Test("what comes while it is paused does not count; another workflow changes nothing of what is known")
    func paused() async throws {
        try await withTrigger { stage in
            try write("1", to: "a.csv", stage)
            await look(1, stage)
            let definition = try await stage.get(path)
            let glob = try #require(definition["files", "glob"]?.text)
            let other = #"""
                {"workflow": "name: other\nparams: {file: {type: string}}\ntasks: {a: {run: x}}",
                 "files": {"glob": "\#(glob)", "path_parameter": "file"}}
                """#
            #expect(try await stage.send(.put, path, [:], other).status == 200)
            await look(2, stage)
            #expect(stage.engine.submissions.map(\.workflow.name) == ["other"], "it was new before, and still is")
            _ = try await stage.post(path + "/pause")
            try write("1", to: "b.csv", stage)
            await look(2, stage)
            _ = try await stage.post(path + "/resume")
            try write("1", to: "c.csv", stage)
            try stage.endRuns()
            await look(3, stage)
            let files = stage.engine.submissions.compactMap { $0.parameters[name: "file"]?.text }
            #expect(files.map { String($0.suffix(5)) } == ["a.csv", "c.csv"])
        }
    }

    @Test("what waits for its run when the trigger is to wait for something else is skipped, and says why")
    func changedCause() async throws {
        try await withTrigger { stage in
            try write("1", to: "a.csv", stage)
            stage.engine.refuse(with: .queueFull(limit: 1))
            await look(2, stage)
            stage.engine.refuse(with: nil)
            let other = #"{"workflow": "name: w\ntasks: {a: {run: x}}", "run_ended": {"workflow": "x"}}"#
            #expect(try await stage.send(.put, path, [:], other).status == 200)
            await look(2, stage)
            #expect(stage.engine.submissions.isEmpty)
            #expect(try await stage.get(path + "/firings").text.contains("waits for something else now"))
        }
    }
}
