// Speculative copies: a second attempt beside one that takes long, of which the first to succeed counts.

/// What stands beside the attempt that the state of a running task holds.
enum Companion: Hashable, Sendable {
    /// A second attempt, which started later.
    case copy(TaskState.Running)
    /// One of two has ended without success; the other goes on alone, and no third is started.
    case ended
    /// The attempt of this number has succeeded, and the end of the other is waited for.
    case winner(Int32)
}

extension Engine {
    /// Starts a second attempt beside one that has run so long; where there is no room, looks again when it has run
    /// for another tenth of its time.
    mutating func speculate(_ attempt: Attempt.ID, at now: Instant, into effects: inout [Effect]) {
        guard let (run, task, running) = current(attempt), running.stopping == nil,
            runs[run].companion(of: task) == nil
        else { return }  // it has ended, or is about to, or has a copy
        guard let worker = workerForCopy(of: running, task, in: run) else {
            let wait = max(running.since.duration(to: now) / 10, .milliseconds(100))
            effects.append(.wake(at: now.advanced(by: wait), .speculate(attempt)))
            return
        }
        let copy = book(running.grant, on: worker, for: task, in: run, at: now)
        runs[run].companions[Int32(task)] = .copy(copy)
        announce(copy, of: task, in: run, at: now, into: &effects)
        launch(copy, task, in: run, into: &effects)
    }

    /// The fastest worker that has room for as much as the first attempt holds; the first one's own where no other has.
    func workerForCopy(of running: TaskState.Running, _ task: Int, in run: Int) -> Worker.ID? {
        let request = runs[run].expansion.instances[task].request
        guard runs[run].status == .running,
            request.slots.allSatisfy({ $0.units <= runs[run].unitsLeft(of: Int($0.limit)) })
        else { return nil }
        var best: Worker?
        for index in workers.indices where running.grant.fits(in: free[index]) {
            let worker = workers[index].worker
            guard request.allows(worker.kind) else { continue }
            guard let known = best else {
                best = worker
                continue
            }
            let isOther = (worker.id != running.worker, known.id != running.worker)
            if isOther.0 != isOther.1 ? isOther.0 : worker.speedPermille > known.speedPermille { best = worker }
        }
        return best?.id
    }

    /// The first success of two decides, and the other attempt is ended. A failure decides nothing while the other goes on.
    mutating func endOneOfTwo(
        _ ended: TaskState.Running, _ verdict: Verdict, _ copy: TaskState.Running, _ task: Int, in run: Int,
        at now: Instant, into effects: inout [Effect]
    ) {
        guard case .running(let first) = runs[run].states[task] else {
            preconditionFailure("a copy of what doesn't run")
        }
        let other = ended.attempt == first.attempt ? copy : first
        runs[run].states[task] = .running(other)
        if case .succeeded(let values) = verdict {
            runs[run].companions[Int32(task)] = .winner(ended.attempt)
            runs[run].values[Int32(task)] = values
            runs[run].places[task] = ended.worker.index
            if other.stopping == nil { stop(other, .outrun, task, in: run, into: &effects) }
        } else {
            runs[run].companions[Int32(task)] = .ended
            runs[run].places[task] = other.worker.index
        }
        if case .running(let left) = runs[run].states[task] {
            announce(left, of: task, in: run, at: now, into: &effects)
        }
    }

    /// Tells of an attempt that runs on or beside another, as the task itself does not change.
    private func announce(
        _ running: TaskState.Running, of task: Int, in run: Int, at now: Instant, into effects: inout [Effect]
    ) {
        guard announcesTasks else { return }
        effects.append(.announce(.taskState(reference(task, in: run), .running(running), at: now)))
    }

    /// What is known of an attempt while it runs; nil when it does not.
    public func running(_ attempt: Attempt.ID) -> TaskState.Running? { current(attempt)?.running }
}

extension RunState {
    /// The attempts of a task that run: none, one, or two.
    func running(_ task: Int) -> [TaskState.Running] {
        guard case .running(let first) = states[task] else { return [] }
        if case .copy(let copy)? = companion(of: task) { return [first, copy] }
        return [first]
    }

    /// The attempt of that number; nil when it does not run.
    @inline(__always)
    func running(_ task: Int, _ number: Int32) -> TaskState.Running? {
        guard case .running(let first) = states[task] else { return nil }
        if first.attempt == number { return first }
        if case .copy(let copy)? = companion(of: task), copy.attempt == number { return copy }
        return nil
    }

    // Nearly always there is none, and nothing has to be hashed.
    @inline(__always)
    func companion(of task: Int) -> Companion? { companions.isEmpty ? nil : companions[Int32(task)] }

    /// Changes what is known of a running attempt.
    mutating func update(_ running: TaskState.Running, of task: Int) {
        if case .copy(let copy)? = companion(of: task), copy.attempt == running.attempt {
            companions[Int32(task)] = .copy(running)
        } else {
            states[task] = .running(running)
        }
    }
}
