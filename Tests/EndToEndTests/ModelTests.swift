import ArgumentParser
import BatonCore
import BatonPrediction
import BatonStore
import BatonTesting
import Foundation
import Testing

@testable import baton

@Suite("Kept models") struct ModelTests {
    private let now = Instant(nanoseconds: 1_800_000_000_000_000_000)

    /// So many attempts of one task, a minute apart, each of them a run of its own.
    private func store(_ seconds: [Double], from first: UInt64 = 1) throws -> MemoryStore {
        let store = MemoryStore()
        try add(seconds, to: store, from: first)
        return store
    }

    private func add(_ seconds: [Double], to store: any Store, from first: UInt64) throws {
        for (place, seconds) in seconds.enumerated() {
            let script = Script(first + UInt64(place))
            let usage = Usage(
                wall: .nanoseconds(Int64(seconds * 1e9)), userCPU: .nanoseconds(Int64(seconds * 1e9)),
                peakMemoryBytes: 1 << 30, meter: .cgroup2)
            let end = Int64(first) * 60 + Int64(place) * 60
            try store.append(
                [script.submitted(["a"]), script.started(0), script.ended(0, usage, at: end)], for: script.run)
        }
    }

    @Test("the first is due when there is something to fit it to, the next after a day or when a fifth is new")
    func due() throws {
        let store = try store(Array(repeating: 10, count: 19))
        let model = TaskModel(store: store)
        #expect(try !model.isDue(at: now))
        #expect(try model.fit(at: now) == nil)
        try add([10], to: store, from: 20)
        #expect(try model.isDue(at: now))
        _ = try model.keep(#require(try model.fit(at: now)))
        #expect(try !model.isDue(at: now))
        try add([10], to: store, from: 21)
        #expect(try !model.isDue(at: now))
        #expect(try model.isDue(at: now.advanced(by: .seconds(86_400))))
        try add(Array(repeating: 10, count: 199), to: store, from: 22)
        #expect(try model.isDue(at: now))
    }

    @Test("a run that was too short for it asks for the first and for the daily one, and not for what can wait")
    func overdue() throws {
        let store = try store(Array(repeating: 10, count: 19))
        let model = TaskModel(store: store)
        #expect(try !model.isOverdue(at: now))
        try add([10], to: store, from: 20)
        #expect(try model.isOverdue(at: now))
        _ = try model.keep(#require(try model.fit(at: now)))
        #expect(try !model.isOverdue(at: now.advanced(by: .seconds(86_400))), "nothing is new")
        try add(Array(repeating: 10, count: 200), to: store, from: 21)
        #expect(try model.isDue(at: now))
        #expect(try !model.isOverdue(at: now))
        #expect(try model.isOverdue(at: now.advanced(by: .seconds(86_400))))
    }

    @Test("the kills before a refit and during it keep the request up when its model takes over")
    func killsBesideRefit() throws {
        let store = try store(Array(repeating: 10, count: 40))
        let script = Script(1_000)
        let usage = Usage(wall: .seconds(1), peakMemoryBytes: 3 << 30, meter: .cgroup2)
        try store.append([script.submitted(["a"]), script.started(0)], for: script.run)
        let killed = script.killed(0, usage)
        try store.append([killed], for: script.run)
        let candidate = try #require(try TaskModel(store: store).fit(at: now))
        #expect(candidate.summary.data.attempts == 40, "what was killed is not learned from")
        #expect(candidate.history.last(of: script.run) == killed.at)
        let recent = candidate.history.recent(of: "flow", limit: EnsembleEstimator.recentAttempts)
        #expect(recent.count == 41)
        let estimator = EnsembleEstimator(candidate.predictor, id: 1, newer: [], recent: recent.map { .init($0) })
        let estimate = estimator.estimate(workflow: "flow", task: "a", instance: "a", request: .init())
        #expect(try #require(estimate?.requestBytes) > 3 << 30)
        // A run that begins with the kept model knows it, too.
        _ = try TaskModel(store: store).keep(candidate)
        let next = try Wiring.estimator(for: Workflow(name: "flow", tasks: [task("a")]), store: store)
        let request = next.estimate(workflow: "flow", task: "a", instance: "a", request: .init())?.requestBytes
        #expect(try #require(request) > 3 << 30)
    }

    @Test("one that was fitted predicts, with its number on record, and knows the tool in workflows that are new")
    func use() throws {
        let store = try store(Array(repeating: 10, count: 40))
        let model = TaskModel(store: store)
        let kept = try model.keep(#require(try model.fit(at: now)))
        #expect(kept.state == .current)
        #expect(kept.data.attempts == 40)
        #expect(kept.scores.map(\.target) == ["duration", "memory", "cpu"])
        // What came after it counts, too.
        try add(Array(repeating: 30, count: 30), to: store, from: 41)
        let workflow = Workflow(name: "never seen", tasks: [task("a"), task("b")])
        let estimator = try Wiring.estimator(for: workflow, store: store)
        let estimate = try #require(
            estimator.estimate(workflow: "never seen", task: "a", instance: "a", request: .init()))
        #expect(estimate.model == "\(Predictor.version)#\(kept.id)")
        #expect(abs(Double(estimate.durationP50Nanoseconds) / 30e9 - 1) < 0.2)
        #expect(estimator.estimate(workflow: "never seen", task: "b", instance: "b", request: .init()) == nil)
    }

    @Test("one that can't be read is said to be so, and is due at once; one of another version is nobody's fault")
    func unreadable() throws {
        let store = try store(Array(repeating: 10, count: 40))
        let model = TaskModel(store: store)
        var summary = try #require(try model.fit(at: now)).summary
        summary.id = try store.keep(summary, bytes: Array("nonsense".utf8))
        var said: [String] = []
        #expect(try model.current { said.append($0) } == nil)
        #expect(said.count == 1 && said[0].contains("model 1 can't be used: it is no model of Baton's"))
        #expect(try model.isDue(at: now))
        summary.version = "ensemble-0"
        _ = try store.keep(summary, bytes: [])
        said = []
        #expect(try model.current { said.append($0) } == nil)
        #expect(said.isEmpty)
        #expect(try model.isDue(at: now))
        // A run begins all the same.
        let workflow = Workflow(name: "flow", tasks: [task("a")])
        let estimator = try Wiring.estimator(for: workflow, store: store)
        #expect(estimator.estimate(workflow: "flow", task: "a", instance: "a", request: .init())?.sampleCount ?? 0 > 0)
    }

    @Test("one that is worse on new attempts is kept as rolled back with the reason, and none is due because of that")
    func worse() throws {
        let good = try store(Array(repeating: 10, count: 40))
        let current = try #require(try TaskModel(store: good).fit(at: now))
        // The same store after somebody damaged its past.
        let store = try store(Array(repeating: 9_000, count: 40))
        try add(Array(repeating: 10, count: 25), to: store, from: 100_000)
        var summary = current.summary
        summary.data.to = Instant(nanoseconds: try #require(summary.data.to).nanoseconds)
        summary.id = try store.keep(summary, bytes: current.predictor.encoded())
        let model = TaskModel(store: store)
        let kept = try model.keep(#require(try model.fit(at: now)))
        #expect(kept.state == .rolledBack)
        #expect(kept.reason?.hasPrefix("on 25 new attempts its predictions were ") == true)
        #expect(kept.reason?.contains("those of model \(summary.id)") == true)
        #expect(store.currentModel(of: TaskModel.kind)?.id == summary.id)
        #expect(try !model.isDue(at: now))
    }

    @Test("zero durations, missing memory and clocks that step are counted and degrade nothing")
    func badData() throws {
        let store = try store(Array(repeating: 10, count: 60))
        let clean = try #require(try TaskModel(store: store).fit(at: now))
        for number in 0..<30 {
            let script = Script(UInt64(500 + number))
            var usage = Usage(wall: .seconds(10), userCPU: .seconds(10), peakMemoryBytes: 1 << 30, meter: .cgroup2)
            if number % 3 == 0 { usage.wall = .zero }
            if number % 3 == 1 { usage.peakMemoryBytes = 0 }
            let end: Int64 = number % 3 == 2 ? -40 : 40_000 + Int64(number)
            try store.append(
                [script.submitted(["a"]), script.started(0), script.ended(0, usage, at: end)], for: script.run)
        }
        let bad = try #require(try TaskModel(store: store).fit(at: now))
        #expect(bad.summary.data.attempts == 90)
        #expect(
            bad.summary.data.flaws.map { "\($0.name) \($0.count)" } == [
                "clock_steps 10", "without_duration 10", "without_memory 10", "without_cpu 10",
            ])
        for (target, score) in zip(Target.allCases, bad.summary.scores) {
            let before = try #require(clean.summary.scores.first { $0.target == target.name })
            #expect(score.medianAPE <= before.medianAPE + 0.001)
            #expect(score.oneMinusMAPE >= before.oneMinusMAPE - 0.001)
        }
    }

    // MARK: Text

    private var models: [ModelSummary] {
        func summary(_ id: Int64, _ state: ModelSummary.State, _ reason: String?, age: Double) -> ModelSummary {
            ModelSummary(
                id: id, kind: TaskModel.kind, version: "ensemble-1", fitted: now.advanced(by: .seconds(-age)),
                data: .init(
                    from: now.advanced(by: .seconds(-900_000)), to: now.advanced(by: .seconds(-age)),
                    attempts: 1_000 * Int(id),
                    flaws: [.init(name: "clock_steps", count: 2), .init(name: "without_memory", count: 7)]),
                scores: [
                    .init(target: "duration", count: 120, oneMinusMAPE: 0.812, medianAPE: 0.091, coverageP90: 0.9),
                    .init(target: "memory", count: 118, oneMinusMAPE: 0.947, medianAPE: 0.018, coverageP90: 0.914),
                ], state: state, reason: reason)
        }
        return [
            summary(
                3, .rolledBack, "on 120 new attempts its predictions were 14.1 % off, those of model 2 9.6 %", age: 60),
            summary(2, .current, nil, age: 90_000), summary(1, .previous, nil, age: 180_000),
        ]
    }

    @Test("models read well")
    func text() throws {
        let list = ModelList(models: models, now: now).text(for: .file)
        let details = models.map { ModelDetail(model: $0, sizeBytes: 1_234_567, now: now).text(for: .file) }
        try GoldenText.expect(([list] + details).joined(separator: "\n\n") + "\n", equals: "models.txt")
    }

    @Test("models are described to programs")
    func json() throws {
        let text = ModelDetail(model: models[0], sizeBytes: 7, now: now).json.json
        let object = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        #expect(object["state"] as? String == "rolled_back")
        #expect((object["data"] as? [String: Any])?["attempts"] as? Int == 3_000)
        let scores = try #require(object["scores"] as? [String: [String: Double]])
        #expect(scores["memory"]?["median_ape"] == 0.018)
        #expect(object["size_bytes"] as? Int == 7)
    }

    @Test("going back needs something to go back to")
    func names() throws {
        let store = MemoryStore()
        let none = #expect(throws: CommandFailure.self) { try ModelName.find(nil, in: store) }
        #expect(none?.message.contains("no model is in use yet") == true)
        _ = try store.keep(models[1], bytes: [])
        let unknown = #expect(throws: CommandFailure.self) { try ModelName.find(9, in: store) }
        #expect(unknown?.message == "there is no model 9. Kept are 1")
        #expect(try ModelName.find(nil, in: store).id == 1)
    }
}
