import BatonCore
import BatonRuntime

/// One thing that happened in a run, said in a sentence.
struct News: Hashable {
    enum Kind: Hashable {
        /// A task ended as it should; a live view leaves it to the counts.
        case success
        case notice
        case failure
    }

    var kind: Kind
    var line: StyledLine
    /// The attempt whose output explains a failure.
    var attempt: Attempt.ID?

    init(_ kind: Kind, _ line: StyledLine, attempt: Attempt.ID? = nil) {
        self.kind = kind
        self.line = line
        self.attempt = attempt
    }
}

extension RunProgress {
    /// What an event means for a reader; the event has been applied already.
    func news(of recorded: Recorded) -> [News] {
        var news: [News] = []
        var skipped = SkippedTasks()
        for change in recorded.changes {
            switch change {
            case .taskState(let reference, let state, let at) where reference.run == run:
                let index = Int(reference.task.index)
                guard tasks[index].isCommand else { continue }
                if case .skipped(let reason) = state {
                    skipped.add(tasks[index].instance.name, because: root(of: reason))
                } else if let item = item(index, state, at, cause: recorded.event) {
                    news.append(item)
                }
            case .runStatus(run, let status, _):
                if let line = line(for: status, after: recorded.event) { news.append(News(.notice, line)) }
            case .taskState, .runStatus, .tasksAdded:
                break
            }
        }
        for group in skipped.groups { news.append(News(.notice, sentence(group))) }
        return news
    }

    private func item(_ index: Int, _ state: TaskState, _ at: Instant, cause: Event) -> News? {
        let name = tasks[index].instance.name
        switch state {
        case .succeeded: return News(.success, success(index, cause: cause))
        case .failed(.rejected(let review)):
            return News(.failure, StyledLine("\(name) \(Failure.rejected(review).predicate).", .bad))
        case .failed(let failure):
            var line = StyledLine("\(name) \(failure.predicate)", .bad)
            line.append("\(spent(index))\(ofAttempts(index)).")
            return News(.failure, line, attempt: attemptID(index))
        case .backingOff(let until):
            let wait = DurationText.format(at.duration(to: until))
            return News(
                .notice, StyledLine("\(name) \(ending(cause))\(spent(index)); trying again in \(wait).", .warning))
        case .awaitingApproval(let question, _):
            return News(.notice, request(index, question))
        case .ready where cause.approval != nil:
            return cause.approval.map { News(.notice, StyledLine("\(name) was \($0.predicate).", .good)) }
        case .ready: return again(index, cause: cause).map { News(.notice, StyledLine($0, .warning)) }
        case .cancelled: return News(.notice, StyledLine("\(name) was cancelled.", .warning))
        case .running(let running):
            guard case .alarmRang(.speculate) = cause else { return nil }
            return News(
                .notice, StyledLine("\(name) takes long; starting attempt \(running.attempt) beside it.", .warning))
        case .blocked, .skipped: return nil
        }
    }

    /// Those that wait for an answer now, for whoever begins to watch.
    var requests: [StyledLine] {
        tasks.indices.compactMap { index in
            guard case .awaitingApproval(let question, _) = tasks[index].state else { return nil }
            return request(index, question)
        }
    }

    private func request(_ index: Int, _ question: String) -> StyledLine {
        let name = tasks[index].instance.name
        var line = StyledLine("\(name) asks for approval: \(ApprovalHint.line(question))", .warning)
        line.append(" (\(ApprovalHint.sentence(run, task: name, options: commandOptions)))", .faint)
        return line
    }

    private func success(_ index: Int, cause: Event) -> StyledLine {
        let name = tasks[index].instance.name
        if case .attemptEnded(_, .reused(_, let from), _) = cause {
            return StyledLine("\(name) is up to date: the result of run \(from) still holds.", .good)
        }
        if case .recalled(_, _, let from) = cause {
            return StyledLine("\(name) is up to date: the result of run \(from) still holds.", .good)
        }
        guard let usage = tasks[index].usage else {
            return StyledLine("\(name) had succeeded in an earlier run.", .good)
        }
        var line = StyledLine("\(name) succeeded", .good)
        line.append(" in \(DurationText.format(usage.wall))")
        if usage.peakMemoryBytes > 0 { line.append(" with \(ByteCount.format(usage.peakMemoryBytes))") }
        line.append(".")
        return line
    }

