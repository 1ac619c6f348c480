import BatonCore
import BatonTesting
import Testing

@testable import BatonStore

@Suite("A damaged row of the history")
struct DamagedHistoryTests {
    @Test("is counted, and keeps nobody from learning of the others")
    func damaged() throws {
        try withTemporaryDatabase { path in
            let store = try SQLStore(sqliteAt: path)
            let script = Script()
            let count = 5
            try store.append([script.submitted((0..<count).map { "t\($0)" })], for: script.run)
            for task in 0..<count { try store.append([script.started(task), script.ended(task)], for: script.run) }
            try store.connection.run("UPDATE task_executions SET meter = 'crystal ball' WHERE task = 1")
            try store.connection.run("UPDATE task_executions SET wall_ns = NULL WHERE task = 2")
            try store.connection.run("UPDATE task_executions SET peak_memory_bytes = -1 WHERE task = 3")
            let history = try store.history(after: nil, limit: 100)
            #expect(history.attempts.map(\.task) == ["t0", "t4"])
            #expect(history.damaged == 3)
            let starving = Script(2)
            try store.append(
                [starving.submitted(["k", "l"]), starving.started(0), starving.started(1)], for: starving.run)
            try store.append([starving.killed(0), starving.killed(1)], for: starving.run)
            try store.connection.run(
                "UPDATE task_executions SET meter = 'tea leaves' WHERE task = 1 AND status = 'failed'")
            #expect(try store.history(after: nil, limit: 100).kills.map(\.task) == ["k"])
            #expect(try store.history(of: "flow", limit: 100).filter { $0.killedAtBytes != nil }.map(\.task) == ["k"])
            // Short of a model, runs begin with this; no row of it may keep them from it.
            #expect(try store.history(of: "flow", limit: 100).map(\.task).contains("t4"))
        }
    }

    @Test("a model that was never finished is nobody's, and goes when the next is kept a day later")
    func unfinished() throws {
        try withTemporaryDatabase { path in
            let store = try SQLStore(sqliteAt: path)
            let script = Script()
            var model = ModelSummary(
                kind: "tasks", version: "v", fitted: script.time(0), data: .init(), scores: [])
            let first = try store.keep(model, bytes: [1, 2])
            try store.connection.run("UPDATE models SET state = 'unfinished'")
            #expect(try store.models(of: "tasks").isEmpty)
            model.fitted = script.time(2 * 86_400)
            let second = try store.keep(model, bytes: [3])
            #expect(try store.models(of: "tasks").map(\.id) == [second])
            #expect(try store.bytes(ofModel: first).isEmpty, "its bytes are gone, too")
        }
    }

    @Test("of many models the newest are kept, and the one in use however old")
    func many() throws {
        try withTemporaryDatabase { path in
            let store = try SQLStore(sqliteAt: path)
            let model = ModelSummary(
                kind: "tasks", version: "v", fitted: Script().time(0), data: .init(), scores: [])
            let first = try store.keep(model, bytes: [1])
            for number in 0..<20 {
                var other = model
                other.state = .rolledBack
                _ = try store.keep(other, bytes: [UInt8(number)])
            }
            #expect(try store.models(of: "tasks").count == 12)
            #expect(try store.currentModel(of: "tasks")?.id == first)
            #expect(try store.bytes(ofModel: first) == [1])
        }
    }
}
