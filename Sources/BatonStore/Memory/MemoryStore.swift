public import BatonCore

/// The store without a disk: for simulations, tests, and runs that nobody wants to keep.
///
/// It means the same as `SQLStore` and passes the same suite; what it holds ends with the process.
public final class MemoryStore: Store {
    private var events: [(logged: LoggedEvent, run: Run.ID)] = []
    /// By id; read through `order`, for a dictionary's own order differs between processes.
    var runs: [Run.ID: MemoryRun] = [:]
    /// As first heard of.
    var order: [Run.ID] = []
    var results: [String: CachedResult] = [:]
    var hashes: [String: FileHash] = [:]
    var misses: [TaskReference: CacheMiss] = [:]
    /// In the order in which they were remembered.
    var traced: [TracedAttempt] = []
    var systemStates: [SystemState] = []
    var lastSequence: Int64 = 0
    /// In the order of their ids.
    var models: [(summary: ModelSummary, bytes: [UInt8])] = []
    /// Likewise.
    var optimizations: [WorkflowOptimization] = []
    var keys: [APIKey] = []
    /// In the order of their ids.
    var audit: [AuditEntry] = []
    var requests: [IdempotentRequest] = []
    var automations: [Automation] = []
    var firings: [Firing] = []

    public init() {}

    public func append(_ batches: [RunBatch]) throws(StoreError) {
        var projections: [Projection] = []
        for batch in batches {
            projections.append(
                try Projection(of: batch) { (run) throws(StoreError) in
                    guard let templates = runs[run]?.templates else {
                        throw StoreError(
                            .unknownRun, "tasks can't be added to a run that was never submitted",
                            location: run.description)
                    }
                    return templates
                })
        }
        for (batch, projection) in zip(batches, projections) {
            for recorded in batch.events {
                lastSequence += 1
                let logged = LoggedEvent(sequence: lastSequence, event: recorded.event, at: recorded.at)
                events.append((logged, recorded.event.run ?? batch.run))
            }
            apply(projection)
        }
    }

    public func flush() {}

    public func replay(_ run: Run.ID, after sequence: Int64) -> [LoggedEvent] {
        events.lazy.filter { $0.run == run && $0.logged.sequence > sequence }.map(\.logged)
    }

    public func endOfLog() -> Int64 { lastSequence }

    /// Nobody else can reach it.
    public func version() -> Int64 { 0 }

    public func log(after sequence: Int64, of run: Run.ID?, limit: Int) -> [LogEntry] {
        events.lazy.filter { $0.logged.sequence > sequence && (run == nil || run == $0.run) }.prefix(limit)
            .map { LogEntry(run: $0.run, logged: $0.logged) }
    }

    func forget(eventsOf run: Run.ID) {
        events.removeAll { $0.run == run }
    }

    private func apply(_ projection: Projection) {
        for (submission, at) in projection.newRuns {
            order.append(submission.run)
            runs[submission.run] = MemoryRun(submission: submission, submitted: at)
        }
        for (run, status, at) in projection.runStatuses {
            runs[run]?.status = status
            runs[run]?.ended = status.isTerminal ? at : nil
        }
        for (run, templates) in projection.templates { runs[run]?.templates = templates }
        for added in projection.newTasks { runs[added.run]?.add(added, sequence: lastSequence) }
        for (task, standing) in projection.taskUpdates {
            runs[task.run]?.set(Int(task.task.index), standing, sequence: lastSequence)
        }
        for (run, task, priority) in projection.priorities {
            runs[run]?.prioritize(task, priority, sequence: lastSequence)
        }
        for change in projection.attempts {
            switch change {
            case .started(let attempt, let running, let decision):
                runs[attempt.run]?.start(
                    AttemptSummary(
                        id: attempt, worker: running.worker, grant: running.grant, started: running.since,
                        status: .running))
                if let decision { runs[attempt.run]?.decisions.append(decision) }
            case .grew(let attempt, let memoryBytes):
                runs[attempt.run]?.changeRunning(attempt.task, where: { $0 == attempt.number }) {
                    $0.grant.memoryBytes = max($0.grant.memoryBytes, memoryBytes)
                }
            case .ended(let attempt, let outcome, let usage, let at):
                runs[attempt.run]?.end(attempt, outcome, usage, at: at)
            case .lost(let task, let left, let at):
                runs[task.run]?.changeRunning(task.task, where: { $0 != left }) {
                    $0.status = .lost
                    $0.ended = at
                }
            }
        }
        for (run, tasks) in projection.estimates {
            for task in tasks { runs[run]?.predict(task) }
        }
        for (run, status, at) in projection.runStatuses where status.isTerminal { runs[run]?.measure(at: at) }
        if let state = projection.systemState {
            systemStates.removeAll { $0.at == state.at }
            systemStates.append(state)
        }
    }
}

