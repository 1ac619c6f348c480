/// Everything the engine knows of one run, as arrays over its task instances.
struct RunState: Sendable {
    private(set) var submission: Run.Submission
    let submittedAt: Instant
    /// Places in `submission.carriedOver` by instance.
    let carriedPlaces: [String: Int]
    var expansion: Expansion
    var status = Run.Status.running
    var states: [TaskState]
    /// Number of the latest attempt; 0 before the first.
    var attempts: [Int32]
    /// Failed attempts that count against the retry limit.
    var failures: [Int32]
    /// Least memory of the next attempt, raised by out-of-memory kills; 0 when there was none.
    var memoryFloors: [Int64]
    var estimates: [Estimate?]
    /// When each task ended; says nothing of those that have not.
    var ends: [Instant]
    /// Place in the engine's `readied` where each task last became ready.
    var readyNumbers: [Int32]
    /// Bytes that each task reads of each dependency; empty as long as nothing is known of any.
    var inputBytes: [[Int64]] = []
    /// Expected nanoseconds of each task on a worker of reference speed, guesses included.
    var durations: [Int64] = []
    /// Expected nanoseconds from the start of a task to the end of the run along its longest path.
    var ranks: [Int64] = []
    /// When each task must have ended for no deadline behind it to be missed; empty in a run without deadlines.
    var latestEnds: [Instant] = []
    /// Where each task last ran, as a worker's index; -1 before that, and for groups.
    var places: [Int32]
    /// Of tasks that run and have had a second attempt.
    var companions: [Int32: Companion] = [:]
    /// What finished tasks offer to others.
    var values: [Int32: TaskValues] = [:]
    /// What people answered last to tasks that ask for approval.
    var reviews: [Int32: Review] = [:]
    /// Units held of each of the workflow's limits.
    var limitsInUse: [Int64]
    /// Units that other runs hold of limits of the same names.
    var limitsHeldByOthers: [Int64]
    var unfinished: Int
    /// Of these, how many are not `finally` tasks.
    var unfinishedRegular = 0
    var hasReleasedFinally = false
    var failedTasks = 0
    var readyTasks = 0
    var runningTasks = 0
    /// Rises when its tasks, or what is expected of them, are not what they were.
    var revision = 0
    /// Tasks have joined it.
    var isOpenEnded = false
    /// The highest priority of any of its tasks.
    var priority: Int32 = 0
    /// Expected nanoseconds of all tasks that have not ended, one after the other.
    var remainingNanoseconds: Int64 = 0
    /// What its running attempts hold, on all workers.
    var held = Resources.zero

    init(submission: Run.Submission, expansion: Expansion, at now: Instant) {
        self.submission = submission
        carriedPlaces = Dictionary(
            submission.carriedOver.enumerated().map { ($0.element.instance, $0.offset) }
        ) { _, later in later }
        self.expansion = expansion
        submittedAt = now
        let count = expansion.instances.count
        states = []
        attempts = Array(repeating: 0, count: count)
        failures = Array(repeating: 0, count: count)
        memoryFloors = Array(repeating: 0, count: count)
        estimates = Array(repeating: nil, count: count)
        ends = Array(repeating: .zero, count: count)
        readyNumbers = Array(repeating: 0, count: count)
        places = Array(repeating: -1, count: count)
        limitsInUse = Array(repeating: 0, count: submission.workflow.limits.count)
        limitsHeldByOthers = limitsInUse
        unfinished = 0
        for index in 0..<count {
            states.append(initialState(of: index))
        }
        recountUnfinished()
        priority = expansion.instances.reduce(0) { max($0, $1.priority) }
        updateRanks()
    }

    var id: Run.ID { submission.run }

    /// True while new attempts may start.
    var isStartable: Bool {
        switch status {
        case .running, .cancelling: true
        case .paused, .succeeded, .failed, .cancelled: false
        }
    }

    // Inlined, or every look at one field copies the whole definition.
    @inline(__always)
    func task(_ index: Int) -> Workflow.Task {
        submission.workflow.tasks[Int(expansion.instances[index].task)]
    }

