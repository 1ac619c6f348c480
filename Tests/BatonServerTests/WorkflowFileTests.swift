import BatonCore
import BatonFormats
import Foundation
import HTTPTypes
import Testing

@testable import BatonServer

@Suite("The files of workflows")
struct WorkflowFileTests {
    private static let yaml = ["Content-Type": "application/yaml"]
    private static let text = "name: a/../b\ntasks: {x: {run: echo}}  # kept as it is\n"
    private static let path = "/api/v1/workflows/a%2F..%2Fb/file"

    @Test("a text that came without a file is kept as one, and the newest replaces it")
    func kept() async throws {
        try await Stage.with { stage in
            let made = try await stage.post("/api/v1/runs", Self.text, Self.yaml)
            #expect(made["source"] == .string("a%2F%2E%2E%2Fb.baton.yaml"), "\(made.text)")
            let file = try await stage.get(Self.path)
            #expect(file["text"] == .string(Self.text))
            #expect(file["path"] == .string("\(stage.folder)/a%2F%2E%2E%2Fb.baton.yaml"))
            _ = try await stage.post("/api/v1/runs", Self.text + "# newer\n", Self.yaml)
            #expect(try await stage.get(Self.path)["text"] == .string(Self.text + "# newer\n"))
        }
    }

    @Test("nothing is kept in a folder that is somebody else's")
    func elsewhere() async throws {
        let other = FileManager.default.temporaryDirectory.appending(path: "baton-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: other, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: other) }
        try await Stage.with {
            $0.workingDirectory = other.path
        } _: { stage in
            let made = try await stage.post("/api/v1/runs", Self.text, Self.yaml)
            #expect(made.status == 201 && made["source"] == nil)
            #expect(try FileManager.default.contentsOfDirectory(atPath: other.path).isEmpty)
            #expect(try await stage.get(Self.path).status == 404)
        }
    }

    @Test("a file is shown only while it holds the workflow, and to nobody who may only look")
    func guarded() async throws {
        try await Stage.with(authentication: true) { stage in
            let secret = stage.folder + "/secret"
            try Data("hidden".utf8).write(to: URL(fileURLWithPath: secret))
            let body = #"{"workflow":"name: w\ntasks: {x: {run: echo}}","source":"\#(secret)"}"#
            #expect(try await stage.post("/api/v1/runs", body).status == 201)
            let answer = try await stage.get("/api/v1/workflows/w/file")
            #expect(answer.status == 404 && !answer.text.contains("hidden"))
            let made = try await stage.post("/api/v1/keys", #"{"name":"guest","role":"viewer"}"#)
            guard case .string(let key)? = made["api_key"] else {
                Issue.record("no key: \(made.text)")
                return
            }
            #expect(try await stage.get("/api/v1/workflows/w/file", ["X-API-Key": key]).status == 403)
        }
    }

    @Test("an analysis with findings asks for the text as it would be with them")
    func preview() async throws {
        var answers = ServerAnswers()
        answers.analyze = { file, findings, isAlone in
            Array(#"{"of":"\#(file.workflow.name)","n":\#(findings.count),"alone":\#(isAlone)}"#.utf8)
        }
        try await Stage.with(answers: answers) { stage in
            let path = "/api/v1/optimization/analyze"
            let plain = try await stage.post(path, #"{"workflow":"name: w\ntasks: {x: {run: echo}}"}"#)
            #expect(plain["n"] == .number(0) && plain["alone"] == .boolean(false))
            let body = #"{"workflow":"name: w\ntasks: {x: {run: echo}}","optimizations":["a","b"],"alone":true}"#
            let changed = try await stage.post(path, body)
            #expect(changed["of"] == .string("w") && changed["n"] == .number(2) && changed["alone"] == .boolean(true))
        }
    }

    @Test("findings are applied to the file of a workflow that is named")
    func applied() async throws {
        var answers = ServerAnswers()
        answers.apply = { path, _, _ in Array(Value.object(["path": .string(path)]).jsonBytes) }
        try await Stage.with(answers: answers) { stage in
            _ = try await stage.submitTwoTasks()
            let body = #"{"workflow_id":"flow","optimizations":["x"]}"#
            let made = try await stage.post("/api/v1/optimization/apply", body)
            #expect(made["path"] == .string("\(stage.folder)/flow.baton.yaml"))
        }
    }
}
