import BatonCore
import BatonFormats
import BatonStore
import Testing

@testable import BatonServer

@Suite("Approvals over HTTP")
struct ApprovalTests {
    private static let workflow = """
        name: ship
        tasks:
          build: {run: make}
          go: {approval: "Deploy?"}
          wipe: {approval: "Wipe?", run: wipe}

        """

    private func submit(_ stage: Stage) async throws -> Run.ID {
        let answer = try await stage.post("/api/v1/runs", Self.workflow, ["Content-Type": "application/yaml"])
        return try #require(answer["run"]?.text.flatMap { Run.ID($0) }, "\(answer.text)")
    }

    private func key(_ name: String, _ role: String, _ stage: Stage) async throws -> [String: String] {
        let made = try await stage.post("/api/v1/keys", #"{"name": "\#(name)", "role": "\#(role)"}"#)
        return ["X-API-Key": try #require(made["api_key"]?.text)]
    }

    @Test("what waits is listed with its question, and an operator's answer goes on record under the key's name")
    func answers() async throws {
        try await Stage.with(authentication: true) { stage in
            let run = try await submit(stage)
            let list = try await stage.get("/api/v1/approvals")
            guard case .list(let requests)? = list["approvals"] else {
                Issue.record("\(list.text)")
                return
            }
            #expect(requests.map { $0["question"] } == [.string("Deploy?"), .string("Wipe?")])
            #expect(requests[0]["run"] == .string(run.description))
            #expect(requests[0]["workflow"] == .string("ship"))
            #expect(requests[0]["since"] == .time(stage.time.now))
            let task = try await stage.get("/api/v1/runs/\(run)/tasks/go")
            #expect(task["state"] == .string("awaiting_approval") && task["question"] == .string("Deploy?"))

            let viewer = try await key("guest", "viewer", stage)
            let path = "/api/v1/runs/\(run)/tasks/go/review"
            #expect(try await stage.get("/api/v1/approvals", viewer).status == 200)
            #expect(try await stage.post(path, #"{"decision":"approve"}"#, viewer).status == 403)

            let anna = try await key("anna", "operator", stage)
            let answer = try await stage.post(path, #"{"decision":"approve","comment":"looks good"}"#, anna)
            #expect(answer.status == 200 && answer["state"] == .string("ready"), "\(answer.text)")
            let review = Review(isApproved: true, reviewer: "anna", comment: "looks good")
            #expect(
                stage.engine.commands == [.review(TaskReference(run: run, task: TaskInstance.ID(1)), review)])
            let wipe = "/api/v1/runs/\(run)/tasks/2/review"
            let rejected = try await stage.post(wipe, #"{"decision":"reject"}"#, anna)
            #expect(rejected["state"] == .string("failed"))
            #expect(rejected["failure", "kind"] == .string("rejected"))
            #expect(rejected["failure", "by"] == .string("anna"))
            #expect(try await stage.get("/api/v1/approvals")["approvals"] == .list([]))
            let audit = try await stage.get("/api/v1/audit").text
            #expect(audit.contains("task.approved") && audit.contains("looks good") && audit.contains("task.rejected"))
        }
    }

    @Test("an answer that nobody asked for, or that is none, is refused and changes nothing")
    func refusals() async throws {
        try await Stage.with { stage in
            let run = try await submit(stage)
            let path = "/api/v1/runs/\(run)/tasks"
            let yes = #"{"decision":"approve"}"#
            let plain = try await stage.post("\(path)/build/review", yes)
            #expect(plain.status == 409 && plain.text.contains("asks for no approval"), "\(plain.text)")
            #expect(try await stage.post("\(path)/none/review", yes).status == 404)
            #expect(try await stage.post("/api/v1/runs/0000000000000/tasks/go/review", yes).status == 404)
            let long = String(repeating: "x", count: 2_001)
            for wrong in [
                "{}", #"{"decision":"maybe"}"#, #"{"decision":true}"#, #"{"decision":"approve","by":"me"}"#,
                #"{"decision":"approve","comment":"\#(long)"}"#,
            ] {
                #expect(try await stage.post("\(path)/go/review", wrong).status == 422, "\(wrong.prefix(60))")
            }
            #expect(stage.engine.commands.isEmpty)
            #expect(try await stage.post("\(path)/go/review", yes).status == 200)
            #expect(try await stage.post("\(path)/go/review", yes).status == 409, "it was answered already")
        }
    }

    @Test("the stream of events says who answered what")
    func event() throws {
        let task = TaskReference(run: Run.ID(rawValue: 7), task: TaskInstance.ID(3))
        let review = Review(isApproved: false, reviewer: "anna", comment: "no")
        let store = MemoryStore()
        let recorded = Recorded(event: .reviewed(task, review), at: Instant(nanoseconds: 0), changes: [])
        try store.append([recorded], for: task.run)
        let event = CloudEvent.json(store.log(after: 0, of: nil, limit: 1)[0], status: .running)
        #expect(event["type"] == .string("baton.task.reviewed"))
        #expect(event["subject"] == .string("tasks/3"))
        let data = event["data"]
        #expect(data?["decision"] == .string("reject"))
        #expect(data?["by"] == .string("anna") && data?["comment"] == .string("no"))
    }
}