    /// Units that nobody holds; less than none where a run with a larger limit of that name holds more.
    func unitsLeft(of limit: Int) -> Int64 {
        submission.workflow.limits[limit].capacity - limitsInUse[limit] - limitsHeldByOthers[limit]
    }

    @inline(__always)
    func taskIndex(_ index: Int) -> Int32 { expansion.instances[index].task }

    func isFinally(_ index: Int) -> Bool {
        task(index).isFinally
    }

    /// True when this dependency lets the task go on: it has succeeded, or is an instance of the task's own group that
    /// `when` left out.
    func isSatisfied(_ dependency: Int, for task: Int) -> Bool {
        switch states[dependency] {
        case .succeeded: true
        case .skipped(because: .condition):
            expansion.instances[task].kind != .command
                && expansion.instances[task].task == expansion.instances[dependency].task
        case .blocked, .awaitingApproval, .ready, .running, .backingOff, .failed, .skipped, .cancelled: false
        }
    }

    /// Blocked by its dependencies that have not succeeded and, for a `finally` task, by the rest of the run.
    func initialState(of index: Int) -> TaskState {
        var waitingFor: Int32 = 0
        for dependency in expansion.graph.dependencies(of: index) {
            let isSatisfied = Int(dependency) < states.count && isSatisfied(Int(dependency), for: index)
            waitingFor += isSatisfied ? 0 : 1
        }
        if isFinally(index) && !hasReleasedFinally { waitingFor += 1 }
        return .blocked(waitingFor: waitingFor)
    }

    mutating func recountUnfinished() {
        unfinished = 0
        unfinishedRegular = 0
        failedTasks = 0
        for index in states.indices where !states[index].isTerminal {
            unfinished += 1
            if !isFinally(index) { unfinishedRegular += 1 }
        }
    }

    /// Adds instances that became known during the run.
    mutating func append(_ addition: Expansion.Addition) {
        let first = expansion.instances.count
        expansion.append(addition)
        extend(from: first, estimates: Array(repeating: nil, count: expansion.instances.count - first))
        revision += 1
    }

    /// Adds tasks that nobody knew of before.
    ///
    /// - Returns: false when all that was known of earlier tasks still holds.
    mutating func append(_ tasks: [Run.AddedTask]) -> Bool {
        let first = expansion.instances.count
        let known = submission.workflow.tasks.count
        let (ranksBefore, endsBefore, priorityBefore) = (ranks, latestEnds, priority)
        submission.workflow.tasks += tasks.map(\.task)
        expansion.append(tasks, from: known)
        extend(from: first, estimates: tasks.map(\.estimate))
        priority = expansion.instances[first...].reduce(priority) { max($0, $1.priority) }
        isOpenEnded = true
        let hasChanged =
            priority != priorityBefore || !ranks.starts(with: ranksBefore) || !latestEnds.starts(with: endsBefore)
        if hasChanged { revision += 1 }
        return hasChanged
    }

    /// Makes room for what is known of new instances.
    private mutating func extend(from first: Int, estimates added: [Estimate?]) {
        let count = added.count
        attempts += Array(repeating: 0, count: count)
        failures += Array(repeating: 0, count: count)
        memoryFloors += Array(repeating: 0, count: count)
        estimates += added
        ends += Array(repeating: .zero, count: count)
        readyNumbers += Array(repeating: 0, count: count)
        places += Array(repeating: -1, count: count)
        if !inputBytes.isEmpty { inputBytes += Array(repeating: [], count: count) }
        for index in first..<first + count { states.append(initialState(of: index)) }
        unfinished += count
        unfinishedRegular += expansion.instances[first...].count {
            !submission.workflow.tasks[Int($0.task)].isFinally
        }
        updateRanks()
    }

    /// Expected nanoseconds of one task, learned or declared; nil when neither is known.
    // Inlined, or each call from a policy copies the whole run.
    @inline(__always)
    func expectedNanoseconds(of index: Int) -> Int64? {
        expansion.instances[index].expectedNanoseconds(estimates[index])
    }

