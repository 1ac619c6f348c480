import BatonCore
import BatonStore
import Testing

extension StoreConformance {
    private static func model(_ attempts: Int, _ script: Script, state: ModelSummary.State = .current) -> ModelSummary {
        ModelSummary(
            kind: "tasks", version: "v-1", fitted: script.time(100),
            data: .init(
                from: script.time(1), to: script.time(90), attempts: attempts, flaws: [.init(name: "damaged", count: 2)]
            ),
            scores: [
                .init(target: "memory", count: 7, oneMinusMAPE: 0.9, medianAPE: 0.02, coverageP90: 0.91)
            ], state: state, reason: state == .rolledBack ? "worse" : nil)
    }

    static let models = [
        StoreConformance("a model comes back as it was kept, with all its bytes") { store in
            let script = Script()
            let bytes = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            var kept = model(5, script)
            kept.id = try store.keep(kept, bytes: bytes)
            try store.flush()
            #expect(try store.currentModel(of: "tasks") == kept)
            #expect(try store.bytes(ofModel: kept.id) == bytes)
            #expect(try store.currentModel(of: "load") == nil)
            #expect(try store.bytes(ofModel: 99).isEmpty)
        },
        StoreConformance("the newest good model is current, and one can go back to another") { store in
            let script = Script()
            let ids = try [model(1, script), model(2, script), model(3, script, state: .rolledBack)].map {
                try store.keep($0, bytes: [1])
            }
            func states() throws -> [ModelSummary.State] { try store.models(of: "tasks").reversed().map(\.state) }
            #expect(try store.models(of: "tasks").map(\.id) == ids.reversed())
            #expect(try states() == [.previous, .current, .rolledBack])
            #expect(try store.models(of: "tasks").first?.reason == "worse")
            try store.setModel(ids[0], to: .current, because: "by hand")
            #expect(try states() == [.current, .previous, .rolledBack])
            #expect(try store.currentModel(of: "tasks")?.reason == "by hand")
            #expect(throws: StoreError.self) { try store.setModel(99, to: .current, because: nil) }
        },
        StoreConformance("history holds what succeeded in all workflows since a moment, and counts what did not") {
            store in
            let (first, second) = (Script(1), Script(2, workflow: "other"))
            for script in [second, first] {
                try store.append([script.submitted(["a", "b", "c"])], for: script.run)
                try store.append([script.started(0), script.started(1), script.started(2)], for: script.run)
                try store.append([script.ended(0), script.failed(1)], for: script.run)
            }
            let history = try store.history(after: nil, limit: 100)
            #expect(history.attempts.map(\.workflow) == ["flow", "other"])
            #expect(history.attempts.map(\.usage) == [first.usage, second.usage])
            #expect(history.attempts.map(\.task) == ["a", "a"])
            #expect(history.attempts.map(\.completed) == [first.ends, second.ends])
            #expect(history.attempts.map(\.submitted) == [first.time(0), second.time(0)])
            #expect(history.unsuccessful == 2)
            #expect(history.damaged == 0)
            #expect(try store.history(after: first.ends, limit: 100) == AttemptHistory())
            let newest = try store.history(after: nil, limit: 2)
            #expect(newest.attempts.map(\.workflow) == ["other"])
        },
        StoreConformance("history tells what was killed for memory at the first attempt, beside what succeeded") {
            store in
            let script = Script()
            try store.append([script.submitted(["a", "b", "c"])], for: script.run)
            try store.append([script.started(0), script.started(1), script.started(2)], for: script.run)
            try store.append([script.killed(0), script.failed(1), script.ended(2)], for: script.run)
            let history = try store.history(after: nil, limit: 100)
            #expect(history.attempts.map(\.task) == ["c"])
            #expect(history.kills.map(\.task) == ["a"])
            #expect(history.kills.map(\.killedAtBytes) == [100])
            #expect(history.unsuccessful == 2)
        },
        StoreConformance("times that can't be and a clock that was set back are counted") { store in
            let script = Script()
            try store.append([script.submitted(["a", "b"]), script.started(0), script.started(1)], for: script.run)
            var usage = script.usage
            usage.wall = .seconds(-5)
            try store.append([script.ended(0, usage), script.ended(1, at: 1)], for: script.run)
            let history = try store.history(after: nil, limit: 100)
            #expect(history.damaged == 1)
            #expect(history.clockSteps == 1)
            #expect(history.attempts.map(\.task) == ["b"])
        },
    ]
}
