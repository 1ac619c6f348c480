import BatonCore

/// What a watcher of one run knows, folded from the recorded events alone.
struct RunProgress {
    let run: Run.ID
    private(set) var submission: Run.Submission?
    private(set) var status = Run.Status.running
    private(set) var startedAt: Instant?
    private(set) var endedAt: Instant?
    private(set) var capacity = Resources.zero
    /// What other runs on the machine hold of the capacity.
    private(set) var heldByOthers = Resources.zero
    private(set) var tasks: [Task] = []
    /// Tasks that run commands, by state; groups are not counted.
    private(set) var counts = StateCounts()
    /// In the order of starting.
    private(set) var running: [Int] = []
    private(set) var retries = 0
    private(set) var reused = 0
    /// Of all attempts that have ended.
    private(set) var cpu = Duration.zero
    private var remaining = RemainingWork()
    /// What whoever reads of a cancellation may do to hasten it.
    var forceHint = "Press Ctrl-C again to kill at once."
    /// What must follow a command that is about this run, with a space before it.
    var commandOptions = ""

    struct Task: Sendable {
        var instance: TaskInstance
        var state = TaskState.blocked(waitingFor: 0)
        /// Number of the latest attempt; 0 before the first.
        var attempt: Int32 = 0
        /// How the latest attempt was started.
        var started: TaskState.Running?
        var usage: Usage?
        var sample: Sample?
        var estimate: Estimate?
        /// An attempt has succeeded, of which the above tells; another one beside it is being ended.
        var hasWon = false

        var isCommand: Bool { instance.kind == .command }

        /// Learned or declared.
        var expected: Duration? { instance.expectedNanoseconds(estimate).map { .nanoseconds($0) } }
    }

    /// The latest look at a running attempt.
    struct Sample: Hashable, Sendable {
        var memoryBytes: Int64
        /// Since the start of the attempt.
        var cpu: Duration
        var at: Instant
        /// Thousandths of a core in use between the last two looks.
        var milliCPU: Int64
    }

    init(run: Run.ID) {
        self.run = run
    }

    var name: String { submission?.workflow.name ?? "" }

    var isFinished: Bool { status.isTerminal }

    // MARK: Facts

    /// Takes in one event; what a line of news needs of the time before is passed on by the caller.
    mutating func apply(_ recorded: Recorded) {
        switch recorded.event {
        case .runSubmitted(let submission) where submission.run == run:
            self.submission = submission
            startedAt = recorded.at
        case .workerJoined(let worker):
            capacity += worker.capacity
        case .workerResized(_, let available):
            heldByOthers = capacity - available
        case .estimated(run, let estimates):
            pending = estimates
        case .attemptEnded(let attempt, let outcome, let usage) where attempt.run == run:
            end(attempt, outcome, usage)
        case .recalled: reused += 1
        case .tasksAdded(run, let added):
            submission?.workflow.tasks += added.map(\.task)
            pending = added.estimates(from: tasks.count)
        case .runSubmitted, .tasksAdded, .estimated, .workerLost, .limitsShared, .decided, .attemptGrew, .attemptEnded,
            .alarmRang,
            .runPaused, .runUnpaused, .runCancelled, .runRetried, .prioritized, .reviewed:
            break
        }
        for change in recorded.changes { apply(change) }
        learn()
    }

    /// Estimates that may come in the same event as the tasks that they are for.
    private var pending: [TaskEstimate] = []

    private mutating func learn() {
        for estimate in pending where tasks.indices.contains(Int(estimate.task.index)) {
            let index = Int(estimate.task.index)
            remaining.remove(tasks[index])
            tasks[index].estimate = estimate.estimate
            remaining.add(tasks[index])
        }
        pending = []
    }

    private mutating func end(_ attempt: Attempt.ID, _ outcome: Outcome, _ usage: Usage?) {
        let index = Int(attempt.task.index)
        guard tasks.indices.contains(index) else { return }
        if let usage { cpu += usage.userCPU + usage.systemCPU }
        if tasks[index].hasWon { return }
        tasks[index].attempt = attempt.number
        tasks[index].usage = usage
        switch outcome {
        case .reused:
            reused += 1
            tasks[index].hasWon = true
        case .succeeded:
            if let usage { remaining.observe(usage.wall) }
            tasks[index].hasWon = true
        case .failed, .stopped, .lost: break
        }
    }

    private mutating func apply(_ change: Change) {
        switch change {
        case .runStatus(run, let status, let at):
            self.status = status
            endedAt = status.isTerminal ? at : nil
        case .tasksAdded(run, let first, let instances, _):
            precondition(Int(first.index) == tasks.count, "tasks \(first.index)… added to \(tasks.count)")
            for instance in instances {
                let task = Task(instance: instance)
                tasks.append(task)
                if task.isCommand { counts[.blocked] += 1 }
                remaining.add(task)
            }
        case .taskState(let reference, let state, _) where reference.run == run:
            enter(state, Int(reference.task.index))
        case .runStatus, .tasksAdded, .taskState:
            break
        }
    }

