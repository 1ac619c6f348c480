import BatonCore
import BatonStore

/// How it is seen that there is something to tell.
extension NotificationDesk {
    /// Writes down what has happened since it was last looked.
    ///
    /// - Parameter late: the runs that are late now.
    func collect(_ name: String, late: [LateRun] = []) throws {
        guard let entry = try known()[name], entry.rule.isEnabled else { return }
        let (rule, now, dataDirectory) = (entry.rule, now, dataDirectory)
        let (automation, firings) = try stores.with { (store) throws(StoreError) in
            let (automation, ends) = try store.newEnds(
                for: entry.automation, of: rule.workflow, in: rule.statuses, since: rule.since, at: now,
                limit: Self.portion)
            var firings: [Firing] = []
            for (run, end) in ends {
                let report = try RunReport(ofEnd: end, of: run, store, dataDirectory: dataDirectory)
                firings.append(Self.firing(for: report, key: Firing.key(ofEnd: run.id, at: end), of: rule))
            }
            if rule.events.contains(.late) { firings += try Self.newlyLate(late, for: rule, at: now, store) }
            if rule.events.contains(.approvalWaiting) { firings += try Self.newRequests(for: rule, store) }
            if automation != entry.automation || !firings.isEmpty {
                _ = try store.keep(automation, firings: firings)
                try store.flush()
            }
            return (automation, firings)
        }
        entries?[name]?.automation = automation
        if !firings.isEmpty { entries?[name]?.due = now }
    }

    /// Each run once, however late it gets.
    private static func newlyLate(
        _ late: [LateRun], for rule: NotificationRule, at now: Instant, _ store: any Store
    ) throws(StoreError) -> [Firing] {
        var firings: [Firing] = []
        for late in late where late.deadline > rule.since && firings.count < portion {
            let key = "\(late.run) late"
            guard try store.firing(of: .notification, named: rule.name, key: key) == nil else { continue }
            let run = try store.run(late.run)
            guard rule.workflow == nil || rule.workflow == run.workflow else { continue }
            firings.append(firing(for: RunReport(.late(late), of: run, at: now), key: key, of: rule))
        }
        return firings
    }

    /// The tasks of a run that began to ask at once, as a fan-out does, are told at once.
    private static func newRequests(for rule: NotificationRule, _ store: any Store) throws(StoreError) -> [Firing] {
        let requests = try store.approvalRequests().filter { request in
            request.task.updated > rule.since && (rule.workflow == nil || rule.workflow == request.workflow)
        }
        let groups = Dictionary(grouping: requests) { key(ofRequestBy: $0.run, at: $0.task.updated) }
        var firings: [Firing] = []
        for key in groups.keys.sorted() where firings.count < portion {
            guard let group = groups[key], try store.firing(of: .notification, named: rule.name, key: key) == nil
            else { continue }
            let report = RunReport(
                .asks(group.map(\.task)), of: try store.run(group[0].run), at: group[0].task.updated)
            firings.append(firing(for: report, key: key, of: rule))
        }
        return firings
    }

    private static func key(ofRequestBy run: Run.ID, at time: Instant) -> String { "\(run) asks \(time.nanoseconds)" }

    /// Whether nobody waits any more for the answer that a firing tells of.
    func isAnswered(_ firing: Firing) throws(StoreError) -> Bool {
        try stores.with { (store) throws(StoreError) in
            try !store.approvalRequests().contains { Self.key(ofRequestBy: $0.run, at: $0.task.updated) == firing.key }
        }
    }

    private static func firing(for report: RunReport, key: String, of rule: NotificationRule) -> Firing {
        let delivery = report.delivery(id: Delivery.id(of: rule.name, key: key), notification: rule.name)
        return Firing(
            kind: .notification, name: rule.name, key: key, batch: NotificationRule.batch, run: report.run.id,
            at: report.at, input: delivery.json)
    }
}
