import BatonCore
import BatonRuntime
import BatonServer
import BatonStore
import Synchronization

/// A live engine without processes: it grants and records as the real one does, and a test says what tasks do.
final class FakeEngine: RunControl {
    fileprivate struct State {
        var engine = Engine()
        /// One connection, used under the lock only.
        var store: any Store
        var number: Int64 = 0
        var refusal: RuntimeError?
        var failsAfterwards = false
        var submissions: [Run.Submission] = []
        var commands: [Command] = []
        /// What scheduled tasks were to wait for.
        var needs: [TaskReference] = []
    }

    private let state: Mutex<State>
    private let now: @Sendable () -> Instant
    static let capacity = Resources(milliCPU: 4000, memoryBytes: 8_000_000_000)

    init(database: String, now: @escaping @Sendable () -> Instant) throws {
        let store = try SQLStore(sqliteAt: database)
        state = Mutex(State(store: store))
        self.now = now
        let worker = Worker(id: Worker.ID(0), name: "here", capacity: Self.capacity)
        state.withLock { _ = $0.engine.handle(.workerJoined(worker), at: now()) }
    }

    func submit(_ submission: Run.Submission) async throws {
        try state.withLock { state in
            if let refusal = state.refusal { throw refusal }
            try state.grant(.submit(submission), of: submission.run, at: now())
            state.submissions.append(submission)
            if state.failsAfterwards { throw RuntimeError.supervisor("it is gone") }
        }
    }

    func schedule(
        _ task: Workflow.Task, after needs: [TaskReference], in directory: String
    ) async throws -> TaskReference {
        let run = Run.ID(at: now(), random: .random(in: 0...UInt32.max))
        try await submit(
            Run.Submission(
                run: run, workflow: Workflow(name: "scheduled", tasks: [task]), parameters: [], directory: directory))
        state.withLock { $0.needs += needs }
        return TaskReference(run: run, task: TaskInstance.ID(0))
    }

    func carryOut(_ command: Command) async throws {
        try state.withLock { state in
            if let refusal = state.refusal { throw refusal }
            guard let run = command.run else { return }
            try state.grant(command, of: run, at: now())
            state.commands.append(command)
        }
    }

    func lateRuns(at now: Instant) async -> [LateRun] { state.withLock { $0.engine.lateRuns(at: now) } }

    var load: LiveControl.Load {
        var load = LiveControl.Load()
        (load.openRuns, load.waitingTasks, load.runningTasks) = (1, 2, 3)
        (load.capacity, load.used) = (Self.capacity, Resources(milliCPU: 1000))
        return load
    }

    var submissions: [Run.Submission] { state.withLock { $0.submissions } }
    var commands: [Command] { state.withLock { $0.commands } }
    var needs: [TaskReference] { state.withLock { $0.needs } }

    func refuse(with error: RuntimeError?) { state.withLock { $0.refusal = error } }

    /// Lets a submission fail once it is on record.
    func fail(afterRecording fails: Bool) { state.withLock { $0.failsAfterwards = fails } }

    /// Starts a task that is ready.
    func start(_ task: Int, of run: Run.ID, reason: String = "it is first") throws {
        try state.withLock { state in
            state.number += 1
            let placement = Placement(
                task: TaskReference(run: run, task: TaskInstance.ID(task)), worker: Worker.ID(0),
                grant: Resources(milliCPU: 1000, memoryBytes: 1_000_000), reason: reason)
            let decision = Decision(number: state.number, policy: "fifo", placements: [placement])
            try state.record(.decided(decision), of: run, at: now())
        }
    }

    func end(_ task: Int, of run: Run.ID, attempt number: Int32 = 1, _ outcome: Outcome = .succeeded(nil)) throws {
        let attempt = Attempt.ID(run: run, task: TaskInstance.ID(task), number: number)
        let usage = Usage(wall: .seconds(2), userCPU: .seconds(1), peakMemoryBytes: 5_000, meter: .simulated)
        try state.withLock { try $0.record(.attemptEnded(attempt, outcome, usage), of: run, at: now()) }
    }
}

extension FakeEngine.State {
    mutating func grant(_ command: Command, of run: Run.ID, at now: Instant) throws {
        let event: Event
        do {
            event = try engine.validate(command)
        } catch {
            throw RuntimeError.refused(error)
        }
        try record(event, of: run, at: now)
    }

    mutating func record(_ event: Event, of run: Run.ID, at now: Instant) throws {
        var changes: [Change] = []
        for case .announce(let change) in engine.handle(event, at: now) { changes.append(change) }
        try store.append([Recorded(event: event, at: now, changes: changes)], for: run)
        try store.flush()
    }
}

extension Command {
    fileprivate var run: Run.ID? {
        switch self {
        case .submit(let submission): submission.run
        case .pause(let run), .unpause(let run), .cancel(let run, _), .retry(let run), .prioritize(let run, _, _),
            .add(_, to: let run):
            run
        case .review(let task, _): task.run
        }
    }
}
