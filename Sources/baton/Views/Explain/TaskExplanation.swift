import BatonCore
import BatonFormats
import BatonRuntime
import BatonStore

/// Why one task of a run is where it is.
struct TaskExplanation {
    let story: RunStory
    let task: Int
    /// Why its command ran; nil when nobody asked.
    var whyRun: WhyRun?

    private var name: String { story.instances[task].name }
    private var attempts: [AttemptSummary] { story.attempts.filter { $0.id.task.index == Int32(task) } }

    var lines: [StyledLine] {
        if story.instances[task].kind != .command { return groupLines }
        var lines = [standing] + reasons
        if let start = story.expectedStart(task), start > story.now {
            lines.append("It is expected to start in about \(rough(story.now.duration(to: start))).")
        }
        for attempt in attempts { lines += [sentence(attempt)] + plan(behind: attempt) }
        if let expectation { lines.append(StyledLine(expectation)) }
        if case .failed = story.state(task), let last = attempts.last {
            lines += FailureDetail.lines(of: last.id, in: story.folder)
        }
        if let whyRun { lines += whyRun.sentences.map { StyledLine($0) } }
        return lines
    }

    // MARK: Now

    private var standing: StyledLine {
        let state = story.state(task)
        var line = StyledLine(name, .strong)
        switch state {
        case .blocked: line.append(" is waiting.")
        case .awaitingApproval: line.append(" is waiting for an approval.", .warning)
        case .ready: line.append(" is ready.")
        case .backingOff: line.append(" is waiting for its next attempt.", .warning)
        case .running(let running):
            line.append(" has been running for \(DurationText.format(running.since.duration(to: story.now)))", .busy)
            if let estimate = story.engine.estimate(of: story.reference(task)) {
                line.append(" of about \(rough(.nanoseconds(estimate.durationP50Nanoseconds)))")
            }
            line.append(".")
            if let straggler = story.straggler(task) { line.append(" \(Straggler.usual(straggler.p99)).", .warning) }
            if let stopping = running.stopping { line.append(" \(ending(stopping))", .warning) }
        case .succeeded(let attempt):
            line.append(" succeeded", .good)
            line.append(attempt == 0 ? ": its result was taken over from an earlier run." : ".")
        case .failed(let failure): line.append(" \(failure.predicate).", .bad)
        case .skipped: line.append(" was skipped.")
        case .cancelled: line.append(" was cancelled with the run.", .warning)
        }
        return line
    }

    private func ending(_ reason: StopReason) -> String {
        switch reason {
        case .timeout: "It is being ended because its time is over."
        case .cancelled: "It is being ended because the run was cancelled."
        case .outrun: "It is being ended because the other attempt was first."
        case .killed: "It is being killed."
        }
    }

    private var reasons: [StyledLine] {
        let isOver = story.state(task).isTerminal
        let reasons = (story.engine.explain(story.reference(task), at: story.now)?.reasons ?? []).filter { reason in
            if case .raisedMemory = reason { !isOver } else { true }
        }
        var lines = reasons.prefix(10).map { StyledLine("It \($0.predicate(at: story.now)).") }
        if reasons.count > 10 { lines.append("It waits for \(reasons.count - 10) more.") }
        let root = story.rootCause(of: task)
        if case .failed(let failure) = story.state(root), root != task {
            lines.append("Behind that is \(story.instances[root].name), which \(failure.predicate).")
        }
        if reasons.contains(where: \.isLackOfRoom) { lines += story.crowd }
        if case .awaitingApproval = story.state(task) {
            lines.append(StyledLine(ApprovalHint.sentence(story.run, task: name, options: "")))
        }
        if case .blocked = story.state(task), reasons.isEmpty { lines.append("Nothing is known to hold it.") }
        return lines
    }

    private var groupLines: [StyledLine] {
        let members = story.engine.graph(of: story.run)?.dependencies(of: task).map(Int.init) ?? []
        let definition = story.instances[task].task
        let own = members.filter { story.instances[$0].task == definition }
        var line = StyledLine(name, .strong)
        guard !own.isEmpty || story.instances[task].kind == .group(isExpanded: true) else {
            line.append(
                " is a fan-out over values that an earlier task prints: it is not known yet how many tasks it is.")
            return [line] + reasons
        }
        var counts = StateCounts()
        for member in own { counts[story.state(member).label] += 1 }
        let parts = TaskState.Label.allCases.filter { counts[$0] > 0 }.map { "\(counts[$0]) \($0.words)" }
        line.append(" stands for \(Sentence.count(own.count, "task")): \(Sentence.list(parts)).")
        let unfinished = own.filter { story.state($0).label != .succeeded }
        return [line]
            + unfinished.prefix(10).map { member in
                StyledLine(
                    "  \(story.instances[member].name): \(story.state(member).label.words)",
                    story.state(member).label.ink)
            }
    }

    // MARK: Before

