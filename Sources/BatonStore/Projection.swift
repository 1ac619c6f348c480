public import BatonCore

/// What a batch of events changes in the read models. Both stores write these and nothing else.
///
/// A task that changes several times within the batch is written once, as it stands in the end.
struct Projection {
    var newRuns: [(submission: Run.Submission, at: Instant)] = []
    var runStatuses: [(run: Run.ID, status: Run.Status, at: Instant)] = []
    var newTasks: [NewTasks] = []
    var taskUpdates: [(task: TaskReference, standing: Standing)] = []
    /// In the order of the events.
    var attempts: [AttemptChange] = []
    var estimates: [(run: Run.ID, tasks: [TaskEstimate])] = []
    /// Of one task, or of all tasks of a run.
    var priorities: [(run: Run.ID, task: TaskInstance.ID?, priority: Int32)] = []
    var systemState: SystemState?

    /// Names of the tasks of workflows, as far as they were needed.
    private(set) var templates: [Run.ID: [String]] = [:]
    private var updatePositions: [TaskReference: Int] = [:]

    /// Consecutive instances of one run, added at once.
    struct NewTasks {
        var run: Run.ID
        var first: Int
        var instances: [TaskInstance]
        /// Names of the workflow's tasks; instances hold indices into it.
        var templates: [String]
        var standings: [Standing]
        var created: Instant
        /// Of all instances of the run.
        var graph: Graph

        /// What the instance at `offset` waits for.
        func needs(_ offset: Int) -> [Int32] { Array(graph.dependencies(of: first + offset)) }

        /// Older instances that wait for these too: the group that they belong to.
        var rewired: [(task: Int32, needs: [Int32])] {
            var waiting: [Int32] = []
            for offset in instances.indices {
                for node in graph.successors(of: first + offset) where node < first && !waiting.contains(node) {
                    waiting.append(node)
                }
            }
            return waiting.map { ($0, Array(graph.dependencies(of: Int($0)))) }
        }
    }

    /// Where a task stands, as the read models keep it.
    struct Standing {
        var state: TaskState.Label
        var detail: TaskSummary.Detail?
        /// 0: unchanged.
        var attempt: Int32
        var since: Instant
    }

    enum AttemptChange {
        case started(Attempt.ID, TaskState.Running, DecisionSummary?)
        case grew(Attempt.ID, memoryBytes: Int64)
        case ended(Attempt.ID, Outcome, Usage?, at: Instant)
        /// Whichever attempt of the task was running, but for that of the number; 0: none.
        case lost(TaskReference, except: Int32, at: Instant)
    }

    /// - Parameter templates: names of the tasks of a workflow whose submission is not in this batch.
    init(of batch: RunBatch, templates: (Run.ID) throws(StoreError) -> [String]) throws(StoreError) {
        systemState = batch.state
        for recorded in batch.events {
            switch recorded.event {
            case .runSubmitted(let submission):
                self.templates[submission.run] = submission.workflow.tasks.map(\.name)
            case .tasksAdded(let run, let tasks):
                let names = if let known = self.templates[run] { known } else { try templates(run) }
                self.templates[run] = names + tasks.map(\.task.name)
            default: break
            }
            for change in recorded.changes {
                switch change {
                case .runStatus(let run, let status, let at):
                    if case .runSubmitted(let submission) = recorded.event { newRuns.append((submission, recorded.at)) }
                    runStatuses.append((run, status, at))
                case .tasksAdded(let run, let first, let instances, let graph):
                    let names = if let known = self.templates[run] { known } else { try templates(run) }
                    self.templates[run] = names
                    let blocked = Standing(state: .blocked, detail: nil, attempt: 0, since: recorded.at)
                    newTasks.append(
                        NewTasks(
                            run: run, first: Int(first.index), instances: instances, templates: names,
                            standings: Array(repeating: blocked, count: instances.count), created: recorded.at,
                            graph: graph))
                    if case .tasksAdded(_, let tasks) = recorded.event {
                        estimates.append((run, tasks.estimates(from: Int(first.index))))
                    }
                case .taskState(let task, let state, let at):
                    set(task, Standing(state, since: at))
                }
            }
            addAttempts(of: recorded)
            if case .estimated(let run, let tasks) = recorded.event { estimates.append((run, tasks)) }
            if case .prioritized(let run, let task, let priority) = recorded.event {
                priorities.append((run, task, priority))
            }
        }
    }

