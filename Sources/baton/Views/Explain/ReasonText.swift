import BatonCore
import BatonFormats

extension Explanation.Reason {
    /// What holds the task, to be put behind its name: `waits for align[a], which is running`.
    func predicate(at now: Instant) -> String {
        switch self {
        case .waitsFor(let task, let state): "waits for \(task), which is \(state.words)"
        case .waitsForTheRest: "runs when all others have ended"
        case .paused: "is ready, but the run is paused"
        case .waitsForApproval(let question, let since):
            "has been asking for approval for \(DurationText.format(since.duration(to: now))): '\(ApprovalHint.line(question))'"
        case .approved(let review): "was \(review.predicate)"
        case .noRoom, .limitReached: "is ready, but needs \(want)"
        case .noWorkerOfKind(let gap): "is ready, but \(gap.predicate)"
        case .queued(let ready):
            ready > 1
                ? "is ready and fits; \(Sentence.count(ready - 1, "other")) are ready too" : "is ready and starts next"
        case .backsOff(let until, let failures, let limit):
            "has failed \(failures == 1 ? "once" : "\(failures) times") and tries again "
                + "in \(DurationText.format(max(.zero, now.duration(to: until)))) "
                + "(\(Sentence.count(Int(max(0, limit - failures + 1)), "attempt")) left)"
        case .dependencyEnded(let task, let state): "did not run because \(task) \(state.verb)"
        case .conditionFalse(let condition): "did not run because its condition is false: \(condition)"
        case .raisedMemory(let bytes): "gets at least \(ByteCount.format(bytes)), because it was killed for memory"
        case .secondAttemptWaits(let since, let obstacle):
            "has been due for a second attempt for \(DurationText.format(since.duration(to: now))), which needs "
                + obstacle.want
        }
    }

    /// What there is too little of: `2 cores, and nothing of that is free`.
    private var want: String {
        switch self {
        case .noRoom(let needed, let free):
            let short = needed.shortfall(of: free)
            return "\(Sentence.resources(short)), and \(Self.rest(free.part(of: short))) free"
        case .limitReached(let limit, let needed, let inUse, let byOthers, let capacity):
            return "\(needed) of '\(limit)', of which \(inUse + byOthers) of \(capacity) are in use"
                + (byOthers > 0 ? " (\(byOthers) by other runs)" : "")
        case .waitsFor, .waitsForTheRest, .paused, .waitsForApproval, .approved, .noWorkerOfKind, .queued, .backsOff,
            .dependencyEnded, .conditionFalse, .raisedMemory, .secondAttemptWaits:
            preconditionFailure("\(self) is no lack of room")
        }
    }

    /// Too little room, for the task or for a second attempt at it.
    var isLackOfRoom: Bool {
        if case .secondAttemptWaits(_, let obstacle) = self { return obstacle.isLackOfRoom }
        if case .noRoom = self { return true }
        return false
    }

    private static func rest(_ free: Resources) -> String {
        free == .zero ? "nothing of that is" : "only \(Sentence.resources(free)) \(free.milliCPU > 1000 ? "are" : "is")"
    }

    var json: Value {
        switch self {
        case .waitsFor(let task, let state):
            .object(["kind": .string("dependency"), "task": .string(task), "state": .string(state.rawValue)])
        case .waitsForTheRest(let unfinished):
            .object(["kind": .string("finally"), "unfinished": .number(unfinished)])
        case .paused: .object(["kind": .string("paused")])
        case .waitsForApproval(let question, let since):
            .object(["kind": .string("approval"), "question": .string(question), "since": .time(since)])
        case .approved(let review):
            .object([
                "kind": .string("approved"), "by": .string(review.reviewer),
                "comment": review.comment.map { .string($0) },
            ])
        case .noRoom(let needed, let free):
            .object(["kind": .string("no_room"), "needed": .resources(needed), "free": .resources(free)])
        case .noWorkerOfKind(let gap):
            .object([
                "kind": .string("no_worker_of_kind"), "wanted": .strings(gap.wanted), "present": .strings(gap.present),
            ])
        case .limitReached(let limit, let needed, let inUse, let byOthers, let capacity):
            .object([
                "kind": .string("limit"), "limit": .string(limit), "needed": .number(needed), "in_use": .number(inUse),
                "by_others": .number(byOthers), "capacity": .number(capacity),
            ])
        case .queued(let ready): .object(["kind": .string("queued"), "ready": .number(ready)])
        case .backsOff(let until, let failures, let limit):
            .object([
                "kind": .string("backing_off"), "until": .time(until), "failures": .number(failures),
                "limit": .number(limit),
            ])
        case .dependencyEnded(let task, let state):
            .object(["kind": .string("dependency_ended"), "task": .string(task), "state": .string(state.rawValue)])
        case .conditionFalse(let condition):
            .object(["kind": .string("condition_false"), "condition": .string(condition)])
        case .raisedMemory(let bytes): .object(["kind": .string("raised_memory"), "memory_bytes": .number(bytes)])
        case .secondAttemptWaits(let since, let obstacle):
            .object(["kind": .string("second_attempt"), "due": .time(since), "waits_for": obstacle.json])
        }
    }
}

extension Resources {
    /// Of what is needed, the kinds of which too little is free.
    fileprivate func shortfall(of free: Resources) -> Resources {
        Resources(
            milliCPU: milliCPU > free.milliCPU ? milliCPU : 0,
            memoryBytes: memoryBytes > free.memoryBytes ? memoryBytes : 0, gpus: gpus > free.gpus ? gpus : 0,
            diskBytes: diskBytes > free.diskBytes ? diskBytes : 0
        )
    }

    /// Of what is free, the kinds that are short.
    fileprivate func part(of short: Resources) -> Resources {
        Resources(
            milliCPU: short.milliCPU > 0 ? milliCPU : 0, memoryBytes: short.memoryBytes > 0 ? memoryBytes : 0,
            gpus: short.gpus > 0 ? gpus : 0, diskBytes: short.diskBytes > 0 ? diskBytes : 0
        )
    }
}

extension TaskState.Label {
    /// As the end of a sentence: `align failed`, `align was skipped`.
    var verb: String {
        switch self {
        case .blocked, .awaitingApproval, .ready, .running, .backingOff: "is \(words)"
        case .succeeded, .failed: words
        case .skipped, .cancelled: "was \(words)"
        }
    }
}
