import BatonCore

extension Analysis {
    /// The chance that some task straggles in all of its attempts, below which the retries are enough.
    private static let mostFailures = 1e-4

    /// Attempts that hang where the same work is done in a fraction of the time when it is tried again.
    static func stragglers(_ context: Context) -> [Finding] {
        let subject = context.subject
        return context.families.families.indices.compactMap { place in
            guard let found = context.beliefs.stragglers[place] else { return nil }
            let family = context.families.families[place].tasks
            let count = family.reduce(0) { $0 + subject.members[$1].count }
            guard let retries = retries(found.share, count) else { return nil }
            var tasks: [Int] = []
            var edits: [WorkflowEdit] = []
            for index in family {
                let task = subject.workflow.tasks[index]
                guard let limit = found.limits[index].map({ rounded(forEachValue($0, of: task)) }),
                    !isAbout(task.timeout, limit)
                else { continue }
                tasks.append(index)
                edits += [.setTimeout(task: task.name, .nanoseconds(limit))]
                let rule = rule(task.retry, retries)
                if rule != task.retry { edits.append(.setRetries(task: task.name, rule)) }
            }
            guard let first = tasks.first, let limit = found.limits[first].map(rounded) else { return nil }
            return Finding(
                kind: .straggler, tasks: context.names(tasks), evidence: [evidence(found, tasks, context)],
                rewrite: "End an attempt after \(time(limit, tasks)), and try again up to \(retries) times.",
                edits: edits, preserves: .order, risk: .high, permission: .stopStragglers)
        }
    }

    /// The same attempts, beside which a second one starts after half the time at which they would be ended: that costs
    /// room only, and what the first has done is not lost.
    static func lateAttempts(_ context: Context) -> [Finding] {
        context.families.families.indices.compactMap { place in
            guard let found = context.beliefs.stragglers[place] else { return nil }
            var tasks: [Int] = []
            var patiences: [Int64] = []
            for index in context.families.families[place].tasks {
                let task = context.subject.workflow.tasks[index]
                guard let patience = found.limits[index].map({ rounded(forEachValue($0 / 2, of: task)) }),
                    task.approval == nil,
                    task.timeout.map({ $0 > .nanoseconds(patience) }) ?? true, !isAbout(task.speculation, patience)
                else { continue }
                tasks.append(index)
                patiences.append(patience)
            }
            guard let first = patiences.first else { return nil }
            let edits = zip(context.names(tasks), patiences).map { name, patience in
                WorkflowEdit.setSpeculation(task: name, .nanoseconds(patience))
            }
            return Finding(
                kind: .stragglerCopy, tasks: context.names(tasks), evidence: [evidence(found, tasks, context)],
                rewrite:
                    "Start a second attempt beside one that has run for \(time(first, tasks)); the first to succeed "
                    + "counts.",
                edits: edits, preserves: .order, risk: .high, permission: .speculate)
        }
    }

    /// What a task says of time is meant for each value of a batch.
    private static func forEachValue(_ nanoseconds: Int64, of task: Workflow.Task) -> Int64 {
        let values = Int64(task.fanOut?.batch ?? 1)
        return (nanoseconds + values - 1) / values
    }

    private static func evidence(_ found: Stragglers, _ tasks: [Int], _ context: Context) -> String {
        let factor = Int(found.factors[found.factors.count / 2].rounded())
        return "\(found.factors.count) of \(found.attemptCount) attempts of \(context.words(for: tasks)) took about "
            + "\(factor) times as long as the same work took in other runs."
    }

    /// That of the first task, in words that hold for all.
    private static func time(_ nanoseconds: Int64, _ tasks: [Int]) -> String {
        DurationText.format(.nanoseconds(nanoseconds)) + (tasks.count == 1 ? "" : " or what is like that for each")
    }

    /// Nil where so many straggle that no reasonable number would do.
    private static func retries(_ share: Double, _ count: Int) -> Int32? {
        var chance = share * Double(count)
        for retries in Int32(1)...8 {
            chance *= share
            if retries > 1, chance < mostFailures { return retries }
        }
        return nil
    }

    /// What failed for good before still does.
    private static func rule(_ old: RetryRule, _ retries: Int32) -> RetryRule {
        var rule = old
        rule.limit = max(old.limit, retries)
        if old.limit == 0 {
            rule.triggers = [.timeout]
        } else if let triggers = old.triggers, !triggers.contains(.timeout) {
            rule.triggers = triggers + [.timeout]
        }
        return rule
    }

    /// What would be set is set about as early already.
    private static func isAbout(_ known: Duration?, _ wanted: Int64) -> Bool {
        known.map { Double($0.nanoseconds) <= 1.5 * Double(wanted) } ?? false
    }

    /// Up to whole seconds, minutes or tens of minutes.
    private static func rounded(_ nanoseconds: Int64) -> Int64 {
        let second: Int64 = 1_000_000_000
        let unit = nanoseconds < 120 * second ? second : nanoseconds < 7_200 * second ? 60 * second : 600 * second
        return (nanoseconds + unit - 1) / unit * unit
    }
}