    /// Recomputes what depends on durations; tasks of unknown length count as the median of the known ones, or as a
    /// second.
    mutating func updateRanks() {
        var known: [Int64] = []
        durations = expansion.instances.indices.map { index -> Int64 in
            guard expansion.instances[index].kind == .command else { return 0 }
            guard let expected = expectedNanoseconds(of: index) else { return -1 }
            known.append(expected)
            return expected
        }
        known.sort()
        let typical = known.isEmpty ? 1_000_000_000 : max(known[known.count / 2], 1)
        for index in durations.indices where durations[index] < 0 { durations[index] = typical }
        ranks = expansion.graph.upwardRanks(nanoseconds: durations)
        updateLatestEnds()
        countRemaining()
    }

    private mutating func updateLatestEnds() {
        let workflow = submission.workflow
        guard workflow.deadline != nil || workflow.tasks.contains(where: { $0.deadline != nil }) else { return }
        let ownEnds = expansion.instances.map { instance -> Int64 in
            let deadline = [workflow.deadline, workflow.tasks[Int(instance.task)].deadline].compactMap { $0 }.min()
            return deadline.map { submittedAt.advanced(by: $0).nanoseconds } ?? .max
        }
        latestEnds = expansion.graph.latestEnds(ownEnds: ownEnds, nanoseconds: durations).map(
            Instant.init(nanoseconds:))
    }

    mutating func countRemaining() {
        remainingNanoseconds = 0
        for index in states.indices where !states[index].isTerminal { remainingNanoseconds &+= durations[index] }
    }

    func latestEnd(of index: Int) -> Instant? {
        latestEnds.isEmpty || latestEnds[index].nanoseconds == .max ? nil : latestEnds[index]
    }

    mutating func noteInputBytes(_ estimate: TaskEstimate) {
        if inputBytes.isEmpty { inputBytes = Array(repeating: [], count: states.count) }
        inputBytes[Int(estimate.task.index)] = estimate.inputBytes
    }

    /// What expressions of a task may see.
    func scope(of index: Int) -> Scope {
        let (values, states, expansion) = (values, states, expansion)
        let run = [
            Workflow.Binding(name: "id", value: .string(id.description)),
            Workflow.Binding(name: "name", value: .string(submission.workflow.name)),
            Workflow.Binding(name: "attempt", value: .number(Double(attempts[index]))),
            Workflow.Binding(name: "status", value: .string(outcomeSoFar.rawValue)),
        ]
        return Scope(
            parameters: submission.parameters,
            bindings: expansion.instances[index].bindings,
            run: run,
            task: { name in
                guard let task = expansion[name]?.index, states[Int(task)].isTerminal else { return nil }
                var known = values[task] ?? TaskValues()
                known.state = states[Int(task)].label.rawValue
                switch states[Int(task)] {
                case .failed(.exitCode(let code)): known.exitCode = code
                case .succeeded: known.exitCode = 0
                case .blocked, .awaitingApproval, .ready, .running, .backingOff, .failed, .skipped, .cancelled: break
                }
                return known
            }
        )
    }

    /// What they may see in each part of its work, of which a batch has several.
    func partScopes(of index: Int) -> [Scope] {
        let scope = scope(of: index)
        return expansion.instances[index].parts.map { bindings in
            var own = scope
            own.bindings = bindings
            return own
        }
    }

    /// After which an attempt is ended.
    func timeout(of index: Int) -> Duration? { forAllValues(of: index, task(index).timeout) }

    /// After which a second attempt may start beside the first.
    func speculation(of index: Int) -> Duration? { forAllValues(of: index, task(index).speculation) }

    /// What a task says of time is meant for one value of a batch.
    private func forAllValues(of index: Int, _ duration: Duration?) -> Duration? {
        duration.map { $0 * expansion.instances[index].parts.count }
    }

    /// How the run would end if what is unfinished succeeded.
    var outcomeSoFar: Run.Status {
        if status == .cancelling { return .cancelled }
        return failedTasks > 0 ? .failed : .succeeded
    }
}