    private func sentence(_ attempt: AttemptSummary) -> StyledLine {
        var line = StyledLine("Attempt \(attempt.id.number)", .faint)
        let had = Resources(milliCPU: attempt.grant.milliCPU, memoryBytes: attempt.grant.memoryBytes)
        line.append(" had \(Sentence.resources(had))")
        if let decision = story.decisions.first(where: { $0.attempt == attempt.id }) {
            line.append(" (decision \(decision.number) of \(decision.policy): \(decision.reason))")
        }
        if let first = attempts.first(where: attempt.isBeside) {
            let time = DurationText.format(first.started.duration(to: attempt.started))
            line.append(" (started beside attempt \(first.id.number), which had run for \(time))")
        }
        switch attempt.status {
        case .running: line.append(" and is running.")
        case .succeeded: line.append(" and succeeded\(took(attempt)).")
        case .reused: line.append(" and did not run: an earlier result still holds.")
        case .failed: line.append(" and \(attempt.failure?.predicate ?? "failed")\(took(attempt)).")
        case .stopped:
            let winner = attempts.first { $0.hasOutrun(attempt) }
            line.append(" and was \(winner == nil ? "stopped" : "ended")\(took(attempt))")
            line.append(winner.map { ", as attempt \($0.id.number) was first." } ?? ".")
        case .lost: line.append(" and was lost with the process that watched it.")
        }
        return line
    }

    /// The plan that started it, and what others promised.
    private func plan(behind attempt: AttemptSummary) -> [StyledLine] {
        guard let decision = decision(of: attempt.id), let (number, rationale) = story.planned(by: decision) else {
            return []
        }
        let own = decision.decision.number
        let plan = "Its decision " + (number == own ? "made a new plan" : "followed the plan of decision \(number)")
        let more = "'baton explain \(story.run) --decision \(own)' says more"
        return [StyledLine("\(plan): \(rationale.summary); \(more).")]
    }

    private func decision(of attempt: Attempt.ID) -> LoggedDecision? {
        guard let summary = story.decisions.first(where: { $0.attempt == attempt }) else { return nil }
        return story.logged.last { $0.decision.number == summary.number }
    }

    private func took(_ attempt: AttemptSummary) -> String {
        guard let usage = attempt.usage else { return "" }
        return
            " after \(DurationText.format(usage.wall)) with \(DurationText.format(usage.userCPU + usage.systemCPU)) of CPU "
            + "and at most \(ByteCount.format(usage.peakMemoryBytes))"
    }

    private var expectation: String? {
        guard let estimate = story.engine.estimate(of: story.reference(task)), estimate.sampleCount > 0 else {
            return nil
        }
        return "Expected were \(DurationText.format(.nanoseconds(estimate.durationP50Nanoseconds))) and "
            + "\(ByteCount.format(estimate.peakMemoryP50Bytes)), from "
            + "\(Sentence.count(Int(estimate.sampleCount), "measurement")) (\(estimate.model))." + asking(estimate)
    }

    /// Why it asks for the memory that it asks for, where that is not simply what was declared.
    private func asking(_ estimate: Estimate) -> String {
        let basis = RequestBasis(request: story.instances[task].request, estimate: estimate)
        guard basis.memory == .learned, let bytes = basis.memoryBytes else { return "" }
        let declared = basis.request.memoryBytes.map { ", within the \(ByteCount.format($0)) declared" } ?? ""
        return " So it asks for \(ByteCount.format(bytes))\(declared)."
    }

    private func rough(_ duration: Duration) -> String {
        duration < .seconds(1) ? "1s" : DurationText.format(.seconds(duration.nanoseconds / 1_000_000_000))
    }

    // MARK: JSON

    var json: Value {
        let reference = story.reference(task)
        let state = story.state(task)
        return .object([
            "run": .string(story.run.description), "task": .string(name), "index": .number(task),
            "group": .boolean(story.instances[task].kind != .command), "state": .string(state.label.rawValue),
            "reasons": .list(story.engine.explain(reference, at: story.now)?.reasons.map(\.json) ?? []),
            "root_cause": story.rootCause(of: task) == task
                ? nil : .string(story.instances[story.rootCause(of: task)].name),
            "expected_start": story.expectedStart(task).flatMap { $0 > story.now ? .time($0) : nil },
            "estimate": story.engine.estimate(of: reference).map(Value.estimate),
            "straggler": .boolean(story.straggler(task) != nil),
            "request": RequestBasis(
                request: story.instances[task].request, estimate: story.engine.estimate(of: reference)
            ).json,
            "attempts": .list(attempts.map(RunDetail.json)), "decisions": .list(decisions.map(json)),
            "why_run": whyRun?.json,
        ])
    }

    private var decisions: [DecisionSummary] { story.decisions.filter { $0.attempt.task.index == Int32(task) } }

    private func json(_ decision: DecisionSummary) -> Value {
        let plan = self.decision(of: decision.attempt).flatMap(story.planned)
        return .object([
            "decision": .number(decision.number), "attempt": .number(decision.attempt.number), "at": .time(decision.at),
            "policy": .string(decision.policy), "reason": .string(decision.reason),
            "plan": plan?.rationale.json(madeBy: plan?.number ?? 0),
        ])
    }
}
