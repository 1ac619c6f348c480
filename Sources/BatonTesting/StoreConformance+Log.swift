import BatonCore
import BatonStore
import Testing

// What every store must do with the log itself.

extension StoreConformance {
    static let log = [
        StoreConformance("events come back in the order appended, with their times") { store in
            let script = Script()
            let batches = [[script.submitted(["a", "b"])], [script.started(0), script.ended(0)], [script.started(1)]]
            for batch in batches { try store.append(batch, for: script.run) }
            try store.flush()
            let logged = try store.replay(script.run, after: 0)
            #expect(logged.map(\.event) == batches.joined().map(\.event))
            #expect(logged.map(\.at) == batches.joined().map(\.at))
            #expect(logged.map(\.sequence) == logged.map(\.sequence).sorted())
            let later = try store.replay(script.run, after: logged[1].sequence)
            #expect(later == Array(logged.dropFirst(2)))
        },
        StoreConformance("a run's log holds the cluster's events that came while it was driven, and no other run's") {
            store in
            let (first, second) = (Script(1), Script(2))
            let joined = Event.workerJoined(Worker(id: Worker.ID(0), name: "here", capacity: .zero))
            try store.append([Recorded(event: joined, at: first.time(0), changes: [])], for: first.run)
            try store.append([first.submitted(["a"])], for: first.run)
            try store.append([second.submitted(["a"])], for: second.run)
            #expect(try store.replay(first.run, after: 0).map(\.event) == [joined, first.submitted(["a"]).event])
            #expect(try store.replay(second.run, after: 0).count == 1)
        },
        StoreConformance("a refused batch leaves nothing behind, and the store goes on") { store in
            let script = Script()
            try store.append([script.submitted(["a"])], for: script.run)
            let stray = Script(9).added(["x"], first: 0)
            #expect(throws: StoreError.self) { try store.append([script.started(0), stray], for: script.run) }
            #expect(try store.replay(script.run, after: 0).count == 1)
            #expect(try store.attempts(of: script.run, task: nil).isEmpty)
            try store.append([script.started(0)], for: script.run)
            #expect(try store.replay(script.run, after: 0).count == 2)
            #expect(try store.tasks(of: script.run, in: nil).map(\.state) == [.running])
        },
        StoreConformance("what happened in several runs goes on record together or not at all") { store in
            let (first, second) = (Script(1), Script(2))
            let stray = Script(9).added(["x"], first: 0)
            let begun = RunBatch(run: first.run, events: [first.submitted(["a"]), first.started(0)])
            #expect(throws: StoreError.self) {
                try store.append([begun, RunBatch(run: second.run, events: [second.submitted(["b"]), stray])])
            }
            #expect(try store.runs(matching: RunFilter()).isEmpty)
            try store.append([begun, RunBatch(run: second.run, events: [second.submitted(["b", "c"])])])
            #expect(try store.tasks(of: first.run, in: nil).map(\.state) == [.running])
            #expect(try store.tasks(of: second.run, in: nil).map(\.name) == ["b", "c"])
            #expect(try store.changes(of: first.run, after: 0).tasks.count == 1)
            #expect(try store.replay(second.run, after: 0).count == 1)
        },
        StoreConformance("a copy is an attempt without a decision, and goes on when the first is lost") { store in
            let script = Script()
            let copy = TaskState.Running(
                attempt: 2, worker: Worker.ID(1), since: script.time(3), grant: Resources(milliCPU: 500))
            let began = script.recorded(.alarmRang(.speculate(script.attempt(0))), [script.change(0, .running(copy))])
            try store.append([script.submitted(["a"]), script.started(0), began], for: script.run)
            #expect(try store.attempts(of: script.run, task: nil).map(\.status) == [.running, .running])
            #expect(try store.decisions(of: script.run, task: nil).map(\.attempt.number) == [1])
            let lost = script.recorded(.workerLost(Worker.ID(0)), [script.change(0, .running(copy))])
            try store.append([lost], for: script.run)
            #expect(try store.attempts(of: script.run, task: nil).map(\.status) == [.lost, .running])
            let won = script.recorded(
                .attemptEnded(script.attempt(0, 2), .succeeded(nil), nil), [script.change(0, .succeeded(attempt: 2))])
            try store.append([won], for: script.run)
            #expect(try store.attempts(of: script.run, task: nil).map(\.status) == [.lost, .succeeded])
        },
        StoreConformance("every kind of event comes back as it was") { store in
            let script = Script()
            let attempt = script.attempt(0)
            let failures: [Failure] = [
                .exitCode(3), .signal(9), .outOfMemory, .timedOut, .notStarted("no \"sh\"\n"), .missingOutputs(["a/b"]),
                .rejected(Review(isApproved: false, reviewer: "bert")), .invalid("1 +"),
            ]
            let values = TaskValues(
                stdout: "é\u{1}\\", outputs: [Workflow.Binding(name: "n", value: .list([.null, .number(0.1)]))])
            var events: [Event] = [
                .workerResized(Worker.ID(0), capacity: Resources(milliCPU: 1, memoryBytes: .max)),
                .limitsShared(script.run, heldByOthers: [1, 0]),
                .workerLost(Worker.ID(0)), .attemptGrew(attempt, memoryBytes: 5), .alarmRang(.retry(attempt)),
                .alarmRang(.timeout(attempt)), .alarmRang(.speculate(attempt)), .runPaused(script.run),
                .runUnpaused(script.run),
                .runCancelled(script.run, force: true), .runRetried(script.run),
                .tasksAdded(
                    script.run,
                    [
                        Run.AddedTask(
                            task: Workflow.Task(name: "late", action: .shell(Template(literal: "true"))),
                            needs: [attempt.task], estimate: script.estimate)
                    ]),
                .prioritized(script.run, attempt.task, priority: 7), .prioritized(script.run, nil, priority: 100),
                .reviewed(attempt.reference, Review(isApproved: true, reviewer: "anna", comment: "é\n")),
                .recalled(attempt.reference, values, from: script.run),
                .estimated(script.run, [TaskEstimate(task: attempt.task, estimate: script.estimate)]),
                .attemptEnded(attempt, .succeeded(values), script.usage), .attemptEnded(attempt, .stopped, nil),
                .attemptEnded(attempt, .reused(nil, from: script.run), nil), .attemptEnded(attempt, .lost, nil),
            ]
            events += failures.map { .attemptEnded(attempt, .failed($0), nil) }
            let batch = events.map { Recorded(event: $0, at: script.time(1), changes: []) }
            try store.append([script.submitted(["a"])] + batch, for: script.run)
            #expect(try store.replay(script.run, after: 0).dropFirst().map(\.event) == events)
        },
    ]
}
