import BatonCore
import BatonFormats
import BatonStore

/// One run and its tasks.
struct RunDetail {
    let run: RunSummary
    let standing: RunStanding
    /// A revision of the workflow whose promise the run was compared with.
    var revision: WorkflowOptimization?
    /// What must follow a command that is about this run, with a space before it.
    var commandOptions = ""
    /// All of them, by id; groups are left out of the table.
    private let tasks: [TaskSummary]
    private let labels: [TaskState.Label]?
    private let latest: [TaskInstance.ID: AttemptSummary]

    /// - Parameter labels: states of the tasks to show; nil for all.
    init(
        run: RunSummary, standing: RunStanding, tasks: [TaskSummary], attempts: [AttemptSummary],
        labels: [TaskState.Label]? = nil
    ) {
        self.run = run
        self.standing = standing
        self.tasks = tasks
        self.labels = labels
        // In order of number.
        latest = Dictionary(attempts.map { ($0.id.task, $0) }, uniquingKeysWith: AttemptSummary.decisive)
    }

    func text(for terminal: Terminal, now: Instant) -> String {
        let heading = heading(now: now).map { $0.rendered(hasColor: terminal.hasColor) }.joined(separator: "\n")
        let table = table(now: now)
        return table.isEmpty ? heading : heading + "\n\n" + table.rendered(for: terminal)
    }

    private func heading(now: Instant) -> [StyledLine] {
        var first = StyledLine(DisplayWidth.printable(run.workflow), .strong)
        first.append("  \(run.id)  ", .faint)
        first.append(standing.word, standing.ink)
        first.append("  \(run.counts.finished) of \(Sentence.count(run.counts.total, "task")) done")
        first.append(", started \(TimeText.ago(run.submitted, now: now))")
        first.append(", took \(DurationText.format(run.submitted.duration(to: run.ended ?? now)))")
        var lines = [first]
        if let source = run.source { lines.append(StyledLine("from \(source) in \(run.directory)", .faint)) }
        if !run.parameters.isEmpty {
            let values = run.parameters.map { "\($0.name)=\($0.value.text ?? $0.value.json)" }.joined(separator: " ")
            lines.append(StyledLine("with \(DisplayWidth.printable(values))", .faint))
        }
        if let revision {
            lines.append(
                StyledLine("optimisation \(revision.id) \(revision.state.rawValue): \(revision.story)", .faint))
        }
        if standing.isAbandoned {
            lines.append(StyledLine("Its baton process is gone: 'baton resume \(run.id)' takes it over.", .warning))
        }
        for task in tasks.lazy.filter({ $0.state == .awaitingApproval }).prefix(5) {
            guard case .question(let question) = task.detail else { continue }
            lines.append(
                StyledLine("\(task.name) asks for approval: \(ApprovalHint.line(question))", .warning))
            lines.append(StyledLine("  " + ApprovalHint.sentence(run.id, task: task.name, options: commandOptions)))
        }
        return lines
    }

    private var shown: [TaskSummary] {
        labels.map { labels in tasks.filter { labels.contains($0.state) } } ?? tasks
    }

    /// The first in a chain of tasks that were skipped for one another.
    private func rootCause(_ id: TaskInstance.ID) -> TaskSummary {
        let task = tasks[Int(id.index)]
        if case .skipped(because: .dependency(let before)) = task.detail { return rootCause(before) }
        return task
    }

