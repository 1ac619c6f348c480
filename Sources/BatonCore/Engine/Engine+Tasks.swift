// How the end of one task reaches the tasks behind it.

/// Tasks whose final state is known and has yet to be entered; a list, so that long chains need no deep stack.
struct Worklist {
    private var items: [(task: Int, state: TaskState)] = []

    var isEmpty: Bool { items.isEmpty }

    mutating func push(_ task: Int, _ state: TaskState) {
        items.append((task, state))
    }

    mutating func pop() -> (task: Int, state: TaskState)? {
        items.popLast()
    }
}

extension Engine {
    func reference(_ task: Int, in run: Int) -> TaskReference {
        TaskReference(run: runs[run].id, task: TaskInstance.ID(task))
    }

    /// The latest attempt of a task.
    func attemptID(_ task: Int, in run: Int) -> Attempt.ID { attemptID(runs[run].attempts[task], of: task, in: run) }

    func attemptID(_ number: Int32, of task: Int, in run: Int) -> Attempt.ID {
        Attempt.ID(run: runs[run].id, task: TaskInstance.ID(task), number: number)
    }

    /// Enters final states until nothing more follows from them.
    mutating func propagate(
        _ settled: inout Worklist, in run: Int, at now: Instant, into effects: inout [Effect]
    ) {
        repeat {
            while let (task, state) = settled.pop() {
                settle(task, state, in: run, at: now, &settled, into: &effects)
            }
            finishIfDone(run, at: now, &settled, into: &effects)
        } while !settled.isEmpty
    }

    private mutating func settle(
        _ task: Int, _ state: TaskState, in run: Int, at now: Instant, _ settled: inout Worklist,
        into effects: inout [Effect]
    ) {
        guard !runs[run].states[task].isTerminal else { return }  // skipped along two paths
        enter(state, task, in: run, at: now, into: &effects)
        if case .failed = state { runs[run].failedTasks += 1 }
        runs[run].unfinished -= 1
        runs[run].remainingNanoseconds &-= runs[run].durations[task]
        if !runs[run].isFinally(task) { runs[run].unfinishedRegular -= 1 }
        for successor in runs[run].expansion.graph.successors(of: task) {
            let successor = Int(successor)
            if runs[run].isSatisfied(task, for: successor) {
                countDown(successor, in: run, at: now, &settled, into: &effects)
            } else if case .blocked = runs[run].states[successor] {
                settled.push(successor, .skipped(because: .dependency(TaskInstance.ID(task))))
            }
        }
    }

    mutating func countDown(
        _ task: Int, in run: Int, at now: Instant, _ settled: inout Worklist, into effects: inout [Effect]
    ) {
        guard case .blocked(let waitingFor) = runs[run].states[task] else { return }
        runs[run].states[task] = .blocked(waitingFor: waitingFor - 1)
        if waitingFor == 1 { unblock(task, in: run, at: now, &settled, into: &effects) }
    }

    /// All dependencies have succeeded: a command gets ready, a group opens or closes.
    mutating func unblock(
        _ task: Int, in run: Int, at now: Instant, _ settled: inout Worklist, into effects: inout [Effect]
    ) {
        switch runs[run].expansion.instances[task].kind {
        case .group(isExpanded: true):
            collectValues(of: task, in: run)
            settled.push(task, .succeeded(attempt: 0))
        case .group(isExpanded: false):
            open(task, in: run, at: now, &settled, into: &effects)
        case .command:
            switch evaluateCondition(of: task, in: run) {
            case .success(true):
                if let question = runs[run].task(task).approval {
                    ask(question, before: task, in: run, at: now, &settled, into: &effects)
                } else {
                    makeReady(task, in: run, at: now, into: &effects)
                    if case .decide? = effects.last { return }
                    effects.append(.decide)
                }
            case .success(false):
                settled.push(task, .skipped(because: .condition))
            case .failure(let error):
                settled.push(task, .failed(.invalid("when: \(error.message)")))
            }
        }
    }

    private func evaluateCondition(of task: Int, in run: Int) -> Result<Bool, ExpressionError> {
        guard let condition = runs[run].task(task).condition else { return .success(true) }
        do throws(ExpressionError) {
            return .success(try condition.evaluateCondition(in: runs[run].scope(of: task)))
        } catch {
            return .failure(error)
        }
    }

    /// A fan-out over what an earlier task printed: its instances exist from now on.
    private mutating func open(
        _ group: Int, in run: Int, at now: Instant, _ settled: inout Worklist, into effects: inout [Effect]
    ) {
        let first = runs[run].expansion.instances.count
        do throws(WorkflowError) {
            let addition = try runs[run].submission.workflow.expandGroup(
                TaskInstance.ID(group), in: runs[run].expansion, scope: runs[run].scope(of: group)
            )
            runs[run].append(addition)
        } catch {
            settled.push(group, .failed(.invalid(error.problems.map(\.message).joined(separator: "; "))))
            return
        }
        generation += 1
        let added = Array(runs[run].expansion.instances[first...])
        effects.append(
            .announce(
                .tasksAdded(runs[run].id, first: TaskInstance.ID(first), added, runs[run].expansion.graph)))
        runs[run].states[group] = runs[run].initialState(of: group)
        if case .blocked(waitingFor: 0) = runs[run].states[group] {
            unblock(group, in: run, at: now, &settled, into: &effects)
        }
        for task in first..<runs[run].expansion.instances.count where !carryOver(task, in: run, &settled) {
            if case .blocked(waitingFor: 0) = runs[run].states[task] {
                unblock(task, in: run, at: now, &settled, into: &effects)
            }
        }
    }

    /// A group's values are those of its instances, one after the other; none of what an empty group waited for.
    private mutating func collectValues(of group: Int, in run: Int) {
        let record = runs[run]
        let instances = record.expansion.graph.dependencies(of: group).filter {
            record.expansion.instances[Int($0)].task == record.expansion.instances[group].task
        }
        runs[run].values[Int32(group)] = TaskValues(joining: instances.compactMap { record.values[$0] })
    }

    /// Sets the state and tells; bookkeeping of counts is the caller's.
    mutating func enter(
        _ state: TaskState, _ task: Int, in run: Int, at now: Instant, into effects: inout [Effect]
    ) {
        if runs[run].states[task].label == .ready { runs[run].readyTasks -= 1 }
        if state.label == .ready { runs[run].readyTasks += 1 }
        runs[run].states[task] = state
        if state.isTerminal { runs[run].ends[task] = now }
        if announcesTasks { effects.append(.announce(.taskState(reference(task, in: run), state, at: now))) }
    }
}
