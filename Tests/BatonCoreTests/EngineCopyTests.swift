import BatonCore
import BatonTesting
import Testing

@Suite("Engine: speculative copies")
struct EngineCopyTests {
    /// A task that has run for its 30 seconds, after which a second attempt may start.
    private static func late(
        _ graph: String = "a -> b", cores: Int64 = 4, limits: [Workflow.Limit] = [],
        _ change: @escaping (inout Workflow.Task) -> Void = { _ in }
    ) -> Stage {
        let flow = workflow(
            graph, limits: limits,
            [
                "a": {
                    $0.speculation = .seconds(30)
                    change(&$0)
                }
            ])
        var stage = Stage(flow, cores: cores)
        stage.start("a")
        stage.pass(.seconds(30))
        return stage
    }

    /// The same, and its copy runs.
    private static func copied(
        _ graph: String = "a -> b", _ change: @escaping (inout Workflow.Task) -> Void = { _ in }
    ) -> Stage {
        var stage = late(graph, change)
        stage.ring(1)
        #expect(stage.starts == [stage.attempt("a", 2)])
        return stage
    }

    @Test("a second attempt that is due and has no room says what it waits for")
    func waiting() {
        var stage = Self.late("a, b", cores: 2)
        func reasons() -> [Explanation.Reason] {
            stage.engine.explain(stage.reference("a"), at: stage.now)?.reasons ?? []
        }
        #expect(reasons() == [], "it can start")
        stage.start("b")
        guard case .secondAttemptWaits(since: let due, .noRoom(let needed, let free))? = reasons().first else {
            Issue.record("\(reasons())")
            return
        }
        #expect(due == Instant.zero.advanced(by: .seconds(30)) && needed.milliCPU == 1000 && free.milliCPU == 0)
        var limited = Self.late("a", limits: [.init(name: "x", capacity: 1)]) { $0.request.slots = [.init(limit: "x")] }
        limited.ring(1)
        #expect(
            limited.engine.explain(limited.reference("a"), at: limited.now)?.reasons == [
                .secondAttemptWaits(
                    since: due, .limitReached("x", needed: 1, inUse: 1, byOthers: 0, capacity: 1))
            ])
    }

    @Test("an attempt that takes long gets a second one beside it, which is an attempt like any other")
    func start() {
        var stage = Stage(workflow("a", ["a": { ($0.speculation, $0.timeout) = (.seconds(30), .seconds(90)) }]))
        stage.start("a")
        let first = stage.attempt("a", 1)
        let alarms: [Effect] = [
            .wake(at: Instant.zero.advanced(by: .seconds(90)), .timeout(first)),
            .wake(at: Instant.zero.advanced(by: .seconds(30)), .speculate(first)),
        ]
        #expect(stage.orders.suffix(2) == alarms)
        stage.pass(.seconds(30))
        stage.ring(1)
        let copy = stage.attempt("a", 2)
        #expect(stage.starts == [copy])
        #expect(stage.orders.last == .wake(at: stage.now.advanced(by: .seconds(90)), .timeout(copy)), "and no third")
        #expect(stage.engine.runningAttempts == [first, copy])
        #expect(stage.engine.running(copy)?.grant == stage.engine.running(first)?.grant)
        #expect(stage.engine.held(by: stage.run).milliCPU == 2000)
        #expect(stage.engine.used(on: Worker.ID(0)).milliCPU == 2000)
        #expect(stage.engine.openTasks.running == 1, "it is one task")
        #expect(stage.engine.observe(at: stage.now).running(on: Worker.ID(0)).map(\.since) == [.zero, stage.now])
        stage.ring(1)
        #expect(stage.effects.isEmpty, "it has a copy")
    }

    @Test("the first to succeed counts, once the other has ended", arguments: [(1, 2), (2, 1)] as [(Int32, Int32)])
    func firstSuccess(winner: Int32, loser: Int32) {
        var stage = Self.copied()
        let values = TaskValues(stdout: "first")
        stage.handle(.attemptEnded(stage.attempt("a", winner), .succeeded(values), nil))
        #expect(stage.orders == [.stop(stage.attempt("a", loser), .outrun)])
        #expect([stage.label("a"), stage.label("b")] == [.running, .blocked], "the other may still write")
        #expect(stage.engine.runningAttempts == [stage.attempt("a", loser)])
        stage.handle(.attemptEnded(stage.attempt("a", loser), .stopped, nil))
        #expect(stage.state("a") == .succeeded(attempt: winner))
        #expect(stage.engine.values(of: stage.reference("a")) == values)
        #expect(stage.label("b") == .ready)
        stage.handle(.attemptEnded(stage.attempt("a", loser), .failed(.exitCode(1)), nil))
        stage.ring(1)
        #expect(stage.effects.isEmpty, "both are over")
    }

    @Test(
        "however the other ends, the first success stays",
        arguments: [
            Outcome.succeeded(TaskValues(stdout: "second")), .failed(.exitCode(3)), .failed(.outOfMemory), .lost,
        ])
    func laterEnd(_ outcome: Outcome) {
        var stage = Self.copied { $0.retry = RetryRule(limit: 5) }
        stage.handle(.attemptEnded(stage.attempt("a", 2), .succeeded(TaskValues(stdout: "first")), nil))
        stage.handle(.attemptEnded(stage.attempt("a", 1), outcome, nil))
        #expect(stage.state("a") == .succeeded(attempt: 2))
        #expect(stage.engine.values(of: stage.reference("a"))?.stdout == "first")
    }

    @Test(
        "a failure does not count while the other attempt goes on, and there is no third", arguments: [1, 2] as [Int32])
    func failure(_ failed: Int32) {
        var stage = Self.copied { $0.retry = RetryRule(limit: 1, backoff: .seconds(1)) }
        stage.handle(.attemptEnded(stage.attempt("a", failed), .failed(.exitCode(1)), nil))
        #expect(stage.orders == [])
        #expect(stage.engine.runningAttempts == [stage.attempt("a", 3 - failed)])
        stage.ring(3 - failed)
        #expect(stage.effects.isEmpty, "a task that always fails would run for ever")
        stage.handle(.attemptEnded(stage.attempt("a", 3 - failed), .failed(.exitCode(2)), nil))
        #expect(stage.label("a") == .backingOff, "one retry is spent, not two")
        stage.pass(.seconds(2))
        stage.handle(.alarmRang(.retry(stage.attempt("a", 2))))
        stage.start("a")
        stage.pass(.seconds(30))
        stage.ring(3)
        #expect(stage.starts == [stage.attempt("a", 4)], "the retry may have a copy again")
        stage.handle(.attemptEnded(stage.attempt("a", 3), .failed(.exitCode(1)), nil))
        stage.handle(.attemptEnded(stage.attempt("a", 4), .failed(.exitCode(7)), nil))
        #expect(stage.state("a") == .failed(.exitCode(7)))
    }

    @Test("memory is raised when no copy is left")
    func outOfMemory() {
        var stage = Self.copied { $0.request.memoryBytes = .exactly(Stage.gibibyte) }
        stage.handle(.attemptEnded(stage.attempt("a", 1), .failed(.outOfMemory), nil))
        #expect(stage.label("a") == .running)
        stage.handle(.attemptEnded(stage.attempt("a", 2), .failed(.outOfMemory), nil))
        #expect(stage.label("a") == .ready)
        stage.start("a")
        #expect(stage.grant("a").memoryBytes == 2 * Stage.gibibyte)
    }

    @Test("what one attempt is seen to hold is its own")
    func growth() {
        var stage = Self.copied { $0.request.memoryBytes = .exactly(Stage.gibibyte) }
        stage.handle(.attemptGrew(stage.attempt("a", 2), memoryBytes: 3 * Stage.gibibyte))
        #expect(stage.engine.running(stage.attempt("a", 1))?.grant.memoryBytes == Stage.gibibyte)
        #expect(stage.engine.running(stage.attempt("a", 2))?.grant.memoryBytes == 3 * Stage.gibibyte)
        #expect(stage.engine.held(by: stage.run).memoryBytes == 4 * Stage.gibibyte)
    }

    @Test("each attempt has its own time, and the other goes on")
    func timeouts() {
        var stage = Self.copied { $0.timeout = .seconds(40) }
        stage.pass(.seconds(10))
        stage.handle(.alarmRang(.timeout(stage.attempt("a", 1))))
        #expect(stage.orders == [.stop(stage.attempt("a", 1), .timeout)])
        stage.handle(.attemptEnded(stage.attempt("a", 1), .stopped, nil))
        #expect(stage.engine.runningAttempts == [stage.attempt("a", 2)])
        stage.handle(.attemptEnded(stage.attempt("a", 2), .succeeded(nil), nil))
        #expect(stage.state("a") == .succeeded(attempt: 2))
    }

    @Test("an attempt that is being stopped gets no copy, and a copy's success ends what is being stopped but once")
    func stopping() {
        var stage = Self.late { $0.timeout = .seconds(31) }
        stage.handle(.alarmRang(.timeout(stage.attempt("a", 1))))
        stage.ring(1)
        #expect(stage.effects.isEmpty)
        stage = Self.copied { $0.timeout = .seconds(31) }
        stage.handle(.alarmRang(.timeout(stage.attempt("a", 1))))
        stage.handle(.attemptEnded(stage.attempt("a", 2), .succeeded(nil), nil))
        #expect(stage.orders == [])
        stage.handle(.attemptEnded(stage.attempt("a", 1), .stopped, nil))
        #expect(stage.state("a") == .succeeded(attempt: 2))
    }

    @Test("a cancellation stops both, and a second one kills both; who has won has won")
    func cancellation() throws {
        var stage = Self.copied()
        let both = [stage.attempt("a", 1), stage.attempt("a", 2)]
        try stage.wish(.cancel(stage.run, force: false))
        #expect(stage.orders == both.map { .stop($0, .cancelled) })
        try stage.wish(.cancel(stage.run, force: true))
        #expect(stage.orders == both.map { .stop($0, .killed) })
        for attempt in both { stage.handle(.attemptEnded(attempt, .stopped, nil)) }
        #expect(stage.state("a") == .cancelled)
        #expect(stage.status == .cancelled)

        stage = Self.copied()
        stage.handle(.attemptEnded(both[1], .succeeded(nil), nil))
        try stage.wish(.cancel(stage.run, force: false))
        #expect(stage.orders == [.stop(both[0], .cancelled)])
        stage.handle(.attemptEnded(both[0], .stopped, nil))
        #expect(stage.state("a") == .succeeded(attempt: 2))
    }

    @Test("where there is no room a copy waits, and starts when there is")
    func room() {
        var stage = Self.late("a, c", cores: 2)
        stage.start("c")
        stage.ring(1)
        #expect(stage.orders == [.wake(at: stage.now.advanced(by: .seconds(3)), .speculate(stage.attempt("a", 1)))])
        stage.end("c")
        stage.pass(.seconds(3))
        stage.ring(1)
        #expect(stage.starts == [stage.attempt("a", 2)])
    }

    @Test("a copy holds units of limits, and waits for them, also for those that others hold")
    func limits() {
        for (capacity, others) in [(1, 0), (2, 1)] as [(Int64, Int64)] {
            var stage = Self.late(limits: [.init(name: "l", capacity: capacity)]) {
                $0.request.slots = [.init(limit: "l")]
            }
            stage.handle(.limitsShared(stage.run, heldByOthers: [others]))
            stage.ring(1)
            #expect(stage.starts == [])
        }
        var stage = Self.late(limits: [.init(name: "l", capacity: 2)]) { $0.request.slots = [.init(limit: "l")] }
        stage.ring(1)
        #expect(stage.engine.limitsInUse(by: stage.run) == [2])
        stage.handle(.attemptEnded(stage.attempt("a", 1), .lost, nil))
        #expect(stage.engine.limitsInUse(by: stage.run) == [1])
    }

    @Test("nothing is copied while the run is paused, and later it is")
    func pause() throws {
        var stage = Self.late()
        try stage.wish(.pause(stage.run))
        stage.ring(1)
        #expect(stage.starts == [])
        try stage.wish(.unpause(stage.run))
        stage.ring(1)
        #expect(stage.starts == [stage.attempt("a", 2)])
    }

    @Test("a copy runs on the fastest other worker, and goes on when that of the first is lost")
    func otherWorker() {
        var stage = Self.late()
        for (index, speed) in [1000, 3000, 2000, 9000].enumerated() {
            let size = Stage.size(speed == 9000 ? 0 : 4, 8 << 30)
            let id = Worker.ID(index + 1)
            stage.handle(.workerJoined(Worker(id: id, name: "w", capacity: size, speedPermille: Int64(speed))))
        }
        stage.ring(1)
        #expect(stage.engine.running(stage.attempt("a", 2))?.worker == Worker.ID(2))
        stage.handle(.workerLost(Worker.ID(0)))
        #expect(stage.engine.runningAttempts == [stage.attempt("a", 2)])
        stage.handle(.attemptEnded(stage.attempt("a", 2), .succeeded(nil), nil))
        #expect(stage.state("a") == .succeeded(attempt: 2))
        #expect(stage.engine.observe(at: stage.now).worker(of: 0, inRun: 0) == Worker.ID(2), "its files are there")
    }

    @Test("when the worker of both is lost, the task gets a new attempt at no cost to its retries")
    func bothLost() {
        var stage = Self.copied()
        stage.handle(.workerLost(Worker.ID(0)))
        #expect(stage.label("a") == .ready)
        #expect(stage.engine.runningAttempts == [])
        stage = Self.copied()
        stage.handle(.attemptEnded(stage.attempt("a", 2), .succeeded(nil), nil))
        stage.handle(.workerLost(Worker.ID(0)))
        #expect(stage.state("a") == .succeeded(attempt: 2), "the loser can't write any more")
    }

    @Test("after a crash both attempts are taken over, and what was ordered is ordered again")
    func recovery() {
        var stage = Self.late()
        let (first, copy) = (stage.attempt("a", 1), stage.attempt("a", 2))
        let alarm = Effect.wake(at: stage.now, .speculate(first))
        #expect(stage.engine.outstandingEffects { _ in .alive } == [alarm, .decide])
        stage.ring(1)
        #expect(stage.engine.outstandingEffects { _ in .alive } == [.decide])
        let effects = stage.engine.outstandingEffects { $0 == copy ? .neverStarted : .alive }
        #expect(effects.count == 2)
        guard case .start(let order)? = effects.first else {
            Issue.record("\(effects)")
            return
        }
        #expect(order.attempt == copy)
        #expect(
            stage.engine.missedEvents { $0 == first ? .lost : .ended(.succeeded(nil), nil) } == [
                .attemptEnded(first, .lost, nil), .attemptEnded(copy, .succeeded(nil), nil),
            ])
        stage.handle(.attemptEnded(copy, .succeeded(nil), nil))
        #expect(stage.engine.outstandingEffects { _ in .alive } == [.stop(first, .outrun), .decide])
    }
}

extension Stage {
    fileprivate mutating func ring(_ number: Int32) { handle(.alarmRang(.speculate(attempt("a", number)))) }

    /// Attempts that the last event started.
    fileprivate var starts: [Attempt.ID] {
        effects.compactMap { effect in
            if case .start(let order) = effect { order.attempt } else { nil }
        }
    }
}
