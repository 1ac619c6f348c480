/// The scheduling brain: facts go in, orders come out.
///
/// A plain value. It owns no clock, no randomness, no I/O and no policy, so the live world, the simulator, recovery
/// and explanation all run this same code. A decision is an event: the engine asks for one with `.decide`, checks the
/// policy's answer in `admit`, and acts when `.decided` comes back to it through the log.
///
///     var engine = Engine()
///     for effect in engine.handle(.workerJoined(worker), at: now) { perform(effect) }
///
/// Stale facts (a duplicate report, an alarm of an ended attempt) are legal and change nothing.
public struct Engine: Sendable {
    var runs: [RunState] = []
    var runIndex = RunIndex()
    /// Indices of the runs that have not ended, as they were submitted or tried again.
    var openRuns: [Int32] = []
    /// Of runs that have ended and are still known.
    public internal(set) var endedTasks = 0
    var workers: [WorkerState] = []
    /// What is unused of each worker: decisions copy it, and the workers themselves are large.
    var free: [Resources] = []
    /// Every task that became ready, in that order; policies read on from where they stopped.
    var readied: [Readied] = []
    /// Every task that waits for room stands in `readied` at this place or later.
    var oldestWaiting = 0
    /// Rises when priorities known to policies are out of date.
    var generation = 0
    /// False where nobody listens to what becomes of single tasks: most of the effects of a simulation.
    public var announcesTasks = true
    var cluster = ClusterTraits()

    /// A task as indices, for the paths that are taken for every task.
    struct Readied: Sendable {
        var run: Int32
        var task: Int32
    }

    /// A running attempt as indices and its number.
    struct Started: Sendable {
        var run: Int32
        var task: Int32
        var attempt: Int32
    }

    public init() {}

    /// Takes in one fact.
    ///
    /// - Returns: what the world must do, in order. Orders of one kind of resource never overtake each other.
    public mutating func handle(_ event: Event, at now: Instant) -> [Effect] {
        var effects: [Effect] = []
        handle(event, at: now, into: &effects)
        return effects
    }

    /// As `handle(_:at:)`, appending to an array that the caller reuses.
    public mutating func handle(_ event: Event, at now: Instant, into effects: inout [Effect]) {
        switch event {
        case .runSubmitted(let submission):
            begin(submission, at: now, into: &effects)
        case .estimated(let run, let estimates):
            learn(estimates, of: run, into: &effects)
        case .tasksAdded(let run, let tasks):
            add(tasks, to: run, at: now, into: &effects)
        case .workerJoined(let worker):
            join(worker, into: &effects)
        case .workerResized(let worker, let capacity):
            resize(worker, to: capacity, into: &effects)
        case .workerLost(let worker):
            lose(worker, at: now, into: &effects)
        case .limitsShared(let run, let heldByOthers):
            share(heldByOthers, of: run, into: &effects)
        case .decided(let decision):
            for placement in decision.placements { start(placement, at: now, into: &effects) }
            passOverStarted()
        case .attemptGrew(let attempt, let memoryBytes):
            grow(attempt, to: memoryBytes)
        case .attemptEnded(let attempt, let outcome, let usage):
            end(attempt, outcome, usage, at: now, into: &effects)
        case .alarmRang(let alarm):
            ring(alarm, at: now, into: &effects)
        case .runPaused(let run):
            setStatus(.paused, of: run, onlyFrom: .running, at: now, into: &effects)
        case .runUnpaused(let run):
            setStatus(.running, of: run, onlyFrom: .paused, at: now, into: &effects)
            generation += 1
            effects.append(.decide)
        case .runCancelled(let run, let force):
            cancel(run, force: force, at: now, into: &effects)
        case .runRetried(let run):
            retry(run, at: now, into: &effects)
        case .prioritized(let run, let task, let priority):
            prioritize(task, of: run, priority, into: &effects)
        case .reviewed(let task, let review):
            settle(review, of: task, at: now, into: &effects)
        case .recalled(let task, let values, _):
            recall(values, of: task, at: now, into: &effects)
        }
    }

