import BatonCore

extension Analysis {
    /// Retries that have never helped, of tasks that failed in the same way each time.
    static func retryStorms(_ context: Context) -> [Finding] {
        let subject = context.subject
        return context.families.families.compactMap { family in
            let tasks = family.tasks.filter { task in
                guard subject.workflow.tasks[task].retry.limit > 0 else { return false }
                let known = subject.members[task].compactMap { subject.knowledge[$0].failures }
                return known.contains { isHopeless($0) } && known.allSatisfy { $0.saved == 0 }
            }
            guard let first = tasks.first,
                let failures = subject.members[first].compactMap({ subject.knowledge[$0].failures }).first(
                    where: isHopeless),
                let code = failures.exitCode
            else { return nil }
            let name = subject.workflow.tasks[first].name
            return Finding(
                kind: .retryStorm, tasks: context.names(tasks),
                evidence: [
                    "'\(name)' failed with exit code \(code) and was tried \(failures.wastedAttempts) more times, "
                        + "which never helped."
                ],
                rewrite: "Try again only after a kill for memory, a timeout or a signal.",
                edits: tasks.map { task in
                    var rule = subject.workflow.tasks[task].retry
                    rule.triggers = [.outOfMemory, .timeout, .signal]
                    return .setRetries(task: subject.workflow.tasks[task].name, rule)
                },
                preserves: .order, risk: .low)
        }
    }

    /// Retries were tried often enough, and each time for nothing.
    private static func isHopeless(_ history: FailureHistory) -> Bool {
        history.wastedAttempts >= 4 && history.saved == 0 && history.exitCode != nil
    }

    /// Limits and groups that take longer to let all through than anything else takes.
    static func tightLimits(_ context: Context) -> [Finding] {
        guard let pace = context.paces.first, case .limit(let name) = pace.kind,
            let limit = context.subject.workflow.limits.first(where: { $0.name == name })
        else { return [] }
        let others = context.paces.dropFirst().first { if case .limit = $0.kind { false } else { true } }
        let next = max(others?.nanoseconds ?? 1, 1)
        guard Double(pace.nanoseconds) >= 1.25 * Double(next) else { return [] }
        let wanted = (pace.nanoseconds * limit.capacity + next - 1) / next
        let holders = context.subject.workflow.tasks.filter { $0.request.slots.contains { $0.limit == name } }.map(
            \.name)
        let (time, other) = (
            DurationText.format(.nanoseconds(pace.nanoseconds)), DurationText.format(.nanoseconds(next))
        )
        return [
            Finding(
                kind: .tightLimit, tasks: holders,
                evidence: [
                    "Only \(limit.capacity) of '\(name)' at a time takes \(time) for all; nothing else takes longer than \(other)."
                ],
                rewrite: "Allow \(wanted) of '\(name)', if what it protects can bear that.",
                edits: [.setLimit(name: name, capacity: wanted)], preserves: .commands, risk: .high,
                permission: .changeLimits)
        ]
    }

    /// Priorities by the longest way to the end, where nobody has set any: what much waits for goes first under any rule.
    static func lateOrder(_ context: Context) -> [Finding] {
        let subject = context.subject
        let tasks = subject.workflow.tasks.indices.filter { !subject.members[$0].isEmpty }
        guard tasks.count > 2, tasks.allSatisfy({ subject.workflow.tasks[$0].priority == 50 }) else { return [] }
        let ranks = subject.graph.upwardRanks(nanoseconds: subject.nanoseconds)
        let longest = tasks.map { task in subject.members[task].map { ranks[$0] }.max() ?? 0 }
        let sorted = Array(Set(longest)).sorted()
        guard sorted.count > 1 else { return [] }
        // The rarest step of 0 to 100, so that more than a hundred different ranks keep their order nearly.
        let places = Dictionary(uniqueKeysWithValues: sorted.enumerated().map { ($1, $0) })
        let edits = zip(tasks, longest).map { task, rank in
            let priority = Int32(places[rank]! * 100 / (sorted.count - 1))
            return WorkflowEdit.setPriority(task: subject.workflow.tasks[task].name, priority)
        }
        return [
            Finding(
                kind: .order, tasks: context.names(tasks),
                evidence: ["Tasks that much waits for have the same priority as those that nothing waits for."],
                rewrite: "Give tasks priorities by what waits for them.", edits: edits, preserves: .order, risk: .none)
        ]
    }
}
