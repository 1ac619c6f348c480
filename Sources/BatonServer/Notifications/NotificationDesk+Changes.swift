import BatonCore
import BatonStore

/// What people do with notifications.
extension NotificationDesk {
    /// Each may have a command going on.
    static let notificationsMax = 100

    /// By name.
    func all() throws -> [Entry] { try known().values.sorted { $0.rule.name < $1.rule.name } }

    /// - Throws: `Problem` 404.
    func entry(_ name: String) throws -> Entry {
        guard let entry = try known()[name] else {
            throw Problem.notFound("there is no notification '\(name.prefix(100))'; PUT makes it")
        }
        return entry
    }

    /// Adds a notification or puts it in the place of the one before; what waits goes to whom it names now.
    ///
    /// - Throws: what is wrong with its receiver.
    func set(_ rule: NotificationRule) throws -> Entry {
        try messenger.check(rule.receiver)
        let others = try known()
        guard others[rule.name] != nil || others.count < Self.notificationsMax else {
            throw Problem.conflict(
                "there are \(Self.notificationsMax) notifications, and no more may be; remove one first")
        }
        // What has ended until now was the old one's.
        try collect(rule.name)
        return try keep(rule, after: try known()[rule.name])
    }

    /// - Parameter isEnabled: false: nobody is told, and what ends meanwhile does not count.
    func enable(_ name: String, _ isEnabled: Bool) throws -> Entry {
        let before = try entry(name)
        guard before.rule.isEnabled != isEnabled else { return before }
        try collect(name)
        var rule = before.rule
        rule.isEnabled = isEnabled
        return try keep(rule, after: try entry(name))
    }

    private func keep(_ rule: NotificationRule, after before: Entry?) throws -> Entry {
        var rule = rule
        rule.since = now
        let automation = Automation(
            kind: .notification, name: rule.name, definition: rule.definition, seen: now,
            created: before?.automation.created ?? now)
        try stores.with { (store) throws(StoreError) in
            _ = try store.keep(automation, firings: [])
            try store.flush()
        }
        let entry = Entry(automation: automation, rule: rule, isBusy: before?.isBusy ?? false)
        entries?[rule.name] = entry
        return entry
    }

    /// Forgets a notification and what it has told; what waits is not told any more.
    func remove(_ name: String) throws -> Entry {
        let entry = try entry(name)
        try stores.with { (store) throws(StoreError) in
            _ = try store.forget(.notification, named: name)
            try store.flush()
        }
        entries?[name] = nil
        return entry
    }

    /// Tells the receiver once of a run that never was; nothing of it is kept.
    func test(_ name: String) async throws -> (firing: Firing, delivery: Delivery) {
        let rule = try entry(name).rule
        let probe = RunSummary(
            id: Run.ID(at: now, random: 0), workflow: rule.workflow ?? "test", source: nil, directory: "",
            parameters: [], status: rule.statuses[0], submitted: now, ended: now, counts: TaskCounts())
        let id = Hexadecimal.text(of: Secure.randomBytes(16))
        let body = RunReport(of: probe, isTest: true).json(id: id, notification: name).jsonBytes
        var delivery = Delivery(
            id: id, workflow: probe.workflow, status: probe.status, body: String(decoding: body, as: UTF8.self))
        var answer = try await messenger.deliver(delivery, of: probe.id, to: rule.receiver)
        // It does not come again.
        if answer.verdict == .failed { answer.verdict = .refused }
        var firing = Firing(
            kind: .notification, name: name, key: id, batch: NotificationRule.batch, run: probe.id, at: probe.submitted)
        firing.state = delivery.take(answer, at: now, jitter: 0)
        firing.reason = delivery.reason(in: firing.state)
        return (firing, delivery)
    }
}
