import BatonCore
import BatonStore
import Testing

extension StoreConformance {
    private static func optimization(_ script: Script, of workflow: String = "flow") -> WorkflowOptimization {
        let earlier = WorkflowOptimization.MeasuredRun(run: Script(7).run, seconds: 10, gigabyteHours: 0.5)
        return WorkflowOptimization(
            workflow: workflow, path: "/project/flow.yaml", findings: ["over-request:a", "tight-limit:b"],
            edits: [
                .setMemory(task: "a", bytes: 100), .setTimeout(task: "b", .milliseconds(1500)),
                .setSpeculation(task: "b", .milliseconds(1200)),
                .setRetries(task: "b", .never), .fuse(tasks: ["c", "d"]),
            ],
            appliedBy: .automatic, applied: script.time(5),
            promise: .init(
                completionTime: .init(mean: 0.34, low: 0.2, high: 0.43),
                memoryHours: .init(mean: -0.1, low: -0.25, high: 0)),
            before: .init(
                runs: [earlier],
                basis: .init(
                    parameters: script.parameters, instances: ["a", "b[1]"],
                    capacity: Resources(milliCPU: 2000, memoryBytes: 8, gpus: 1))),
            textBefore: "name: flow\n# ä\n", textAfter: "name: flow\n")
    }

    static let optimizations = [
        StoreConformance("a revision by an optimisation comes back as it was remembered, newest first") { store in
            let script = Script()
            var (first, second) = (optimization(script), optimization(script))
            second.before = .init()
            first.id = try store.remember(first)
            second.id = try store.remember(second)
            _ = try store.remember(optimization(script, of: "other"))
            try store.flush()
            #expect(first.id < second.id)
            #expect(try store.optimizations(of: "flow") == [second, first])
            #expect(try store.optimizations(of: "unheard").isEmpty)
        },
        StoreConformance("what came of a revision is added to it, and to no other") { store in
            let script = Script()
            var (first, second) = (optimization(script), optimization(script))
            first.id = try store.remember(first)
            second.id = try store.remember(second)
            first.after = [.init(run: script.run, seconds: 9, gigabyteHours: 0.25)]
            first.state = .broken
            first.reason = "promised 34 % less time; 1 run took 10 % less"
            try store.update(first)
            #expect(try store.optimizations(of: "flow") == [second, first])
            #expect(try #require(first.improvementPercent) == 10)
            #expect(second.improvementPercent == nil)
            second.id = 99
            #expect(throws: StoreError.self) { try store.update(second) }
        },
        StoreConformance("a revision outlives its time as the newest of its file") { store in
            let script = Script()
            var revisions = ["flow", "flow", "other"].map { optimization(script, of: $0) }
            for place in revisions.indices { revisions[place].id = try store.remember(revisions[place]) }
            func prune(_ days: Int64) throws {
                _ = try store.prune(Retention(), at: script.time(days * 86_400)) { true }
            }
            try prune(365)
            #expect(try store.optimizations(of: "flow") == [revisions[1], revisions[0]])
            try prune(366)
            #expect(try store.optimizations(of: "flow") == [revisions[1]])
            #expect(try store.optimizations(of: "other") == [revisions[2]])
        },
        StoreConformance("under which conditions a run went on is known from its log") { store in
            let (quiet, busy) = (Script(1), Script(2))
            let capacity = Resources(milliCPU: 2000, memoryBytes: 8, diskBytes: 9)
            let joined = Event.workerJoined(Worker(id: Worker.ID(0), name: "here", capacity: capacity))
            for script in [quiet, busy] {
                try store.append([script.recorded(joined, []), script.submitted(["a"])], for: script.run)
            }
            var smaller = capacity
            smaller.milliCPU = 1000
            try store.append(
                [
                    busy.recorded(.workerResized(Worker.ID(0), capacity: smaller), []),
                    busy.recorded(.runPaused(busy.run), []),
                ], for: busy.run)
            smaller = capacity
            smaller.diskBytes = 1
            try store.append(
                [
                    quiet.recorded(.workerResized(Worker.ID(0), capacity: smaller), []),
                    quiet.recorded(.limitsShared(quiet.run, heldByOthers: [0]), []),
                ], for: quiet.run)
            let (first, second) = (
                try #require(try store.conditions(of: quiet.run)), try #require(try store.conditions(of: busy.run))
            )
            #expect(first.capacity == capacity)
            #expect(first.submission.parameters == quiet.parameters)
            #expect(!first.wasShared && !first.wasInterrupted, "less free disk is no other load")
            #expect(second.wasShared && second.wasInterrupted)
            #expect(try store.conditions(of: Script(3).run) == nil)
        },
    ]
}