    private func table(now: Instant) -> Table {
        var table = Table([
            .init(title: "TASK"), .init(title: "STATE"), .init(title: "ATTEMPTS", isNumeric: true),
            .init(title: "WALL", isNumeric: true), .init(title: "CPU", isNumeric: true),
            .init(title: "PEAK", isNumeric: true), .init(title: "GRANTED", isNumeric: true), .init(title: "END"),
        ])
        for task in shown where !task.isGroup {
            let attempt = latest[task.id]
            let usage = attempt?.usage
            let wall = usage?.wall ?? attempt.map { $0.started.duration(to: $0.ended ?? now) }
            table.append([
                StyledLine(DisplayWidth.printable(task.name)), StyledLine(task.state.words, task.state.ink),
                StyledLine(task.attempt > 0 ? "\(task.attempt)" : ""), StyledLine(wall.map(DurationText.format) ?? ""),
                StyledLine(usage.map { DurationText.format($0.userCPU + $0.systemCPU) } ?? ""),
                StyledLine(usage.map { ByteCount.format($0.peakMemoryBytes) } ?? ""),
                StyledLine(attempt.map { ByteCount.format($0.grant.memoryBytes) } ?? "", .faint),
                ending(of: task, attempt, now: now),
            ])
        }
        return table
    }

    private func ending(of task: TaskSummary, _ attempt: AttemptSummary?, now: Instant) -> StyledLine {
        switch task.detail {
        case .failure(let failure): return StyledLine(failure.short, .bad)
        case .skipped(because: .condition): return StyledLine("'when' is false", .faint)
        case .skipped(because: .dependency(let id)):
            return StyledLine("because of \(rootCause(id).name)", .faint)
        case .until(let instant):
            let last = attempt?.failure.map { "\($0.short), " } ?? ""
            let wait = max(.zero, now.duration(to: instant))
            return StyledLine("\(last)again in \(DurationText.format(wait))", .warning)
        case .question(let text): return StyledLine(ApprovalHint.line(text), .warning)
        case nil: break
        }
        guard task.state == .succeeded else { return "" }
        if attempt?.status == .reused { return StyledLine("up to date", .faint) }
        return attempt == nil ? StyledLine("from an earlier run", .faint) : "exit 0"
    }

    func json(_ observations: RunObservations, now: Instant) -> Value {
        guard case .map(var entries) = RunList.json(run, standing, now: now) else {
            preconditionFailure("a run is not an object")
        }
        entries.removeAll { $0.key == "tasks" }
        let counts = TaskState.Label.allCases.map { Value.Entry(key: $0.rawValue, value: .number(run.counts[$0])) }
        entries.append(Value.Entry(key: "counts", value: .map(counts)))
        entries.append(Value.Entry(key: "metrics", value: observations.metricsJSON))
        entries.append(Value.Entry(key: "moments", value: observations.momentsJSON))
        if let revision {
            entries.append(Value.Entry(key: "optimization", value: RevisionHistory.json(revision)))
        }
        let needs = observations.needs
        entries.append(Value.Entry(key: "tasks", value: .list(shown.map { json($0, needs: needs[$0.id] ?? []) })))
        return .map(entries)
    }

    private func json(_ task: TaskSummary, needs: [TaskInstance.ID]) -> Value {
        let attempt = latest[task.id]
        var failure: Failure?
        var because: Value?
        var until: Instant?
        var question: String?
        switch task.detail {
        case .failure(let reason): failure = reason
        case .skipped(because: .condition): because = .string("when")
        case .skipped(because: .dependency(let id)): because = .number(id.index)
        case .until(let instant): until = instant
        case .question(let text): question = text
        case nil: break
        }
        return .object([
            "task": .string(task.name), "index": .number(task.id.index), "template": .string(task.template),
            "group": .boolean(task.isGroup), "needs": .list(needs.map { .number($0.index) }),
            "state": .string(task.state.rawValue), "since": .time(task.updated),
            "failure": failure.map { .failure($0) }, "because": because, "until": until.map { .time($0) },
            "question": question.map { .string($0) }, "attempts": .number(task.attempt),
            "attempt": attempt.map(Self.json),
        ])
    }

    static func json(_ attempt: AttemptSummary) -> Value {
        .object([
            "number": .number(attempt.id.number), "status": .string(attempt.status.rawValue),
            "started": .time(attempt.started), "ended": attempt.ended.map { .time($0) },
            "grant": .resources(attempt.grant), "failure": attempt.failure.map { .failure($0) },
            "usage": attempt.usage.map { .usage($0) },
        ])
    }
}
