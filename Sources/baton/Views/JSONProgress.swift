import BatonCore
import BatonFormats
import BatonRuntime
import BatonStore

/// One JSON object a line for each thing that happens, for programs that follow a run.
///
/// Every object has `event` (`run`, `tasks`, `task`, `attempt`, `review`, `straggler`, `usage`, `store` or `summary`), `run` and, but for
/// `usage`, `at`.
final class JSONProgress: ProgressReporter {
    private var progress: RunProgress
    private var stragglers = StragglerWatch()
    private let write: (String) -> Void

    init(run: Run.ID, write: @escaping (String) -> Void) {
        progress = RunProgress(run: run)
        self.write = write
    }

    var refreshAt: Instant? { stragglers.next(of: progress) }

    /// A program gets the whole story, whenever it came in.
    func catchUp(_ history: [Recorded]) {
        durable(history)
    }

    func durable(_ batch: [Recorded]) {
        var text = ""
        for recorded in batch {
            progress.apply(recorded)
            for object in objects(of: recorded) { text += object.json + "\n" }
        }
        if !text.isEmpty { write(text) }
    }

    func sampled(_ attempt: Attempt.ID, _ sample: UsageReading) {
        guard attempt.run == progress.run, progress.tasks.indices.contains(Int(attempt.task.index)) else { return }
        let object = Value.object([
            "event": .string("usage"), "run": .string(progress.run.description), "task": .string(name(attempt.task)),
            "attempt": .number(attempt.number), "memory_bytes": .number(sample.memoryBytes),
            "peak_memory_bytes": .number(sample.peakMemoryBytes), "cpu_seconds": .seconds(sample.cpu),
        ])
        write(object.json + "\n")
    }

    func refresh(at now: Instant) {
        for straggler in stragglers.news(of: progress, at: now) {
            let object = Value.object([
                "event": .string("straggler"), "run": .string(progress.run.description), "at": .time(now),
                "task": .string(straggler.task), "index": .number(straggler.attempt.task.index),
                "attempt": .number(straggler.attempt.number), "running_seconds": .seconds(straggler.elapsed),
                "duration_p99_seconds": .seconds(straggler.p99),
            ])
            write(object.json + "\n")
        }
    }

    func storeFailed(_ error: StoreError) {
        let object = Value.object([
            "event": .string("store"), "run": .string(progress.run.description),
            "message": .string(StoreTrouble.sentence(error)),
        ])
        write(object.json + "\n")
    }

    func finish(at now: Instant) {
        let counts = progress.counts
        let object = Value.object([
            "event": .string("summary"), "run": .string(progress.run.description), "at": .time(now),
            "status": .string(progress.status.rawValue),
            "duration_seconds": progress.startedAt.map { .seconds($0.duration(to: progress.endedAt ?? now)) },
            "cpu_seconds": .seconds(progress.cpu), "retries": .number(progress.retries),
            "reused": .number(progress.reused),
            "tasks": .map(
                TaskState.Label.allCases.map { Value.Entry(key: $0.rawValue, value: .number(counts[$0])) }),
        ])
        write(object.json + "\n")
    }

    private func objects(of recorded: Recorded) -> [Value] {
        var objects: [Value] = []
        if case .attemptEnded(let attempt, let outcome, let usage) = recorded.event, attempt.run == progress.run {
            objects.append(ended(attempt, outcome, usage, at: recorded.at))
        }
        if case .reviewed(let task, let review) = recorded.event {
            objects.append(
                .object([
                    "event": .string("review"), "run": .string(task.run.description), "at": .time(recorded.at),
                    "task": .string(name(task.task)), "index": .number(task.task.index),
                    "decision": .string(review.isApproved ? "approve" : "reject"), "by": .string(review.reviewer),
                    "comment": review.comment.map { .string($0) },
                ]))
        }
        for change in recorded.changes {
            switch change {
            case .runStatus(let run, let status, let at):
                objects.append(
                    .object([
                        "event": .string("run"), "run": .string(run.description), "at": .time(at),
                        "status": .string(status.rawValue),
                        "workflow": .string(progress.name),
                    ]))
            case .tasksAdded(let run, let first, let instances, _):
                objects.append(
                    .object([
                        "event": .string("tasks"), "run": .string(run.description), "at": .time(recorded.at),
                        "first": .number(first.index), "names": .strings(instances.map(\.name)),
                    ]))
            case .taskState(let reference, let state, let at):
                objects.append(entered(reference, state, at: at))
            }
        }
        return objects
    }

    private func entered(_ reference: TaskReference, _ state: TaskState, at: Instant) -> Value {
        var attempt: Int32?
        var grant: Resources?
        var failure: Failure?
        var until: Instant?
        var because: String?
        var question: String?
        switch state {
        case .running(let running): (attempt, grant) = (running.attempt, running.grant)
        case .succeeded(let number): attempt = number
        case .failed(let reason): failure = reason
        case .backingOff(let instant): until = instant
        case .skipped(because: .dependency(let task)): because = name(task)
        case .skipped(because: .condition): because = "when"
        case .awaitingApproval(let text, _): question = text
        case .blocked, .ready, .cancelled: break
        }
        return .object([
            "event": .string("task"), "run": .string(reference.run.description), "at": .time(at),
            "task": .string(name(reference.task)), "index": .number(reference.task.index),
            "state": .string(state.label.rawValue), "attempt": attempt.map { .number($0) },
            "grant": grant.map { .resources($0) }, "failure": failure.map { .failure($0) },
            "until": until.map { .time($0) }, "because": because.map { .string($0) },
            "question": question.map { .string($0) },
        ])
    }

    private func ended(_ attempt: Attempt.ID, _ outcome: Outcome, _ usage: Usage?, at: Instant) -> Value {
        var from: Run.ID?
        var failure: Failure?
        switch outcome {
        case .reused(_, let run): from = run
        case .failed(let reason): failure = reason
        case .succeeded, .stopped, .lost: break
        }
        return .object([
            "event": .string("attempt"), "run": .string(attempt.run.description), "at": .time(at),
            "task": .string(name(attempt.task)), "index": .number(attempt.task.index),
            "attempt": .number(attempt.number), "outcome": .string(outcome.attemptStatus.rawValue),
            "failure": failure.map { .failure($0) }, "from": from.map { .string($0.description) },
            "usage": usage.map { .usage($0) },
        ])
    }

    private func name(_ task: TaskInstance.ID) -> String {
        progress.tasks[Int(task.index)].instance.name
    }
}