    /// Grants or refuses a wish; a granted one is the event to log and handle.
    public func validate(_ command: Command) throws(CommandError) -> Event {
        switch command {
        case .submit(var submission):
            if runIndex[submission.run] != nil { throw .duplicateRun(submission.run) }
            let expansion: Expansion
            do {
                expansion = try submission.expand()
            } catch {
                throw .invalidWorkflow(error)
            }
            let misfits = misfits(in: expansion)
            if !misfits.isEmpty { throw .neverFits(misfits) }
            submission.known.expansion = expansion
            return .runSubmitted(submission)
        case .add(let tasks, let run):
            try require(run) { $0 == .running || $0 == .paused }
            try check(tasks, for: run)
            return .tasksAdded(run, tasks)
        case .pause(let run):
            try require(run) { $0 == .running }
            return .runPaused(run)
        case .unpause(let run):
            try require(run) { $0 == .paused }
            return .runUnpaused(run)
        case .cancel(let run, let force):
            try require(run) { !$0.isTerminal && ($0 != .cancelling || force) }
            return .runCancelled(run, force: force)
        case .retry(let run):
            try require(run) { $0 == .failed || $0 == .cancelled }
            return .runRetried(run)
        case .prioritize(let run, let task, let priority):
            try require(run) { !$0.isTerminal }
            guard (0...100).contains(priority) else { throw .invalidPriority(priority) }
            if let task, state(of: TaskReference(run: run, task: task)) == nil {
                throw .unknownTask(TaskReference(run: run, task: task))
            }
            return .prioritized(run, task, priority: priority)
        case .review(let task, let review):
            try require(task.run) { !$0.isTerminal }
            guard let state = state(of: task) else { throw .unknownTask(task) }
            guard case .awaitingApproval = state else { throw .notAsking(task, state.label) }
            return .reviewed(task, review)
        }
    }

    private func require(_ run: Run.ID, _ isRight: (Run.Status) -> Bool) throws(CommandError) {
        guard let index = runIndex[run] else { throw .unknownRun(run) }
        if !isRight(runs[index].status) { throw .wrongStatus(run, runs[index].status) }
    }

    /// The run's status; nil when the engine does not know the run.
    public func status(of run: Run.ID) -> Run.Status? {
        runIndex[run].map { runs[$0].status }
    }

    /// The concrete tasks of a run, by index; empty for an unknown run.
    public func instances(of run: Run.ID) -> [TaskInstance] {
        runIndex[run].map { runs[$0].expansion.instances } ?? []
    }

    public func submission(of run: Run.ID) -> Run.Submission? {
        runIndex[run].map { runs[$0].submission }
    }

    /// What stands between the tasks of a run; nil for an unknown run.
    public func graph(of run: Run.ID) -> Graph? {
        runIndex[run].map { runs[$0].expansion.graph }
    }

    public func state(of task: TaskReference) -> TaskState? {
        runIndex[task.run].flatMap { index in
            let states = runs[index].states
            return states.indices.contains(Int(task.task.index)) ? states[Int(task.task.index)] : nil
        }
    }

    /// What expressions of this task may see now; nil for an unknown run.
    public func scope(of task: TaskReference) -> Scope? {
        runIndex[task.run].map { runs[$0].scope(of: Int(task.task.index)) }
    }

    /// What they may see in each part of its work: several for a batch; nil for an unknown run.
    public func partScopes(of task: TaskReference) -> [Scope]? {
        runIndex[task.run].map { runs[$0].partScopes(of: Int(task.task.index)) }
    }

    /// The definition behind a task; nil for an unknown run.
    public func definition(of task: TaskReference) -> Workflow.Task? {
        runIndex[task.run].map { runs[$0].task(Int(task.task.index)) }
    }

    /// The place of the definition behind a task in its workflow.
    public func taskIndex(of task: TaskReference) -> Int {
        guard let run = runIndex[task.run] else { preconditionFailure("unknown run \(task.run)") }
        return Int(runs[run].taskIndex(Int(task.task.index)))
    }

    /// What a finished task offers to others; nil when it offers nothing.
    public func values(of task: TaskReference) -> TaskValues? {
        runIndex[task.run].flatMap { runs[$0].values[task.task.index] }
    }

    public func estimate(of task: TaskReference) -> Estimate? {
        runIndex[task.run].flatMap { runs[$0].estimates[Int(task.task.index)] }
    }
}
