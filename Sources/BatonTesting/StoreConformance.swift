import BatonCore
public import BatonStore
public import Testing

/// One thing that every store must do, to be checked on a new and empty one.
public struct StoreConformance: Sendable, CustomTestStringConvertible {
    /// A sentence, shown as the test's name.
    public let testDescription: String
    private let body: @Sendable (any Store) throws -> Void

    init(_ sentence: String, _ body: @escaping @Sendable (any Store) throws -> Void) {
        testDescription = sentence
        self.body = body
    }

    public func check(_ store: any Store) throws { try body(store) }

    public static let all: [StoreConformance] =
        log + runs + tasks + attempts + observations + memos + models + optimizations + access + automations
}

extension StoreConformance {
    private static let runs = [
        StoreConformance("runs are listed newest first, and by workflow, source and status") { store in
            let scripts = [Script(1), Script(2, workflow: "other"), Script(3)]
            for script in scripts { try store.append([script.submitted(["a"])], for: script.run) }
            try store.append([scripts[0].finished(.failed)], for: scripts[0].run)
            func ids(_ filter: RunFilter) throws -> [Run.ID] { try store.runs(matching: filter).map(\.id) }
            #expect(try ids(RunFilter()) == [scripts[2].run, scripts[1].run, scripts[0].run])
            #expect(try ids(RunFilter(limit: 1)) == [scripts[2].run])
            #expect(try ids(RunFilter(workflow: "other")) == [scripts[1].run])
            #expect(try ids(RunFilter(statuses: [.failed, .paused])) == [scripts[0].run])
            #expect(try ids(RunFilter(statuses: [.running], workflow: "flow", source: "flow.yaml")) == [scripts[2].run])
            #expect(try ids(RunFilter(source: "elsewhere.yaml")).isEmpty)
            #expect(try store.latestRun(matching: RunFilter(workflow: "flow"))?.id == scripts[2].run)
        },
        StoreConformance("a new priority is that of the task, or of all tasks of its run only") { store in
            let (script, other) = (Script(1), Script(2))
            for run in [script, other] { try store.append([run.submitted(["a", "b"])], for: run.run) }
            let one = Event.prioritized(script.run, TaskInstance.ID(1), priority: 70)
            try store.append([script.recorded(one, [])], for: script.run)
            let before = try store.tasks(of: script.run, in: nil).map(\.priority)
            #expect(before == [try store.tasks(of: other.run, in: nil)[0].priority, 70])
            let sequence = try store.changes(of: script.run, after: 0).sequence
            try store.append([script.recorded(.prioritized(script.run, nil, priority: 3), [])], for: script.run)
            #expect(try store.tasks(of: script.run, in: nil).map(\.priority) == [3, 3])
            #expect(try store.changes(of: script.run, after: sequence).tasks.count == 2)
            #expect(try store.tasks(of: other.run, in: nil).map(\.priority) == [before[0], before[0]])
        },
        StoreConformance("a run's summary counts its tasks and knows when it ended") { store in
            let script = Script()
            try store.append([script.submitted(["a", "b", "c"])], for: script.run)
            try store.append([script.started(0), script.ended(0), script.started(1)], for: script.run)
            let running = try store.run(script.run)
            #expect(running.status == .running)
            #expect(running.ended == nil)
            #expect(running.submitted == script.time(0))
            #expect(running.parameters == script.parameters)
            #expect(running.counts[.succeeded] == 1)
            #expect(running.counts[.running] == 1)
            #expect(running.counts[.blocked] == 1)
            #expect(running.counts.total == 3)
            try store.append([script.finished(.succeeded)], for: script.run)
            #expect(try store.run(script.run).status == .succeeded)
            #expect(try store.run(script.run).ended == script.time(90))
            #expect(try store.run(script.run).counts == running.counts)
            try store.append(
                [
                    script.recorded(
                        .runRetried(script.run),
                        [script.status(.running), script.change(2, .ready(since: script.time(91)))])
                ], for: script.run)
            #expect(try store.run(script.run).ended == nil)
            #expect(try store.run(script.run).counts[.ready] == 1)
            #expect(try store.run(script.run).counts[.blocked] == 0)
        },
        StoreConformance("a run is found by the beginning or the end of its id; doubt is an error naming candidates") {
            store in
            let (first, second) = (Script(0x1_0000_0001), Script(0x1_0000_0042))
            for script in [first, second] { try store.append([script.submitted(["a"])], for: script.run) }
            #expect(try store.resolve(second.run.description) == second.run)
            #expect(try store.resolve(String(second.run.description.suffix(2))) == second.run)
            let doubt = #expect(throws: StoreError.self) { try store.resolve("0") }
            #expect(doubt?.code == .ambiguousRun)
            #expect(doubt?.message.contains("\(second.run), \(first.run)") == true)
            for unknown in ["zzz", "%", "", "_"] {
                #expect(throws: StoreError.unknownRun(unknown)) { try store.resolve(unknown) }
            }
            #expect(throws: StoreError.self) { try store.run(Run.ID(rawValue: 7)) }
        },
    ]

