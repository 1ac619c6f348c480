// Attempts: how they start, grow, end, and are tried again.

extension Engine {
    /// Carries out one placement of an admitted decision.
    mutating func start(_ placement: Placement, at now: Instant, into effects: inout [Effect]) {
        guard let run = runIndex[placement.task.run] else {
            preconditionFailure("decided for unknown run \(placement.task.run)")
        }
        let task = Int(placement.task.task.index)
        guard case .ready = runs[run].states[task] else {
            preconditionFailure("decided for task \(task) of \(placement.task.run) in \(runs[run].states[task])")
        }
        runs[run].runningTasks += 1
        let running = book(placement.grant, on: placement.worker, for: task, in: run, at: now)
        enter(.running(running), task, in: run, at: now, into: &effects)
        launch(running, task, in: run, into: &effects)
    }

    /// Gives the next attempt of a task its number and what it takes.
    mutating func book(
        _ grant: Resources, on worker: Worker.ID, for task: Int, in run: Int, at now: Instant
    ) -> TaskState.Running {
        runs[run].attempts[task] += 1
        let number = runs[run].attempts[task]
        change(worker) { worker in
            worker.used += grant
            worker.running.append(Started(run: Int32(run), task: Int32(task), attempt: number))
        }
        runs[run].held += grant
        runs[run].places[task] = worker.index
        hold(slotsOf: task, in: run, sign: 1)
        return TaskState.Running(attempt: number, worker: worker, since: now, grant: grant)
    }

    mutating func launch(_ running: TaskState.Running, _ task: Int, in run: Int, into effects: inout [Effect]) {
        effects.append(.start(order(for: attemptID(running.attempt, of: task, in: run), running, in: run)))
        setAlarms(for: running, task, in: run, into: &effects)
    }

    func setAlarms(for running: TaskState.Running, _ task: Int, in run: Int, into effects: inout [Effect]) {
        let attempt = attemptID(running.attempt, of: task, in: run)
        if let timeout = runs[run].timeout(of: task) {
            effects.append(.wake(at: running.since.advanced(by: timeout), .timeout(attempt)))
        }
        if let patience = runs[run].speculation(of: task), runs[run].companion(of: task) == nil {
            effects.append(.wake(at: running.since.advanced(by: patience), .speculate(attempt)))
        }
    }

    func order(for attempt: Attempt.ID, _ running: TaskState.Running, in run: Int) -> Effect.Order {
        let isDeclared = runs[run].expansion.instances[Int(attempt.task.index)].request.memoryBytes != nil
        return Effect.Order(
            attempt: attempt, worker: running.worker, grant: running.grant,
            memoryLimitBytes: isDeclared ? running.grant.memoryBytes : nil
        )
    }

    /// Raises the reservation of an attempt to what it was seen to hold.
    mutating func grow(_ attempt: Attempt.ID, to memoryBytes: Int64) {
        guard let (run, task, running) = current(attempt) else { return }  // it has ended meanwhile
        var grown = running
        grown.grant.memoryBytes = max(running.grant.memoryBytes, memoryBytes)
        change(running.worker) { $0.used += grown.grant - running.grant }
        runs[run].held += grown.grant - running.grant
        runs[run].update(grown, of: task)
    }

    mutating func end(
        _ attempt: Attempt.ID, _ outcome: Outcome, _ usage: Usage?, at now: Instant, into effects: inout [Effect]
    ) {
        guard let (run, task, running) = current(attempt) else { return }  // a late or duplicate report
        release(running, task, in: run)
        let verdict = verdict(on: outcome, running.stopping)
        if case .copy(let copy)? = runs[run].companion(of: task) {
            endOneOfTwo(running, verdict, copy, task, in: run, at: now, into: &effects)
        } else {
            endLast(running, verdict, usage, task, in: run, at: now, into: &effects)
        }
        effects.append(.decide)
    }

    private mutating func endLast(
        _ running: TaskState.Running, _ verdict: Verdict, _ usage: Usage?, _ task: Int, in run: Int, at now: Instant,
        into effects: inout [Effect]
    ) {
        runs[run].runningTasks -= 1
        var settled = Worklist()
        let companion = runs[run].companion(of: task)
        if companion != nil { runs[run].companions[Int32(task)] = nil }
        switch (companion, verdict) {
        case (.winner(let number), _):
            settled.push(task, .succeeded(attempt: number))
        case (_, .succeeded(let values)):
            runs[run].values[Int32(task)] = values
            settled.push(task, .succeeded(attempt: running.attempt))
        case (_, .lost):
            makeReady(task, in: run, at: now, into: &effects)
        case (_, .cancelled):
            settled.push(task, .cancelled)
        case (_, .failed(.outOfMemory)):
            endOutOfMemory(task, running, usage, in: run, at: now, &settled, into: &effects)
        case (_, .failed(let failure)):
            endFailed(task, failure, in: run, at: now, &settled, into: &effects)
        }
        propagate(&settled, in: run, at: now, into: &effects)
    }

    enum Verdict {
        case succeeded(TaskValues?)
        case failed(Failure)
        case cancelled
        case lost
    }

    /// What an outcome means, given that the engine may have asked for the end itself.
    private func verdict(on outcome: Outcome, _ stopping: StopReason?) -> Verdict {
        switch (outcome, stopping) {
        case (.succeeded(let values), _), (.reused(let values, _), _): .succeeded(values)
        case (_, .cancelled), (_, .killed), (_, .outrun): .cancelled
        case (_, .timeout): .failed(.timedOut)
        case (.failed(let failure), nil): .failed(failure)
        case (.lost, nil), (.stopped, nil): .lost
        }
    }

