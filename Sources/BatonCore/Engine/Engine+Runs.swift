// Runs as a whole: how they begin, are cancelled, are tried again and end.

extension Engine {
    mutating func begin(_ submission: Run.Submission, at now: Instant, into effects: inout [Effect]) {
        guard runIndex[submission.run] == nil else { return }  // a repeated submission
        let expansion: Expansion
        do {
            expansion = try submission.expand()
        } catch {
            preconditionFailure("run \(submission.run) was logged without having been validated: \(error.problems)")
        }
        let index = runs.count
        runIndex[submission.run] = index
        var submission = submission
        submission.known.expansion = nil  // the run has its own from here on, which grows
        runs.append(RunState(submission: submission, expansion: expansion, at: now))
        openRuns.append(Int32(index))
        effects.append(.announce(.runStatus(submission.run, .running, at: now)))
        effects.append(
            .announce(
                .tasksAdded(submission.run, first: TaskInstance.ID(0), expansion.instances, expansion.graph)))
        var settled = Worklist()
        for task in expansion.instances.indices { carryOver(task, in: index, &settled) }
        propagate(&settled, in: index, at: now, into: &effects)
        for task in expansion.instances.indices {
            if case .blocked(waitingFor: 0) = runs[index].states[task] {
                unblock(task, in: index, at: now, &settled, into: &effects)
            }
        }
        propagate(&settled, in: index, at: now, into: &effects)
        effects.append(.decide)
    }

    /// Settles an instance whose result an earlier run already has.
    ///
    /// - Returns: false when there is none.
    @discardableResult
    mutating func carryOver(_ task: Int, in run: Int, _ settled: inout Worklist) -> Bool {
        guard let place = runs[run].carriedPlaces[runs[run].expansion.instances[task].name] else { return false }
        runs[run].values[Int32(task)] = runs[run].submission.carriedOver[place].values
        settled.push(task, .succeeded(attempt: 0))
        return true
    }

    mutating func learn(_ estimates: [TaskEstimate], of run: Run.ID, into effects: inout [Effect]) {
        guard let index = runIndex[run] else { return }
        for estimate in estimates {
            runs[index].estimates[Int(estimate.task.index)] = estimate.estimate
            if !estimate.inputBytes.isEmpty { runs[index].noteInputBytes(estimate) }
        }
        runs[index].updateRanks()
        runs[index].revision += 1
        generation += 1
        effects.append(.decide)
    }

    mutating func prioritize(
        _ task: TaskInstance.ID?, of run: Run.ID, _ priority: Int32, into effects: inout [Effect]
    ) {
        guard let index = runIndex[run] else { return }
        for place in runs[index].expansion.instances.indices where task == nil || task == TaskInstance.ID(place) {
            runs[index].expansion.setPriority(priority, of: place)
        }
        runs[index].priority = runs[index].expansion.instances.reduce(0) { max($0, $1.priority) }
        runs[index].revision += 1
        generation += 1
        effects.append(.decide)
    }

    mutating func setStatus(
        _ status: Run.Status, of run: Run.ID, onlyFrom expected: Run.Status, at now: Instant,
        into effects: inout [Effect]
    ) {
        guard let index = runIndex[run], runs[index].status == expected else { return }
        runs[index].status = status
        effects.append(.announce(.runStatus(run, status, at: now)))
    }

    /// Stops what runs, gives up what waits, and leaves `finally` tasks to run unless forced.
    mutating func cancel(_ run: Run.ID, force: Bool, at now: Instant, into effects: inout [Effect]) {
        guard let index = runIndex[run], !runs[index].status.isTerminal else { return }
        if runs[index].status != .cancelling {
            runs[index].status = .cancelling
            effects.append(.announce(.runStatus(run, .cancelling, at: now)))
        }
        var settled = Worklist()
        for task in runs[index].states.indices where force || !runs[index].isFinally(task) {
            switch runs[index].states[task] {
            case .blocked, .awaitingApproval, .ready, .backingOff:
                settled.push(task, .cancelled)
            case .running:
                let reason: StopReason = force ? .killed : .cancelled
                for running in runs[index].running(task)
                where running.stopping != reason && running.stopping != .killed {
                    stop(running, reason, task, in: index, into: &effects)
                }
            case .succeeded, .failed, .skipped, .cancelled:
                continue
            }
        }
        propagate(&settled, in: index, at: now, into: &effects)
        effects.append(.decide)
    }

    /// Gives every task that did not succeed another chance, with a fresh retry budget.
    mutating func retry(_ run: Run.ID, at now: Instant, into effects: inout [Effect]) {
        guard let index = runIndex[run], runs[index].status.isTerminal else { return }
        runs[index].status = .running
        runs[index].hasReleasedFinally = false
        runs[index].revision += 1
        effects.append(.announce(.runStatus(run, .running, at: now)))
        let again = runs[index].states.indices.filter { task in
            if case .succeeded = runs[index].states[task] { runs[index].isFinally(task) } else { true }
        }
        for task in again { runs[index].states[task] = .blocked(waitingFor: 0) }
        for task in again {
            runs[index].failures[task] = 0
            runs[index].reviews[Int32(task)] = nil
            runs[index].states[task] = runs[index].initialState(of: task)
            effects.append(.announce(.taskState(reference(task, in: index), runs[index].states[task], at: now)))
        }
        runs[index].recountUnfinished()
        runs[index].countRemaining()
        openRuns.append(Int32(index))
        endedTasks -= runs[index].states.count
        var settled = Worklist()
        for task in again {
            if case .blocked(waitingFor: 0) = runs[index].states[task] {
                unblock(task, in: index, at: now, &settled, into: &effects)
            }
        }
        propagate(&settled, in: index, at: now, into: &effects)
        effects.append(.decide)
    }

    /// Lets `finally` tasks go when all others have ended, and ends the run when nothing is left.
    mutating func finishIfDone(_ index: Int, at now: Instant, _ settled: inout Worklist, into effects: inout [Effect]) {
        if runs[index].unfinishedRegular == 0 && !runs[index].hasReleasedFinally {
            runs[index].hasReleasedFinally = true
            for task in runs[index].states.indices where runs[index].isFinally(task) {
                countDown(task, in: index, at: now, &settled, into: &effects)
            }
        }
        guard runs[index].unfinished == 0, settled.isEmpty, !runs[index].status.isTerminal else { return }
        runs[index].status = runs[index].outcomeSoFar
        openRuns.removeAll { $0 == index }
        endedTasks += runs[index].states.count
        effects.append(.announce(.runStatus(runs[index].id, runs[index].status, at: now)))
    }
}
