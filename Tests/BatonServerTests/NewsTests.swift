import BatonCore
import BatonFormats
import BatonStore
import HTTPTypes
import Testing

@testable import BatonServer

@Suite("Notifications of runs that go on")
struct NewsTests {
    private static let asking = """
        name: ship
        tasks:
          go: {approval: "Go?", run: 'true'}
          wipe: {approval: "Wipe?", run: 'true'}
          last: {approval: "Sure?", run: 'true', needs: [go]}

        """

    private func submit(_ workflow: String, _ stage: Stage) async throws -> Run.ID {
        stage.time.advance(by: .seconds(1))
        let answer = try await stage.post("/api/v1/runs", workflow, ["Content-Type": "application/yaml"])
        return try #require(answer["run"]?.text.flatMap { Run.ID($0) }, "\(answer.text)")
    }

    private func approve(_ task: Int, of run: Run.ID, _ stage: Stage) async throws {
        let reference = TaskReference(run: run, task: TaskInstance.ID(task))
        try await stage.engine.carryOut(.review(reference, Review(isApproved: true, reviewer: "anna")))
    }

    @Test("tasks that begin to ask at once are told at once, once, with what they ask; one that asks later by itself")
    func approval() async throws {
        try await FakeReceiver.with(on: ["approval.waiting"]) { stage, receiver in
            let run = try await submit(Self.asking, stage)
            for _ in 0..<2 { await stage.server.notifications.tick() }
            await stage.newNotifications(receiver).tick()
            #expect(receiver.requests.count == 1)
            let message = try #require(receiver.requests.first?.json)
            #expect(message["type"] == .string("baton.approval.waiting") && message["time"] == .time(stage.time.now))
            let data = try #require(message["data"])
            #expect(data["run"]?.text == run.description && data["status"] == .string("running"))
            guard case .list(let tasks)? = data["tasks"] else {
                Issue.record("\(data.json)")
                return
            }
            #expect(tasks.map { $0["question"]?.text } == ["Go?", "Wipe?"] && tasks[1]["task"] == .string("wipe"))
            stage.time.advance(by: .seconds(1))
            try await approve(0, of: run, stage)
            try stage.engine.start(0, of: run)
            try stage.engine.end(0, of: run)
            for _ in 0..<2 { await stage.server.notifications.tick() }
            #expect(receiver.requests.count == 2)
            #expect(receiver.requests[1].json["data"]?["tasks"]?.json.contains("Sure?") == true)
            #expect(try await stage.deliveries()[0]["event"] == .string("approval.waiting"))
        }
    }

    @Test("a question that was answered before anybody could be told is not told any more")
    func answered() async throws {
        try await FakeReceiver.with(on: ["approval.waiting"]) { stage, receiver in
            receiver.answers([503])
            let run = try await submit("name: ship\ntasks: {go: {approval: 'Go?', run: 'true'}}\n", stage)
            let desk = stage.newNotifications(receiver)
            await desk.tick()
            try await approve(0, of: run, stage)
            stage.time.advance(by: .seconds(10))
            for _ in 0..<2 { await desk.tick() }
            #expect(receiver.requests.count == 1)
            let delivery = try await stage.deliveries()[0]
            #expect(delivery["state"] == .string("skipped") && delivery["reason"]?.text == "nobody asked any more")
        }
    }

    private static let hasty = """
        name: hasty
        deadline: 10s
        tasks:
          a: {run: 'true', duration: 4s}
          b: {run: 'true', duration: 4s, needs: [a]}

        """

    @Test("a run that will miss its deadline is told as soon as it is foreseen, and once, however late it gets")
    func late() async throws {
        try await FakeReceiver.with(on: ["run.late"]) { stage, receiver in
            let run = try await submit(Self.hasty, stage)
            let start = stage.time.now
            await stage.server.notifications.tick()
            #expect(receiver.requests.isEmpty, "it can still make it")
            stage.time.advance(by: .seconds(3))
            await stage.server.notifications.tick()
            let message = try #require(receiver.requests.first?.json)
            #expect(message["type"] == .string("baton.run.late"))
            #expect(message["data"]?["run"]?.text == run.description)
            #expect(message["data"]?["deadline"] == .time(start.advanced(by: .seconds(10))))
            #expect(message["data"]?["expected_end"] == .time(start.advanced(by: .seconds(11))))
            stage.time.advance(by: .seconds(3_600))
            await stage.server.notifications.tick()
            await stage.newNotifications(receiver).tick()
            #expect(receiver.requests.count == 1)
        }
    }

    @Test("what other workflows do, or what happened before it was made, is not told")
    func others() async throws {
        let events = ["run.late", "approval.waiting"]
        try await FakeReceiver.with(more: #""workflow": "other","#, on: events) { stage, receiver in
            _ = try await submit(Self.hasty, stage)
            _ = try await submit(Self.asking, stage)
            stage.time.advance(by: .seconds(60))
            await stage.server.notifications.tick()
            #expect(receiver.requests.isEmpty)
            let webhook = #"{"on": \#(Value.strings(events).json), "webhook": {"url": "\#(FakeReceiver.url)"}}"#
            #expect(try await stage.send(.put, FakeReceiver.path, [:], webhook).status == 200)
            await stage.server.notifications.tick()
            #expect(receiver.requests.isEmpty)
            let test = try await stage.post(FakeReceiver.path + "/test")
            #expect(test["event"] == .string("run.late") && test["state"] == .string("delivered"), "\(test.text)")
        }
    }

    @Test("what an older server has kept of a delivery is still understood")
    func older() throws {
        let delivery = try Delivery(
            #"{"delivery": "d", "workflow": "w", "status": "failed", "body": "{}", "attempts": 2}"#)
        #expect(delivery.event == .ended(.failed) && delivery.attempts == 2)
        #expect(try Delivery(delivery.json) == delivery)
    }
}
