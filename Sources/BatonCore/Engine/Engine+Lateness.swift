/// A run that goes on and has missed its deadline, or will.
public struct LateRun: Hashable, Sendable {
    public var run: Run.ID
    public var deadline: Instant
    /// When it ends at the earliest, if its tasks take what is expected of them and none has to wait for room.
    public var expectedEnd: Instant

    public init(run: Run.ID, deadline: Instant, expectedEnd: Instant) {
        self.run = run
        self.deadline = deadline
        self.expectedEnd = expectedEnd
    }
}

extension Engine {
    /// The runs that can't keep their workflow's deadline any more, as they were submitted.
    ///
    /// - Complexity: O(V) for each open run that has a deadline, `V` its tasks.
    public func lateRuns(at now: Instant) -> [LateRun] {
        openRuns.compactMap { place in
            let run = Int(place)
            guard let limit = runs[run].submission.workflow.deadline else { return nil }
            let deadline = runs[run].submittedAt.advanced(by: limit)
            let end = now.advanced(by: .nanoseconds(runs[run].shortestRest(at: now)))
            return end > deadline ? LateRun(run: runs[run].id, deadline: deadline, expectedEnd: end) : nil
        }
    }
}

extension RunState {
    /// Expected nanoseconds along the longest path of what has not ended.
    fileprivate func shortestRest(at now: Instant) -> Int64 {
        var longest: Int64 = 0
        for index in states.indices {
            switch states[index] {
            case .blocked, .awaitingApproval, .ready: longest = max(longest, ranks[index])
            case .backingOff(let until):
                longest = max(longest, max(0, now.duration(to: until).nanoseconds) + ranks[index])
            case .running(let running):
                let spent = min(durations[index], running.since.duration(to: now).nanoseconds)
                longest = max(longest, ranks[index] - spent)
            case .succeeded, .failed, .skipped, .cancelled: continue
            }
        }
        return longest
    }
}