    private static let tasks = [
        StoreConformance("tasks stand where the last change put them, also when a batch changes them twice") { store in
            let script = Script()
            let names = ["a", "b", "c", "d", "e", "f"]
            try store.append(
                [script.submitted(names, changes: [script.change(0, .ready(since: script.time(0)))])], for: script.run)
            #expect(
                try store.tasks(of: script.run, in: nil).map(\.state) == [.ready] + .init(repeating: .blocked, count: 5)
            )
            let until = script.time(50)
            try store.append(
                [
                    script.started(0), script.ended(0), script.started(1),
                    script.recorded(
                        .runPaused(script.run),
                        [
                            script.change(2, .backingOff(until: until)), script.change(3, .failed(.exitCode(4))),
                            script.change(4, .skipped(because: .dependency(TaskInstance.ID(3)))),
                            script.change(5, .cancelled),
                        ]),
                ], for: script.run)
            let tasks = try store.tasks(of: script.run, in: nil)
            #expect(tasks.map(\.name) == names)
            #expect(tasks.map(\.template) == names)
            #expect(tasks.map(\.state) == [.succeeded, .running, .backingOff, .failed, .skipped, .cancelled])
            #expect(tasks.map(\.attempt) == [1, 1, 0, 0, 0, 0])
            #expect(
                tasks.map(\.detail) == [
                    nil, nil, .until(until), .failure(.exitCode(4)),
                    .skipped(because: .dependency(TaskInstance.ID(3))), nil,
                ])
            #expect(try store.tasks(of: script.run, in: [.failed, .running]).map(\.name) == ["b", "d"])
            try store.append(
                [script.recorded(.runRetried(script.run), [script.change(3, .blocked(waitingFor: 1))])], for: script.run
            )
            #expect(try store.tasks(of: script.run, in: nil)[3].detail == nil)
        },
        StoreConformance("tasks that ask for approval are found in all runs that go on, until they are answered") {
            store in
            let scripts = [Script(1), Script(2, workflow: "other"), Script(3)]
            for script in scripts {
                let asks = TaskState.awaitingApproval(question: "go on with \(script.run)?", since: script.time(5))
                try store.append(
                    [script.submitted(["a", "b"], changes: [script.change(1, asks)])], for: script.run)
            }
            let review = Review(isApproved: true, reviewer: "anna")
            let reviewed = Event.reviewed(scripts[0].attempt(1).reference, review)
            try store.append([scripts[2].finished(.cancelled)], for: scripts[2].run)
            let requests = try store.approvalRequests()
            #expect(requests.map(\.run) == [scripts[0].run, scripts[1].run])
            #expect(requests.map(\.workflow) == ["flow", "other"])
            #expect(requests.map(\.task.name) == ["b", "b"])
            #expect(requests.map(\.question) == scripts.prefix(2).map { "go on with \($0.run)?" })
            #expect(requests.map(\.task.updated) == scripts.prefix(2).map { $0.time(10) })
            #expect(try store.run(scripts[0].run).counts[.awaitingApproval] == 1)
            try store.append(
                [scripts[0].recorded(reviewed, [scripts[0].change(1, .ready(since: scripts[0].time(6)))])],
                for: scripts[0].run)
            #expect(try store.approvalRequests().map(\.run) == [scripts[1].run])
            #expect(try store.tasks(of: scripts[0].run, in: nil)[1].detail == nil)
        },
        StoreConformance("tasks that are added during the run continue the numbers and know their template") { store in
            let script = Script()
            try store.append([script.submitted(["a", "b"])], for: script.run)
            try store.append([script.added(["b[x]", "b[y]"], first: 2)], for: script.run)
            let tasks = try store.tasks(of: script.run, in: nil)
            #expect(tasks.map(\.name) == ["a", "b", "b[x]", "b[y]"])
            #expect(tasks.map(\.template) == ["a", "b", "b", "b"])
            #expect(tasks[3].metadata == #"{"item":"b[y]"}"#)
            #expect(tasks[0].metadata == nil)
        },
        StoreConformance("who polls for changes sees each task that changed, and nothing when nothing did") { store in
            let script = Script()
            try store.append([script.submitted(["a", "b", "c"])], for: script.run)
            let all = try store.changes(of: script.run, after: 0)
            #expect(all.tasks.count == 3)
            try store.append([script.started(1)], for: script.run)
            let some = try store.changes(of: script.run, after: all.sequence)
            #expect(some.tasks.map(\.name) == ["b"])
            #expect(some.status == .running)
            #expect(try store.changes(of: script.run, after: some.sequence).tasks.isEmpty)
            #expect(throws: StoreError.self) { try store.changes(of: Run.ID(rawValue: 7), after: 0) }
        },
    ]

    private static let attempts = [
        StoreConformance("an attempt has its grant, its end and its measurements, and a late report changes nothing") {
            store in
            let script = Script()
            try store.append([script.submitted(["a", "b"]), script.started(0), script.started(1)], for: script.run)
            let grown = Recorded(
                event: .attemptGrew(script.attempt(0), memoryBytes: 900), at: script.time(3), changes: [])
            try store.append([grown, script.ended(0)], for: script.run)
            let late = Event.attemptEnded(script.attempt(0), .failed(.timedOut), nil)
            try store.append([script.recorded(late, [])], for: script.run)
            let first = try store.attempts(of: script.run, task: TaskInstance.ID(0))
            #expect(first.map(\.id) == [script.attempt(0)])
            #expect(first[0].grant.memoryBytes == 900)
            #expect(first[0].grant.milliCPU == 500)
            #expect(first[0].status == .succeeded)
            #expect(first[0].usage == script.usage)
            #expect(first[0].ended != nil)
            #expect(first[0].failure == nil)
            #expect(try store.attempts(of: script.run, task: nil).map(\.status) == [.succeeded, .running])
        },
        StoreConformance("a lost worker ends the attempts on it, and the next attempt is another row") { store in
            let script = Script()
            try store.append([script.submitted(["a", "b"]), script.started(0)], for: script.run)
            let lost = script.recorded(
                .workerLost(Worker.ID(0)), [script.change(0, .ready(since: script.time(5)))])
            try store.append([lost, script.started(0, attempt: 2)], for: script.run)
            let failed = script.recorded(
                .attemptEnded(script.attempt(0, 2), .failed(.exitCode(9)), nil),
                [script.change(0, .failed(.exitCode(9)))])
            try store.append([failed], for: script.run)
            let attempts = try store.attempts(of: script.run, task: nil)
            #expect(attempts.map(\.status) == [.lost, .failed])
            #expect(attempts.map(\.id.number) == [1, 2])
            #expect(attempts.map(\.failure) == [nil, .exitCode(9)])
            #expect(try store.tasks(of: script.run, in: nil)[0].attempt == 2)
        },
        StoreConformance("every placement can be read with its reason") { store in
            let script = Script()
            try store.append([script.submitted(["a", "b"]), script.started(1), script.started(0)], for: script.run)
            let decisions = try store.decisions(of: script.run, task: nil)
            #expect(decisions.map(\.attempt.task.index) == [0, 1])
            #expect(decisions.allSatisfy { $0.policy == "fifo" && $0.reason == "first" })
            #expect(try store.decisions(of: script.run, task: TaskInstance.ID(1)).count == 1)
        },
        StoreConformance("a task that joins is predicted by what came with it") { store in
            let script = Script()
            try store.append([script.submitted(["a"])], for: script.run)
            try store.append([script.joined("late", second: script.estimate), script.started(2)], for: script.run)
            let predictions = try store.predictions(of: script.run)
            #expect(predictions.map(\.task.index) == [2])
            #expect(predictions.map(\.estimate) == [script.estimate])
            #expect(try store.tasks(of: script.run, in: nil).map(\.name) == ["a", "late", "late#2"])
        },
        StoreConformance("a prediction is completed by the attempt that succeeds") { store in
            let script = Script()
            let estimates = [0, 1].map { TaskEstimate(task: TaskInstance.ID($0), estimate: script.estimate) }
            try store.append(
                [script.submitted(["a", "b"]), script.recorded(.estimated(script.run, estimates), [])], for: script.run)
            try store.append([script.started(0), script.ended(0)], for: script.run)
            let predictions = try store.predictions(of: script.run)
            #expect(predictions.map(\.estimate) == [script.estimate, script.estimate])
            #expect(predictions[0].actual?.duration == script.usage.wall)
            #expect(predictions[0].actual?.cpu == .milliseconds(30))
            #expect(predictions[1].actual == nil)
            let (was, expected) = (
                Double(script.usage.wall.nanoseconds), Double(script.estimate.durationP50Nanoseconds)
            )
            let accuracy = try store.accuracy(ofNewest: 10)
            #expect(abs((accuracy.duration ?? -1) - max(0, 1 - abs(was - expected) / was)) < 1e-9)
            #expect(accuracy.memory != nil)
            #expect(try store.accuracy(ofNewest: 0) == PredictionAccuracy())
        },
        StoreConformance(
            "history holds the newest attempts that succeeded or were killed for memory, over all runs, oldest first"
        ) {
            store in
            let (first, second, other) = (Script(1), Script(2), Script(3, workflow: "other"))
            for script in [first, second, other] {
                try store.append([script.submitted(["a", "b"])], for: script.run)
                try store.append(
                    [script.started(0), script.ended(0), script.started(1), script.ended(1)], for: script.run)
            }
            let failing = Script(4)
            try store.append([failing.submitted(["a"]), failing.started(0)], for: failing.run)
            try store.append(
                [failing.recorded(.attemptEnded(failing.attempt(0), .failed(.exitCode(1)), failing.usage), [])],
                for: failing.run)
            let all = try store.history(of: "flow", limit: 100)
            #expect(all.map(\.instance) == ["a", "b", "a", "b"])
            #expect(all.map(\.usage) == [first.usage, first.usage, second.usage, second.usage])
            #expect(try store.history(of: "flow", limit: 3).map(\.usage) == [first.usage, second.usage, second.usage])
            #expect(try store.history(of: "unheard", limit: 3).isEmpty)
            let starving = Script(5)
            try store.append([starving.submitted(["a"]), starving.started(0)], for: starving.run)
            try store.append([starving.killed(0)], for: starving.run)
            #expect(try store.history(of: "flow", limit: 2).map(\.killedAtBytes) == [nil, 100])
        },
    ]

    private static let observations = [
        StoreConformance("what tasks wait for is known, also when instances are added behind their group's back") {
            store in
            let script = Script()
            try store.append([script.submitted(["a", "b", "c"], needs: [[], [0], [0, 1]])], for: script.run)
            func dependencies() throws -> [[Int32]] {
                try store.dependencies(of: script.run).map { [$0.child.index, $0.parent.index] }
            }
            #expect(try dependencies() == [[1, 0], [2, 0], [2, 1]])
            let added = script.added(["b[1]", "b[2]"], first: 3, needs: [[], [0, 3, 4], [0, 1], [0], [0]])
            try store.append([added], for: script.run)
            #expect(try dependencies() == [[1, 0], [1, 3], [1, 4], [2, 0], [2, 1], [3, 0], [4, 0]])
            #expect(try store.dependencies(of: Script(2).run).isEmpty)
        },
        StoreConformance("a run that ends leaves its figures, of its latest end") { store in
            let script = Script()
            let estimates = [TaskEstimate(task: TaskInstance.ID(0), estimate: script.estimate)]
            try store.append(
                [script.submitted(["a", "b"]), script.recorded(.estimated(script.run, estimates), [])], for: script.run)
            try store.append([script.started(0), script.ended(0), script.started(1)], for: script.run)
            #expect(try store.metrics(of: script.run).isEmpty)
            try store.append([script.finished(.failed, at: script.time(5))], for: script.run)
            try store.append([script.finished(.succeeded, at: script.time(60))], for: script.run)
            func value(_ name: PerformanceMetric.Name) throws -> Double? {
                let found = try store.metrics(of: script.run).filter { $0.name == name }
                #expect(found.count == 1 && found.allSatisfy { $0.at == script.time(60) }, "\(name)")
                return found.first?.value
            }
            #expect(try value(.makespanSeconds) == 60)
            #expect(try value(.cpuSeconds) == 0.03)
            #expect(try value(.grantedMemoryGigabyteSeconds) == 1e-7)  // 100 bytes for a second
            #expect(try value(.attempts) == 2)
            #expect(abs(try #require(try value(.durationError)) - 1) < 1e-6)  // a nanosecond was expected
        },
        StoreConformance("moments of a run come back as they were, in the order of time") { store in
            let (script, other) = (Script(1), Script(2))
            func state(_ script: Script, _ seconds: Int64) -> SystemState {
                SystemState(
                    at: script.time(seconds), run: script.run, cpuUtilization: 0.5, memoryUtilization: 0.25,
                    activeTasks: 1, pendingTasks: 2, failedTasks: 3, tasksPerSecond: 4.5)
            }
            try store.append([RunBatch(run: script.run, events: [script.submitted(["a"])], state: state(script, 1))])
            try store.append([RunBatch(run: other.run, events: [other.submitted(["a"])], state: state(other, 2))])
            try store.append([RunBatch(run: script.run, events: [script.started(0)], state: state(script, 3))])
            #expect(try store.systemStates(of: script.run) == [state(script, 1), state(script, 3)])
        },
    ]

    private static let memos = [
        StoreConformance("a cached result is found by its key, and the latest under a key counts") { store in
            let script = Script()
            var result = CachedResult(
                run: script.run, task: TaskInstance.ID(3), values: nil,
                outputs: [OutputFile(path: "out/a.txt", sizeBytes: 3, hash: "abc")], at: script.time(1))
            try store.remember(result, for: "key")
            result.values = TaskValues(stdout: "hello", exitCode: 0)
            try store.remember(result, for: "key")
            try store.flush()
            #expect(try store.cachedResult(for: "key") == result)
            #expect(try store.cachedResult(for: "other") == nil)
        },
        StoreConformance("why a cached task ran is known, and why it ran when it last succeeded before") { store in
            let (first, failed, second) = (Script(1), Script(2), Script(3))
            for script in [first, failed, second] {
                try store.append([script.submitted(["a", "b"]), script.started(1)], for: script.run)
            }
            try store.append([first.ended(1)], for: first.run)
            func miss(_ script: Script, _ staleness: Staleness) -> CacheMiss {
                let parts = [CacheKey.Part(.command, "0", "cc"), CacheKey.Part(.file, "in", "abc")]
                return CacheMiss(
                    task: script.attempt(1).reference, key: CacheKey(version: 2, hash: "key", parts: parts),
                    staleness: staleness, at: script.time(1))
            }
            let misses = [
                miss(first, .noResult), miss(failed, .missingOutput("out", from: first.run)),
                miss(second, .changedOutput("out", from: first.run)),
            ]
            try store.remember(miss(first, .missingOutput("x", from: first.run)))
            for miss in misses { try store.remember(miss) }
            for miss in misses { #expect(try store.cacheMiss(of: miss.task) == miss) }
            #expect(try store.cacheMiss(before: misses[2].task) == misses[0], "the failed one left no result")
            #expect(try store.cacheMiss(before: misses[0].task) == nil)
            #expect(try store.cacheMiss(of: second.attempt(0).reference) == nil)
        },
        StoreConformance("which files an attempt read and wrote is known, by the latest word on it") { store in
            let (script, other) = (Script(1), Script(2))
            let files = ObservedFiles(
                reads: ["in \"a\"\n", "é"], writes: ["out/", "out/x"], deletes: ["old"], missed: ["soon"],
                isComplete: false)
            for script in [script, other] { try store.append([script.submitted(["a", "b"])], for: script.run) }
            try store.remember(ObservedFiles(reads: ["first"]), of: script.attempt(1, 2))
            try store.remember(files, of: script.attempt(1, 2))
            try store.remember(ObservedFiles(), of: script.attempt(0))
            try store.remember(ObservedFiles(reads: ["earlier"]), of: script.attempt(1))
            try store.remember(ObservedFiles(reads: ["of another"]), of: other.attempt(1, 2))
            let traced = try store.observedFiles(of: script.run)
            #expect(traced.map(\.attempt) == [script.attempt(0), script.attempt(1), script.attempt(1, 2)])
            #expect(traced.map(\.files) == [ObservedFiles(), ObservedFiles(reads: ["earlier"]), files])
        },
        StoreConformance("a file's hash is known while it looks the same") { store in
            let script = Script()
            var file = FileStamp(path: "/a", sizeBytes: 1, modified: script.time(0), inode: .max)
            try store.remember([FileHash(file: file, hash: "one", at: script.time(1))])
            #expect(try store.hash(of: file) == "one")
            file.modified = script.time(7)
            #expect(try store.hash(of: file) == nil)
            try store.remember([FileHash(file: file, hash: "two", at: script.time(8))])
            #expect(try store.hash(of: file) == "two")
        },
        StoreConformance("what has outlived its time goes: first the log and the tasks, then the decisions and the run")
        {
            store in
            let (old, recent, running) = (Script(1), Script(2), Script(3))
            for script in [old, recent, running] {
                try store.append([script.submitted(["a"]), script.started(0), script.ended(0)], for: script.run)
            }
            try store.append([old.finished(.succeeded, at: old.time(100))], for: old.run)
            for script in [old, recent] { try store.remember(ObservedFiles(reads: ["x"]), of: script.attempt(0)) }
            try store.append([recent.finished(.succeeded, at: old.time(100 + 60 * 86_400))], for: recent.run)
            let retention = Retention()
            func prune(_ days: Int64) throws -> Bool {
                try store.prune(retention, at: old.time(days * 86_400)) { true }
            }
            #expect(try prune(89))
            #expect(try store.tasks(of: old.run, in: nil).count == 1)
            #expect(try !store.prune(retention, at: old.time(91 * 86_400)) { false }, "it may not even begin")
            #expect(try store.tasks(of: old.run, in: nil).count == 1)
            #expect(try prune(91))
            #expect(try store.tasks(of: old.run, in: nil).isEmpty)
            #expect(try store.replay(old.run, after: 0).isEmpty)
            #expect(try store.observedFiles(of: old.run).isEmpty)
            #expect(try store.observedFiles(of: recent.run).count == 1)
            #expect(try store.decisions(of: old.run, task: nil).count == 1)
            #expect(try store.run(old.run).status == .succeeded)
            #expect(try store.run(old.run).counts[.succeeded] == 1, "that a run had tasks is remembered")
            #expect(try store.tasks(of: recent.run, in: nil).count == 1)
            #expect(try prune(184))
            #expect(try store.tasks(of: recent.run, in: nil).isEmpty)
            #expect(try store.decisions(of: old.run, task: nil).isEmpty)
            #expect(try store.runs(matching: RunFilter()).map(\.id) == [running.run, recent.run])
            #expect(try store.tasks(of: running.run, in: nil).count == 1)
        },
    ]
}
