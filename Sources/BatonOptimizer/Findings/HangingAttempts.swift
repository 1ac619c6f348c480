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
                // What a task says of time is meant for each value of a batch.
                let values = Int64(task.fanOut?.batch ?? 1)
                guard let limit = found.limits[index].map({ rounded(($0 + values - 1) / values) }),
                    !isLimited(task, limit)
                else { continue }
                tasks.append(index)
                edits += [.setTimeout(task: task.name, .nanoseconds(limit))]
                let rule = rule(task.retry, retries)
                if rule != task.retry { edits.append(.setRetries(task: task.name, rule)) }
            }
            guard let first = tasks.first, let limit = found.limits[first].map(rounded) else { return nil }
            let factor = Int(found.factors[found.factors.count / 2].rounded())
            let late = found.factors.count
            let longest = tasks.count == 1 ? "" : " or what is like that for each"
            return Finding(
                kind: .straggler, tasks: context.names(tasks),
                evidence: [
                    "\(late) of \(found.attemptCount) attempts of \(context.words(for: tasks)) took about \(factor) times as "
                        + "long as the same work took in other runs."
                ],
                rewrite:
                    "End an attempt after \(DurationText.format(.nanoseconds(limit)))\(longest), and try again up to "
                    + "\(retries) times.",
                edits: edits, preserves: .order, risk: .high, permission: .stopStragglers)
        }
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

    /// Its attempts are ended about as early already.
    private static func isLimited(_ task: Workflow.Task, _ limit: Int64) -> Bool {
        guard let timeout = task.timeout else { return false }
        return Double(timeout.nanoseconds) <= 1.5 * Double(limit)
    }

    /// Up to whole seconds, minutes or tens of minutes.
    private static func rounded(_ nanoseconds: Int64) -> Int64 {
        let second: Int64 = 1_000_000_000
        let unit = nanoseconds < 120 * second ? second : nanoseconds < 7_200 * second ? 60 * second : 600 * second
        return (nanoseconds + unit - 1) / unit * unit
    }
}
