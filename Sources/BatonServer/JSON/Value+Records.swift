import BatonCore
import BatonFormats
import BatonStore

// What the engine knows, as clients read it: the keys of `baton get --json`.

extension Value {
    static func run(_ run: RunSummary) -> Value {
        let counts = TaskState.Label.allCases.map { Entry(key: $0.rawValue, value: .number(run.counts[$0])) }
        return .object([
            "run": .string(run.id.description), "workflow": .string(run.workflow),
            "source": run.source.map { .string($0) }, "directory": .string(run.directory),
            "status": .string(run.status.rawValue), "submitted": .time(run.submitted),
            "ended": run.ended.map { .time($0) },
            "duration_seconds": run.ended.map { .seconds(run.submitted.duration(to: $0)) },
            "parameters": .map(run.parameters.map { Entry(key: $0.name, value: $0.value) }),
            "counts": .map(counts),
        ])
    }

    /// - Parameter attempt: the latest.
    static func task(_ task: TaskSummary, attempt: AttemptSummary?) -> Value {
        var failure: Failure?
        var because: Value?
        var until: Instant?
        var question: String?
        switch task.detail {
        case .failure(let reason): failure = reason
        case .skipped(because: .condition): because = .string("when")
        case .skipped(because: .dependency(let id)): because = .number(id.index)
        case .until(let instant): until = instant
        case .question(let text): question = text
        case nil: break
        }
        return .object([
            "task": .string(task.name), "index": .number(task.id.index), "template": .string(task.template),
            "group": .boolean(task.isGroup), "priority": .number(task.priority),
            "state": .string(task.state.rawValue), "since": .time(task.updated), "created": .time(task.created),
            "failure": failure.map { .failure($0) }, "because": because, "until": until.map { .time($0) },
            "question": question.map { .string($0) }, "attempts": .number(task.attempt),
            "attempt": attempt.map(Self.attempt),
        ])
    }

    static func attempt(_ attempt: AttemptSummary) -> Value {
        .object([
            "number": .number(attempt.id.number), "status": .string(attempt.status.rawValue),
            "worker": .number(attempt.worker.index), "started": .time(attempt.started),
            "ended": attempt.ended.map { .time($0) }, "grant": .resources(attempt.grant),
            "failure": attempt.failure.map { .failure($0) }, "usage": attempt.usage.map { .usage($0) },
        ])
    }

    static func decision(_ decision: DecisionSummary) -> Value {
        .object([
            "decision_id": .string(decision.attempt.decisionID), "number": .number(decision.number),
            "run": .string(decision.attempt.run.description), "task": .number(decision.attempt.task.index),
            "attempt": .number(decision.attempt.number), "at": .time(decision.at),
            "policy": .string(decision.policy), "reason": .string(decision.reason),
        ])
    }

    static func prediction(_ prediction: PredictionSummary) -> Value {
        let estimate = prediction.estimate
        return .object([
            "task": .number(prediction.task.index),
            "duration_p50_seconds": .seconds(.nanoseconds(estimate.durationP50Nanoseconds)),
            "duration_p90_seconds": .seconds(.nanoseconds(estimate.durationP90Nanoseconds)),
            "peak_memory_p50_bytes": .number(estimate.peakMemoryP50Bytes),
            "peak_memory_p99_bytes": .number(estimate.peakMemoryP99Bytes),
            "samples": .number(estimate.sampleCount), "model": .string(estimate.model),
            "actual": prediction.actual.map { actual in
                .object([
                    "duration_seconds": .seconds(actual.duration), "cpu_seconds": .seconds(actual.cpu),
                    "peak_memory_bytes": .number(actual.peakMemoryBytes),
                ])
            },
        ])
    }

    static func state(_ state: SystemState) -> Value {
        .object([
            "at": .time(state.at), "cpu_utilization": .figure(state.cpuUtilization),
            "memory_utilization": .figure(state.memoryUtilization), "active_tasks": .number(state.activeTasks),
            "pending_tasks": .number(state.pendingTasks), "failed_tasks": .number(state.failedTasks),
            "tasks_per_second": .figure(state.tasksPerSecond),
        ])
    }
}

extension Attempt.ID {
    /// What the decision that placed this attempt is called: `<run>.<task>.<attempt>`. It is known before it is made.
    var decisionID: String { "\(run).\(task.index).\(number)" }

    /// Reads what `decisionID` writes.
    init?(decisionID text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let run = Run.ID(String(parts[0])), let task = Int32(parts[1]), task >= 0,
            let number = Int32(parts[2]), number > 0
        else { return nil }
        self.init(run: run, task: TaskInstance.ID(Int(task)), number: number)
    }
}

extension TaskReference {
    /// What a task is called where its run is not named beside it: `<run>.<task>`.
    var taskID: String { "\(run).\(task.index)" }

    init?(taskID text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, let run = Run.ID(String(parts[0])), let task = Int32(parts[1]), task >= 0 else {
            return nil
        }
        self.init(run: run, task: TaskInstance.ID(Int(task)))
    }
}