/// The read models of one run.
struct MemoryRun {
    let submission: Run.Submission
    let submitted: Instant
    /// Names of the workflow's tasks, those that joined later included.
    var templates: [String] = []
    var status = Run.Status.running
    var ended: Instant?
    /// Of a run whose tasks were forgotten after their time.
    var keptCounts: TaskCounts?
    var tasks: [TaskSummary] = []
    /// For each task the last event of the batch that changed it.
    var changed: [Int64] = []
    /// For each task in order of number.
    var attempts: [[AttemptSummary]] = []
    var decisions: [DecisionSummary] = []
    var predictions: [PredictionSummary?] = []
    var metrics: [PerformanceMetric] = []
    /// For each task what it waits for.
    var needs: [[Int32]] = []

    var counts: TaskCounts {
        if let keptCounts { return keptCounts }
        var counts = TaskCounts()
        for task in tasks where !task.isGroup { counts[task.state] += 1 }
        return counts
    }

    mutating func add(_ added: Projection.NewTasks, sequence: Int64) {
        for (instance, standing) in zip(added.instances, added.standings) {
            tasks.append(
                TaskSummary(
                    id: TaskInstance.ID(tasks.count), name: instance.name,
                    template: added.templates[Int(instance.task)], isGroup: instance.isGroup,
                    priority: instance.priority, metadata: instance.metadata, state: standing.state,
                    detail: standing.detail, attempt: standing.attempt, created: added.created,
                    updated: standing.since))
            changed.append(sequence)
            attempts.append([])
            predictions.append(nil)
        }
        for offset in added.instances.indices { needs.append(added.needs(offset)) }
        for (task, needs) in added.rewired { self.needs[Int(task)] = needs }
    }

    mutating func set(_ task: Int, _ standing: Projection.Standing, sequence: Int64) {
        tasks[task].state = standing.state
        tasks[task].detail = standing.detail
        tasks[task].attempt = max(tasks[task].attempt, standing.attempt)
        tasks[task].updated = standing.since
        changed[task] = sequence
    }

    mutating func prioritize(_ task: TaskInstance.ID?, _ priority: Int32, sequence: Int64) {
        for index in tasks.indices where task == nil || task == TaskInstance.ID(index) {
            tasks[index].priority = priority
            changed[index] = sequence
        }
    }

    mutating func start(_ attempt: AttemptSummary) {
        attempts[Int(attempt.id.task.index)].append(attempt)
    }

    /// Does nothing when the attempt has ended: late and duplicate reports are legal.
    /// - Parameter isMeant: by the number of the attempt.
    mutating func changeRunning(
        _ task: TaskInstance.ID, where isMeant: (Int32) -> Bool, _ change: (inout AttemptSummary) -> Void
    ) {
        let task = Int(task.index)
        for index in attempts[task].indices
        where attempts[task][index].status == .running && isMeant(attempts[task][index].id.number) {
            change(&attempts[task][index])
        }
    }

    mutating func end(_ attempt: Attempt.ID, _ outcome: Outcome, _ usage: Usage?, at: Instant) {
        changeRunning(attempt.task, where: { $0 == attempt.number }) {
            $0.status = outcome.attemptStatus
            $0.failure = outcome.failure
            $0.ended = at
            $0.usage = usage
        }
        if case .succeeded = outcome, let usage {
            predictions[Int(attempt.task.index)]?.actual = PredictionSummary.Actual(
                duration: usage.wall, cpu: usage.userCPU + usage.systemCPU, peakMemoryBytes: usage.peakMemoryBytes)
        }
    }

    /// Computes the figures of a run that ends.
    mutating func measure(at end: Instant) {
        func add(_ name: PerformanceMetric.Name, _ value: Double?) {
            if let value { metrics.append(PerformanceMetric(name: name, value: value, at: end)) }
        }
        let executions = attempts.joined()
        let measured = executions.compactMap { attempt in attempt.usage.map { (attempt.grant.memoryBytes, $0) } }
        metrics = []
        add(.makespanSeconds, submitted.duration(to: end).seconds)
        add(.cpuSeconds, measured.reduce(0) { $0 + ($1.1.userCPU + $1.1.systemCPU).seconds })
        add(.grantedMemoryGigabyteSeconds, measured.reduce(0) { $0 + Double($1.0) * $1.1.wall.seconds } / 1e9)
        add(.attempts, Double(executions.count))
        let errors = predictions.compactMap { prediction -> Double? in
            guard let prediction, let actual = prediction.actual?.duration.nanoseconds, actual > 0 else { return nil }
            return Double(abs(actual - prediction.estimate.durationP50Nanoseconds)) / Double(actual)
        }
        add(.durationError, errors.isEmpty ? nil : errors.reduce(0, +) / Double(errors.count))
    }

    mutating func predict(_ task: TaskEstimate) {
        let actual = predictions[Int(task.task.index)]?.actual
        predictions[Int(task.task.index)] = PredictionSummary(
            task: task.task, estimate: task.estimate, actual: actual)
    }
}
