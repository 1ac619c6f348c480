import BatonCore
import BatonFormats
import BatonStore

/// What has happened as a CloudEvent (version 1.0, structured JSON).
enum CloudEvent {
    /// An event of the log.
    ///
    /// - Parameter status: of the run when the event was read.
    static func json(_ entry: LogEntry, status: Run.Status?) -> Value {
        let event = entry.logged.event
        let (type, task, data) = content(event)
        var all = [Value.Entry(key: "run", value: .string(entry.run.description))]
        if let status { all.append(Value.Entry(key: "run_status", value: .string(status.rawValue))) }
        if case .map(let entries) = data { all += entries }
        return envelope(
            id: String(entry.logged.sequence), source: "/api/v1/runs/\(entry.run)", type: type,
            subject: task.map { "tasks/\($0.index)" }, at: entry.logged.at, data: all)
    }

    /// - Parameter type: without the `baton.` that all begin with.
    static func envelope(
        id: String, source: String, type: String, subject: String? = nil, at time: Instant, data: [Value.Entry]
    ) -> Value {
        .object([
            "specversion": .string("1.0"), "id": .string(id), "source": .string(source),
            "type": .string("baton.\(type)"), "subject": subject.map { .string($0) }, "time": .time(time),
            "datacontenttype": .string("application/json"), "data": .map(data),
        ])
    }

    private static func content(_ event: Event) -> (type: String, task: TaskInstance.ID?, data: Value) {
        switch event {
        case .runSubmitted(let submission):
            (
                "run.submitted", nil,
                .object([
                    "workflow": .string(submission.workflow.name), "tasks": .number(submission.workflow.tasks.count),
                    "source": submission.source.map { .string($0) },
                ])
            )
        case .estimated(_, let tasks): ("run.estimated", nil, .object(["tasks": .number(tasks.count)]))
        case .tasksAdded(_, let tasks): ("run.tasks_added", nil, .object(["tasks": .number(tasks.count)]))
        case .workerJoined(let worker):
            (
                "worker.joined", nil,
                .object([
                    "worker": .number(worker.id.index), "name": .string(worker.name),
                    "capacity": .resources(worker.capacity),
                ])
            )
        case .workerResized(let worker, let capacity):
            ("worker.resized", nil, .object(["worker": .number(worker.index), "capacity": .resources(capacity)]))
        case .workerLost(let worker): ("worker.lost", nil, .object(["worker": .number(worker.index)]))
        case .limitsShared(_, let held):
            ("run.limits_shared", nil, .object(["held_by_others": .list(held.map { .number($0) })]))
        case .decided(let decision): ("task.scheduled", decision.placements.first?.task.task, placements(decision))
        case .attemptGrew(let attempt, let bytes):
            ("attempt.grew", attempt.task, .attempt(attempt, ["memory_bytes": .number(bytes)]))
        case .attemptEnded(let attempt, let outcome, let usage):
            (
                "attempt.ended", attempt.task,
                .attempt(
                    attempt,
                    [
                        "outcome": .string(outcome.attemptStatus.rawValue), "failure": outcome.failureJSON,
                        "usage": usage.map { .usage($0) },
                    ])
            )
        case .alarmRang(.retry(let attempt)): ("attempt.retried", attempt.task, .attempt(attempt))
        case .alarmRang(.timeout(let attempt)): ("attempt.timed_out", attempt.task, .attempt(attempt))
        case .alarmRang(.speculate(let attempt)): ("attempt.late", attempt.task, .attempt(attempt))
        case .prioritized(_, let task, let priority):
            ("run.prioritized", task, .object(["priority": .number(priority)]))
        case .reviewed(let task, let review): ("task.reviewed", task.task, .review(review, of: task))
        case .recalled(let task, _, let run):
            (
                "task.recalled", task.task,
                .object(["task": .number(task.task.index), "from": .string(run.description)])
            )
        case .runPaused: ("run.paused", nil, .map([]))
        case .runUnpaused: ("run.resumed", nil, .map([]))
        case .runCancelled(_, let force): ("run.cancelled", nil, .object(["force": .boolean(force)]))
        case .runRetried: ("run.retried", nil, .map([]))
        }
    }

    private static func placements(_ decision: Decision) -> Value {
        .object([
            "decision": .number(decision.number), "policy": .string(decision.policy),
            "placements": .list(
                decision.placements.map { placement in
                    .object([
                        "run": .string(placement.task.run.description), "task": .number(placement.task.task.index),
                        "worker": .number(placement.worker.index), "grant": .resources(placement.grant),
                        "reason": .string(placement.reason),
                    ])
                }),
        ])
    }
}

extension Value {
    fileprivate static func review(_ review: Review, of task: TaskReference) -> Value {
        .object([
            "task": .number(task.task.index), "decision": .string(review.isApproved ? "approve" : "reject"),
            "by": .string(review.reviewer), "comment": review.comment.map { .string($0) },
        ])
    }

    fileprivate static func attempt(
        _ attempt: Attempt.ID, _ more: KeyValuePairs<String, Value?> = [:]
    ) -> Value {
        var entries = [
            Entry(key: "task", value: .number(attempt.task.index)),
            Entry(key: "attempt", value: .number(attempt.number)),
        ]
        if case .map(let others) = object(more) { entries += others }
        return .map(entries)
    }
}

extension Outcome {
    fileprivate var failureJSON: Value? {
        if case .failed(let failure) = self { .failure(failure) } else { nil }
    }
}
