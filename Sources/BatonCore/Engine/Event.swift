/// A fact. The log of events is the truth; everything else is computed from it.
public enum Event: Hashable, Sendable, Codable {
    /// Indirect, as it is large and rare: every event would be moved in its size.
    indirect case runSubmitted(Run.Submission)
    case estimated(Run.ID, [TaskEstimate])
    /// Tasks that joined a run while it went on.
    case tasksAdded(Run.ID, [Run.AddedTask])
    case workerJoined(Worker)
    /// Others took some of the machine, or gave it back.
    case workerResized(Worker.ID, capacity: Resources)
    case workerLost(Worker.ID)
    /// Units of each of the run's limits that other runs on the machine hold, in the order of the limits.
    case limitsShared(Run.ID, heldByOthers: [Int64])
    /// Admitted: from here on the attempts are running.
    case decided(Decision)
    /// An attempt was seen to hold more memory than its grant.
    case attemptGrew(Attempt.ID, memoryBytes: Int64)
    case attemptEnded(Attempt.ID, Outcome, Usage?)
    case alarmRang(Alarm)
    case runPaused(Run.ID)
    case runUnpaused(Run.ID)
    /// `force`: no grace for running attempts, and `finally` tasks do not run either.
    case runCancelled(Run.ID, force: Bool)
    /// Tasks that did not succeed are tried again.
    case runRetried(Run.ID)
    /// A task, or all of the run's, goes before others of lower priority from now on.
    case prioritized(Run.ID, TaskInstance.ID?, priority: Int32)
    /// A person answered a task that asks for approval.
    case reviewed(TaskReference, Review)
    /// What an earlier run made of a task that asks for approval still holds.
    case recalled(TaskReference, TaskValues?, from: Run.ID)

    /// The run that the event belongs to; nil for the cluster's own.
    public var run: Run.ID? {
        switch self {
        case .runSubmitted(let submission): submission.run
        case .estimated(let run, _), .tasksAdded(let run, _), .runPaused(let run), .runUnpaused(let run),
            .runCancelled(let run, _),
            .runRetried(let run), .limitsShared(let run, _), .prioritized(let run, _, _):
            run
        case .decided(let decision):
            (decision.placements.first ?? decision.secondOpinion?.instead?.first)?.task.run
        case .attemptGrew(let attempt, _), .attemptEnded(let attempt, _, _): attempt.run
        case .alarmRang(let alarm): alarm.attempt.run
        case .reviewed(let task, _), .recalled(let task, _, _): task.run
        case .workerJoined, .workerResized, .workerLost: nil
        }
    }
}

/// Something that the engine asked to be reminded of.
public enum Alarm: Hashable, Sendable, Codable {
    /// The back-off after this attempt is over.
    case retry(Attempt.ID)
    /// This attempt has had its time.
    case timeout(Attempt.ID)
    /// This attempt has run so long that a second one may start beside it.
    case speculate(Attempt.ID)

    public var attempt: Attempt.ID {
        switch self {
        case .retry(let attempt), .timeout(let attempt), .speculate(let attempt): attempt
        }
    }
}
