import BatonCore
import BatonFormats
import BatonRuntime
import BatonStore

/// Why a run as a whole is where it is: what failed, what runs, and what holds the rest.
struct RunExplanation {
    let story: RunStory

    private static let shown = 20

    var lines: [StyledLine] {
        var lines = [heading]
        if story.standing.isAbandoned {
            lines.append(StyledLine("Its baton process is gone; 'baton resume \(story.run)' takes it over.", .warning))
        }
        lines += failures
        lines += news(of: .running) { task in
            guard case .running(let running) = story.state(task) else { return "" }
            let usual = story.straggler(task).map { "; \(Straggler.usual($0.p99))" } ?? ""
            let copy = secondAttempt(at: task).map { "; it \($0)" } ?? ""
            return "has been running for \(DurationText.format(running.since.duration(to: story.now)))\(usual)\(copy)"
        }
        lines += news(of: .awaitingApproval) { reason(of: $0) }
        lines += news(of: .backingOff) { reason(of: $0) }
        lines += waiting + story.crowd
        lines += skipped
        if story.summary.status.isTerminal { lines += length }
        return lines
    }

    /// What one that is due waits for.
    private func secondAttempt(at task: Int) -> String? {
        let reasons = story.engine.explain(story.reference(task), at: story.now)?.reasons ?? []
        return reasons.first { if case .secondAttemptWaits = $0 { true } else { false } }?.predicate(at: story.now)
    }

    private func tasks(_ label: TaskState.Label) -> [Int] {
        story.instances.indices.filter { story.instances[$0].kind == .command && story.state($0).label == label }
    }

    private var heading: StyledLine {
        var line = StyledLine(story.summary.workflow, .strong)
        line.append(" (run \(story.run)) ")
        line.append(story.standing.verb, story.standing.ink)
        line.append(": \(story.summary.counts.finished) of \(Sentence.count(story.summary.counts.total, "task")) done.")
        return line
    }

    private var failures: [StyledLine] {
        let failed = tasks(.failed)
        var lines: [StyledLine] = []
        for task in failed.prefix(3) {
            guard case .failed(let failure) = story.state(task) else { continue }
            lines.append(StyledLine("\(story.instances[task].name) \(failure.predicate).", .bad))
            let attempt = story.attempts.last { $0.id.task.index == Int32(task) }
            if let attempt { lines += FailureDetail.lines(of: attempt.id, in: story.folder) }
        }
        if failed.count > 3 {
            let names = failed.dropFirst(3).map { story.instances[$0].name }
            lines.append(StyledLine("\(Sentence.list(names)) failed too.", .bad))
        }
        return lines
    }

    private func news(of label: TaskState.Label, _ predicate: (Int) -> String) -> [StyledLine] {
        let tasks = tasks(label)
        var lines = tasks.prefix(Self.shown).map { task in
            StyledLine("\(story.instances[task].name) \(predicate(task)).", label.ink)
        }
        if tasks.count > Self.shown { lines.append("\(tasks.count - Self.shown) more are \(label.words).") }
        return lines
    }

    private func reason(of task: Int) -> String {
        story.engine.explain(story.reference(task), at: story.now)?.reasons.first?.predicate(at: story.now)
            ?? "is waiting"
    }

    /// Those that wait for the same are said together.
    private var waiting: [StyledLine] {
        var groups: [(reason: String, tasks: [Int])] = []
        var places: [String: Int] = [:]
        for task in tasks(.ready) + tasks(.blocked) {
            let reason = reason(of: task)
            if let place = places[reason] {
                groups[place].tasks.append(task)
            } else {
                places[reason] = groups.count
                groups.append((reason, [task]))
            }
        }
        var lines = groups.prefix(Self.shown).map { group -> StyledLine in
            let names = Sentence.list(group.tasks.map { story.instances[$0].name }, limit: 4)
            var line = StyledLine(
                group.tasks.count == 1 ? "\(names) \(group.reason)" : "\(names): each \(group.reason)")
            if let start = group.tasks.compactMap({ story.expectedStart($0) }).min(), start > story.now {
                line.append(
                    "; expected to start in about \(DurationText.format(story.now.duration(to: start)))", .faint)
            }
            line.append(".")
            return line
        }
        let rest = groups.dropFirst(Self.shown).reduce(0) { $0 + $1.tasks.count }
        if rest > 0 { lines.append("\(rest) more are waiting; 'baton explain \(story.run) TASK' says why.") }
        return lines
    }

    private var skipped: [StyledLine] {
        var causes: [Int: [String]] = [:]
        var byCondition: [String] = []
        for task in tasks(.skipped) {
            let root = story.rootCause(of: task)
            if root == task {
                byCondition.append(story.instances[task].name)
            } else {
                causes[root, default: []].append(story.instances[task].name)
            }
        }
        var lines = causes.keys.sorted().map { root in
            let names = causes[root] ?? []
            return StyledLine(
                "\(Sentence.list(names, limit: 4)) \(names.count == 1 ? "was" : "were") skipped because "
                    + "\(story.instances[root].name) \(story.state(root).label.verb).")
        }
        if !byCondition.isEmpty {
            let verb = byCondition.count == 1 ? "was" : "were"
            lines.append(StyledLine("\(Sentence.list(byCondition, limit: 4)) \(verb) skipped because 'when' is false."))
        }
        return lines
    }

    /// What the run's time was spent on.
    private var length: [StyledLine] {
        var parts = story.criticalChain.map { link in
            let attempts = link.attempts > 1 ? " in \(link.attempts) attempts" : ""
            return "\(story.instances[link.task].name) (\(DurationText.format(link.wall))\(attempts))"
        }
        guard parts.count > 1, let ended = story.summary.ended else { return [] }
        if parts.count > 10 { parts = parts.prefix(5) + ["\(parts.count - 9) more"] + parts.suffix(4) }
        let took = DurationText.format(story.summary.submitted.duration(to: ended))
        return [StyledLine("Its \(took) are those of \(parts.joined(separator: " > ")).")]
    }

    var json: Value {
        .object([
            "run": .string(story.run.description), "workflow": .string(story.summary.workflow),
            "status": .string(story.summary.status.rawValue), "interrupted": .boolean(story.standing.isAbandoned),
            "critical_chain": .list(
                story.criticalChain.map { link in
                    .object([
                        "task": .string(story.instances[link.task].name), "wall_seconds": .seconds(link.wall),
                        "attempts": .number(link.attempts),
                    ])
                }),
            "tasks": .list(
                story.instances.indices.filter {
                    story.instances[$0].kind == .command && story.state($0).label != .succeeded
                }.map { TaskExplanation(story: story, task: $0).json }),
        ])
    }
}
