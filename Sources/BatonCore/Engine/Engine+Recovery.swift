// The pure half of a restart: replay has rebuilt the state, now the outside world is brought in line with it.

/// What the world knows of an attempt that the engine believes to be running.
public enum AttemptFact: Hashable, Sendable {
    /// Its processes live; its end will be reported.
    case alive
    /// It was never started, so it may be started under the same number.
    case neverStarted
    case ended(Outcome, Usage?)
    /// It was started and is gone without a word.
    case lost
}

extension Engine {
    /// Attempts that the engine believes to be running, in order of run and task.
    public var runningAttempts: [Attempt.ID] {
        runs.indices.flatMap { run in
            runs[run].states.indices.flatMap { task in
                runs[run].running(task).map { attemptID($0.attempt, of: task, in: run) }
            }
        }
    }

    /// Facts that the log lacks: to be logged and handled like any other event.
    public func missedEvents(_ facts: (Attempt.ID) -> AttemptFact) -> [Event] {
        runningAttempts.compactMap { attempt in
            switch facts(attempt) {
            case .alive, .neverStarted: nil
            case .ended(let outcome, let usage): .attemptEnded(attempt, outcome, usage)
            case .lost: .attemptEnded(attempt, .lost, nil)
            }
        }
    }

    /// Orders that were logged but may not have been carried out, and alarms that died with the old process.
    public func outstandingEffects(_ facts: (Attempt.ID) -> AttemptFact) -> [Effect] {
        var effects: [Effect] = []
        for run in runs.indices {
            for task in runs[run].states.indices {
                let attempt = attemptID(task, in: run)
                switch runs[run].states[task] {
                case .running:
                    for running in runs[run].running(task) {
                        let attempt = attemptID(running.attempt, of: task, in: run)
                        if facts(attempt) == .neverStarted {
                            effects.append(.start(order(for: attempt, running, in: run)))
                        }
                        if let reason = running.stopping { effects.append(.stop(attempt, reason)) }
                        setAlarms(for: running, task, in: run, into: &effects)
                    }
                case .backingOff(let until):
                    effects.append(.wake(at: until, .retry(attempt)))
                case .awaitingApproval where runs[run].task(task).isCached:
                    effects.append(.recall(attempt.reference))
                case .blocked, .awaitingApproval, .ready, .succeeded, .failed, .skipped, .cancelled:
                    continue
                }
            }
        }
        effects.append(.decide)
        return effects
    }
}
