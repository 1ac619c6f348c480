import BatonCore

extension Analysis {
    /// With fewer attempts for nothing nothing is said.
    private static let leastWasted = 4

    /// Retries that have never helped, of tasks that failed in the same way each time, and retries beyond those that did.
    static func retryStorms(_ context: Context) -> [Finding] {
        context.families.families.flatMap { family in
            [hopelessRetries(family.tasks, context), surplusRetries(family.tasks, context)].compactMap(\.self)
        }
    }

    private static func hopelessRetries(_ tasks: [Int], _ context: Context) -> Finding? {
        let hopeless = tasks.compactMap { task -> (task: Int, history: FailureHistory)? in
            guard let history = failures(of: task, context.subject), history.saved == 0,
                history.wastedAttempts >= leastWasted, let code = history.exitCode,
                context.subject.workflow.tasks[task].retry.triggers?.contains(.exitCode(code)) ?? true
            else { return nil }
            return (task, history)
        }
        guard let first = hopeless.first, let code = first.history.exitCode else { return nil }
        return storm(
            hopeless.map(\.task), context,
            evidence: "'\(context.names([first.task])[0])' failed with exit code \(code) and was tried "
                + "\(first.history.wastedAttempts) more times\(time(first.history)), which never helped.",
            rewrite: "Try again only after a kill for memory, a timeout or a signal."
        ) { rule, _ in rule.triggers = [.outOfMemory, .timeout, .signal] }
    }

    private static func surplusRetries(_ tasks: [Int], _ context: Context) -> Finding? {
        let surplus = tasks.compactMap { task -> (task: Int, history: FailureHistory)? in
            let limit = Int(context.subject.workflow.tasks[task].retry.limit)
            guard let history = failures(of: task, context.subject), history.saved >= 2 else { return nil }
            let lost = history.failedFirst - history.saved
            let beyond = history.wastedAttempts - lost * (history.usefulRetries + 1)
            guard lost >= 2, beyond >= leastWasted, limit > history.usefulRetries + 1 else { return nil }
            return (task, history)
        }
        guard let first = surplus.first else { return nil }
        let (history, useful) = (first.history, first.history.usefulRetries)
        return storm(
            surplus.map(\.task), context,
            evidence:
                "Of what failed in '\(context.names([first.task])[0])' retries saved \(history.saved), the last of them "
                + "at retry \(useful); \(history.wastedAttempts) others\(time(history)) never helped.",
            rewrite: "Try again no more than \(useful + 1) times."
        ) { rule, task in
            rule.limit = Int32((surplus.first { $0.task == task }?.history.usefulRetries ?? useful) + 1)
        }
    }

    private static func storm(
        _ tasks: [Int], _ context: Context, evidence: String, rewrite: String, _ change: (inout RetryRule, Int) -> Void
    ) -> Finding {
        Finding(
            kind: .retryStorm, tasks: context.names(tasks), evidence: [evidence], rewrite: rewrite,
            edits: tasks.map { task in
                var rule = context.subject.workflow.tasks[task].retry
                change(&rule, task)
                return .setRetries(task: context.subject.workflow.tasks[task].name, rule)
            },
            preserves: .order, risk: .low)
    }

    /// Of all its instances together; nil where it is not tried again, or nothing is known.
    private static func failures(of task: Int, _ subject: Subject) -> FailureHistory? {
        guard subject.workflow.tasks[task].retry.limit > 0 else { return nil }
        let known = subject.members[task].compactMap { subject.knowledge[$0].failures }
        let codes = known.filter { $0.wastedAttempts > 0 }.map(\.exitCode)
        guard let code = codes.first else { return nil }
        var sum = FailureHistory()
        for history in known {
            sum.instances += history.instances
            sum.failedFirst += history.failedFirst
            sum.saved += history.saved
            sum.wastedAttempts += history.wastedAttempts
            sum.wastedNanoseconds += history.wastedNanoseconds
            sum.usefulRetries = max(sum.usefulRetries, history.usefulRetries)
        }
        sum.exitCode = codes.allSatisfy { $0 == code } ? code : nil
        return sum
    }

    private static func time(_ history: FailureHistory) -> String {
        guard history.wastedNanoseconds > 0 else { return "" }
        return " in \(DurationText.format(.nanoseconds(history.wastedNanoseconds)))"
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