    /// Why a task that ran is ready once more; nil when it is ready for the first time or by a user's wish.
    private func again(_ index: Int, cause: Event) -> String? {
        let name = tasks[index].instance.name
        // Another's end may have been what it waited for.
        guard case .attemptEnded(let attempt, let outcome, let usage) = cause, Int(attempt.task.index) == index else {
            return nil
        }
        switch outcome {
        case .lost: return "\(name) was lost with the process that watched it; starting it again."
        case .stopped: return "\(name) was stopped from outside; starting it again."
        case .failed(.outOfMemory):
            let killedAt = max(tasks[index].started?.grant.memoryBytes ?? 0, usage?.peakMemoryBytes ?? 0)
            let next = MemoryLadder.next(
                afterKillAt: killedAt, estimate: tasks[index].estimate,
                declared: tasks[index].instance.request.memoryBytes
            )
            // The kill may raise what is expected of the task even more.
            let request = tasks[index].instance.request
            let isChosen = request.memoryBytes == nil || request.isAutomatic
            let held = usage.map(\.peakMemoryBytes).flatMap { $0 > 0 ? $0 : nil } ?? killedAt
            return "\(name) was killed for memory at \(ByteCount.format(held)); "
                + "trying again with \(isChosen ? "at least " : "")\(ByteCount.format(min(next, capacity.memoryBytes)))."
        case .succeeded, .reused, .failed: return nil
        }
    }

    private func ending(_ cause: Event) -> String {
        guard case .attemptEnded(_, .failed(let failure), _) = cause else { return Failure.timedOut.predicate }
        return failure.predicate
    }

    private func spent(_ index: Int) -> String {
        tasks[index].usage.map { " after \(DurationText.format($0.wall))" } ?? ""
    }

    private func ofAttempts(_ index: Int) -> String {
        tasks[index].attempt > 1 ? " in attempt \(tasks[index].attempt), the last one" : ""
    }

    /// The latest attempt of a task; nil before the first.
    func attemptID(_ index: Int) -> Attempt.ID? {
        guard tasks[index].attempt > 0 else { return nil }
        return Attempt.ID(run: run, task: TaskInstance.ID(index), number: tasks[index].attempt)
    }

    private func line(for status: Run.Status, after cause: Event) -> StyledLine? {
        switch status {
        case .paused: return StyledLine("The run is paused: what runs goes on, nothing new starts.", .warning)
        case .cancelling:
            let stopping = Sentence.count(running.count, "running task")
            return StyledLine("Cancelling: \(stopping) must end first. \(forceHint)", .warning)
        case .running:
            switch cause {
            case .runUnpaused: return "The run goes on."
            case .runRetried: return "Trying again what did not succeed."
            default: return nil
            }
        case .succeeded, .failed, .cancelled: return nil
        }
    }

    /// The first in a chain of tasks that were skipped for one another.
    private func root(of reason: SkipReason) -> SkipReason {
        guard case .dependency(let id) = reason, case .skipped(let before) = tasks[Int(id.index)].state else {
            return reason
        }
        return root(of: before)
    }

    private func sentence(_ group: SkippedTasks.Group) -> StyledLine {
        let names = Sentence.list(group.names, limit: 4)
        let verb = group.names.count == 1 ? "was" : "were"
        switch group.reason {
        case .condition:
            return StyledLine("\(names) \(verb) skipped because 'when' is false.", .faint)
        case .dependency(let id):
            let dependency = tasks[Int(id.index)]
            return StyledLine(
                "\(names) \(verb) skipped because \(dependency.instance.name) \(dependency.state.label.verb).", .warning
            )
        }
    }
}

/// Tasks that one event skipped, by reason, in the order of the first of each.
private struct SkippedTasks {
    struct Group {
        var reason: SkipReason
        var names: [String]
    }

    private(set) var groups: [Group] = []

    mutating func add(_ name: String, because reason: SkipReason) {
        if let place = groups.lastIndex(where: { $0.reason == reason }) {
            groups[place].names.append(name)
        } else {
            groups.append(Group(reason: reason, names: [name]))
        }
    }
}