    private mutating func enter(_ state: TaskState, _ index: Int) {
        remaining.remove(tasks[index])
        if tasks[index].isCommand {
            counts[tasks[index].state.label] -= 1
            counts[state.label] += 1
        }
        let place = running.firstIndex(of: index)
        if let place { running.remove(at: place) }
        if case .running(let running) = state {
            self.running.insert(index, at: place ?? self.running.count)
            if place == nil {
                tasks[index].hasWon = false
                if running.attempt > 1 { retries += 1 }
            }
            if !tasks[index].hasWon {
                tasks[index].attempt = running.attempt
                tasks[index].started = running
                tasks[index].usage = nil
                tasks[index].sample = nil
            }
        }
        tasks[index].state = state
        remaining.add(tasks[index])
    }

    /// Takes in one look at a running attempt; a late one is ignored.
    mutating func observe(_ attempt: Attempt.ID, memoryBytes: Int64, cpu: Duration, at now: Instant) {
        let index = Int(attempt.task.index)
        guard attempt.run == run, tasks.indices.contains(index), case .running(let running) = tasks[index].state,
            running.attempt == attempt.number
        else { return }
        let before = tasks[index].sample
        let since = before?.at ?? running.since
        let wall = since.duration(to: now).nanoseconds
        let used = cpu.nanoseconds - (before?.cpu.nanoseconds ?? 0)
        tasks[index].sample = Sample(
            memoryBytes: memoryBytes, cpu: cpu, at: now, milliCPU: wall > 0 ? max(0, used * 1000 / wall) : 0
        )
    }

    // MARK: Outlook

    /// Expected time to the end of the run; nil while nothing is known, or people are asked.
    ///
    /// The more pessimistic of two bounds: the work left, shared by as many tasks as run now, and the longest rest of
    /// a running task.
    func timeLeft(at now: Instant) -> Duration? {
        guard !isFinished, counts.finished < counts.total, counts[.awaitingApproval] == 0 else { return nil }
        var spent: Int64 = 0
        var longest: Int64 = 0
        for index in running {
            guard case .running(let state) = tasks[index].state else { continue }
            guard let expected = remaining.expected(tasks[index]) else { return nil }
            let elapsed = state.since.duration(to: now).nanoseconds
            spent += min(elapsed, expected)
            longest = max(longest, expected - elapsed)
        }
        guard let total = remaining.nanoseconds else { return nil }
        return .nanoseconds(max(longest, (total - spent) / Int64(max(running.count, 1))))
    }
}

/// How many tasks stand where.
struct StateCounts: Hashable, Sendable {
    private var counts = [Int](repeating: 0, count: TaskState.Label.allCases.count)

    subscript(label: TaskState.Label) -> Int {
        get { counts[Self.index(label)] }
        set { counts[Self.index(label)] = newValue }
    }

    var total: Int { counts.reduce(0, +) }

    var finished: Int {
        self[.succeeded] + self[.failed] + self[.skipped] + self[.cancelled]
    }

    private static func index(_ label: TaskState.Label) -> Int {
        switch label {
        case .blocked: 0
        case .ready: 1
        case .running: 2
        case .backingOff: 3
        case .succeeded: 4
        case .failed: 5
        case .skipped: 6
        case .cancelled: 7
        case .awaitingApproval: 8
        }
    }
}

/// The sum of expected times of all unfinished tasks, kept up to date as they come and go.
private struct RemainingWork {
    private var known: Int64 = 0
    private var knownCount: Int64 = 0
    private var unknown: Int64 = 0
    private var seen: Int64 = 0
    private var seenCount: Int64 = 0

    mutating func observe(_ wall: Duration) {
        seen += wall.nanoseconds
        seenCount += 1
    }

    mutating func add(_ task: RunProgress.Task) { count(task, 1) }

    mutating func remove(_ task: RunProgress.Task) { count(task, -1) }

    private mutating func count(_ task: RunProgress.Task, _ sign: Int64) {
        guard task.isCommand, !task.state.isTerminal else { return }
        if let expected = task.expected {
            known += sign * expected.nanoseconds
            knownCount += sign
        } else {
            unknown += sign
        }
    }

    private var mean: Int64? {
        if seenCount > 0 { return seen / seenCount }
        return knownCount > 0 ? known / knownCount : nil
    }

    /// A task of unknown length counts as the mean of those that have ended, else of those with an expectation.
    func expected(_ task: RunProgress.Task) -> Int64? { task.expected?.nanoseconds ?? mean }

    var nanoseconds: Int64? {
        if unknown == 0 { return known }
        return mean.map { known + unknown * $0 }
    }
}