    private mutating func set(_ task: TaskReference, _ standing: Standing) {
        let index = Int(task.task.index)
        for position in newTasks.indices where newTasks[position].run == task.run {
            let offset = index - newTasks[position].first
            guard newTasks[position].standings.indices.contains(offset) else { continue }
            newTasks[position].standings[offset].replace(by: standing)
            return
        }
        if let position = updatePositions[task] {
            taskUpdates[position].standing.replace(by: standing)
        } else {
            updatePositions[task] = taskUpdates.count
            taskUpdates.append((task, standing))
        }
    }

    private mutating func addAttempts(of recorded: Recorded) {
        switch recorded.event {
        case .decided(let decision):
            // The engine starts placements in their order.
            var next = 0
            for case .taskState(let task, .running(let running), let at) in recorded.changes {
                while decision.placements[next].task != task { next += 1 }
                let attempt = Attempt.ID(run: task.run, task: task.task, number: running.attempt)
                attempts.append(
                    .started(
                        attempt, running,
                        DecisionSummary(
                            number: decision.number, attempt: attempt, at: at, policy: decision.policy,
                            reason: decision.placements[next].reason)))
            }
        case .alarmRang(.speculate):
            for case .taskState(let task, .running(let copy), _) in recorded.changes {
                attempts.append(.started(Attempt.ID(run: task.run, task: task.task, number: copy.attempt), copy, nil))
            }
        case .attemptGrew(let attempt, let memoryBytes):
            attempts.append(.grew(attempt, memoryBytes: memoryBytes))
        case .attemptEnded(let attempt, let outcome, let usage):
            attempts.append(.ended(attempt, outcome, usage, at: recorded.at))
        case .workerLost:
            for case .taskState(let task, let state, let at) in recorded.changes {
                var left: Int32 = 0
                if case .running(let running) = state { left = running.attempt }
                attempts.append(.lost(task, except: left, at: at))
            }
        case .runSubmitted, .tasksAdded, .estimated, .workerJoined, .workerResized, .limitsShared, .alarmRang,
            .runPaused,
            .runUnpaused,
            .runCancelled, .runRetried, .prioritized, .reviewed, .recalled:
            return
        }
    }
}

extension Projection.Standing {
    init(_ state: TaskState, since: Instant) {
        self.init(state: state.label, detail: nil, attempt: 0, since: since)
        switch state {
        case .running(let running): attempt = running.attempt
        case .succeeded(let number): attempt = number
        case .backingOff(let until): detail = .until(until)
        case .failed(let failure): detail = .failure(failure)
        case .skipped(let reason): detail = .skipped(because: reason)
        case .awaitingApproval(let question, _): detail = .question(question)
        case .blocked, .ready, .cancelled: break
        }
    }

    /// Numbers of attempts never go down.
    mutating func replace(by later: Projection.Standing) {
        let known = attempt
        self = later
        attempt = max(attempt, known)
    }
}

extension Outcome {
    /// As records and clients call it.
    public var attemptStatus: AttemptSummary.Status {
        switch self {
        case .succeeded: .succeeded
        case .reused: .reused
        case .failed: .failed
        case .stopped: .stopped
        case .lost: .lost
        }
    }

    var failure: Failure? {
        if case .failed(let failure) = self { failure } else { nil }
    }
}

extension Event {
    /// One word for the log's column; the payload says it too.
    var kind: String {
        switch self {
        case .runSubmitted: "run_submitted"
        case .estimated: "estimated"
        case .tasksAdded: "tasks_added"
        case .workerJoined: "worker_joined"
        case .workerResized: "worker_resized"
        case .workerLost: "worker_lost"
        case .limitsShared: "limits_shared"
        case .decided: "decided"
        case .attemptGrew: "attempt_grew"
        case .attemptEnded: "attempt_ended"
        case .alarmRang: "alarm_rang"
        case .runPaused: "run_paused"
        case .runUnpaused: "run_unpaused"
        case .runCancelled: "run_cancelled"
        case .runRetried: "run_retried"
        case .prioritized: "prioritized"
        case .reviewed: "reviewed"
        case .recalled: "recalled"
        }
    }
}

extension TaskInstance {
    var isGroup: Bool {
        switch kind {
        case .group: true
        case .command: false
        }
    }

    var metadata: String? {
        guard !bindings.isEmpty else { return nil }
        return Value.map(bindings.map { Value.Entry(key: $0.name, value: $0.value) }).json
    }
}