    private mutating func endFailed(
        _ task: Int, _ failure: Failure, in run: Int, at now: Instant, _ settled: inout Worklist,
        into effects: inout [Effect]
    ) {
        runs[run].failures[task] += 1
        let rule = runs[run].task(task).retry
        guard runs[run].failures[task] <= rule.limit, rule.covers(failure), runs[run].isStartable(isFinally: task)
        else {
            settled.push(task, .failed(failure))
            return
        }
        let attempt = attemptID(task, in: run)
        let until = now.advanced(by: rule.delay(afterFailures: runs[run].failures[task], seed: attempt.seed))
        enter(.backingOff(until: until), task, in: run, at: now, into: &effects)
        effects.append(.wake(at: until, .retry(attempt)))
    }

    /// Tries again with more memory as long as there is more to give; the retry budget is for other failures.
    private mutating func endOutOfMemory(
        _ task: Int, _ running: TaskState.Running, _ usage: Usage?, in run: Int, at now: Instant,
        _ settled: inout Worklist, into effects: inout [Effect]
    ) {
        let rule = runs[run].task(task).retry
        let killedAt = max(running.grant.memoryBytes, usage?.peakMemoryBytes ?? 0)
        let most = mostMemory(for: task, in: run)
        let isCovered = rule.triggers?.contains(.outOfMemory) ?? true
        guard isCovered, running.grant.memoryBytes < most, runs[run].isStartable(isFinally: task) else {
            settled.push(task, .failed(.outOfMemory))
            return
        }
        let next = MemoryLadder.next(
            afterKillAt: killedAt, estimate: runs[run].estimates[task],
            declared: runs[run].expansion.instances[task].request.memoryBytes
        )
        runs[run].memoryFloors[task] = min(next, most)
        makeReady(task, in: run, at: now, into: &effects)
    }

    mutating func ring(_ alarm: Alarm, at now: Instant, into effects: inout [Effect]) {
        switch alarm {
        case .retry(let attempt):
            guard let run = runIndex[attempt.run] else { return }
            let task = Int(attempt.task.index)
            guard runs[run].states.indices.contains(task), case .backingOff = runs[run].states[task],
                runs[run].attempts[task] == attempt.number
            else { return }  // cancelled or retried by hand meanwhile
            makeReady(task, in: run, at: now, into: &effects)
            effects.append(.decide)
        case .timeout(let attempt):
            guard let (run, task, running) = current(attempt), running.stopping == nil else { return }  // it has ended
            stop(running, .timeout, task, in: run, into: &effects)
        case .speculate(let attempt):
            speculate(attempt, at: now, into: &effects)
        }
    }

    mutating func stop(
        _ running: TaskState.Running, _ reason: StopReason, _ task: Int, in run: Int, into effects: inout [Effect]
    ) {
        var stopping = running
        stopping.stopping = reason
        runs[run].update(stopping, of: task)
        effects.append(.stop(attemptID(running.attempt, of: task, in: run), reason))
    }

    /// The place and state of an attempt that is running now; nil when it is not.
    func current(_ attempt: Attempt.ID) -> (run: Int, task: Int, running: TaskState.Running)? {
        guard let run = runIndex[attempt.run] else { return nil }
        let task = Int(attempt.task.index)
        guard runs[run].states.indices.contains(task), let running = runs[run].running(task, attempt.number) else {
            return nil
        }
        return (run, task, running)
    }

    /// Tasks that have left the head of `readied` for good need no second look by anybody.
    mutating func passOverStarted() {
        while oldestWaiting < readied.count, !isWaiting(oldestWaiting) { oldestWaiting += 1 }
    }

    /// Whether the task that was the `number`-th to become ready still is, since then.
    func isWaiting(_ number: Int) -> Bool {
        let (run, task) = (Int(readied[number].run), Int(readied[number].task))
        if case .ready = runs[run].states[task] { return runs[run].readyNumbers[task] == number }
        return false
    }

    mutating func makeReady(_ task: Int, in run: Int, at now: Instant, into effects: inout [Effect]) {
        enter(.ready(since: now), task, in: run, at: now, into: &effects)
        runs[run].readyNumbers[task] = Int32(readied.count)
        readied.append(Readied(run: Int32(run), task: Int32(task)))
    }

    private mutating func release(_ running: TaskState.Running, _ task: Int, in run: Int) {
        change(running.worker) { worker in
            worker.used -= running.grant
            let place = worker.running.firstIndex {
                $0.run == run && $0.task == task && $0.attempt == running.attempt
            }
            if let place { worker.running.swapRemove(at: place) }
        }
        runs[run].held -= running.grant
        hold(slotsOf: task, in: run, sign: -1)
    }

    private mutating func hold(slotsOf task: Int, in run: Int, sign: Int64) {
        for slot in runs[run].expansion.instances[task].request.slots {
            runs[run].limitsInUse[Int(slot.limit)] += sign * slot.units
        }
    }
}

extension RunState {
    /// False for a task that a cancellation has overtaken.
    fileprivate func isStartable(isFinally task: Int) -> Bool {
        switch status {
        case .running, .paused: true
        case .cancelling: isFinally(task)
        case .succeeded, .failed, .cancelled: false
        }
    }
}

extension RetryRule {
    /// True when this kind of failure is worth another attempt.
    func covers(_ failure: Failure) -> Bool {
        guard let triggers else {
            // Another try can't mend a wrong expression.
            if case .invalid = failure { return false }
            return true
        }
        return switch failure {
        case .exitCode(let code): triggers.contains(.exitCode(code))
        case .signal: triggers.contains(.signal)
        case .outOfMemory: triggers.contains(.outOfMemory)
        case .timedOut: triggers.contains(.timeout)
        case .notStarted, .missingOutputs, .rejected, .invalid: false
        }
    }
}
