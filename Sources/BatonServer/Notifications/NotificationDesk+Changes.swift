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
        guard let entry = try known()[name] else { throw Automation.Kind.notification.missing(name) }
        return entry
    }

    /// Adds a notification or puts it in the place of the one before; what waits goes to whom it names now.
    ///
    /// - Throws: what is wrong with its receiver.
    func set(_ rule: NotificationRule) throws -> Entry {
        try messenger.check(rule.receiver)
        let others = try known()
        guard others[rule.name] != nil || others.count < Self.notificationsMax else {
            throw Automation.Kind.notification.full(Self.notificationsMax)
        }
        // What has happened until now was the old one's.
        try collect(rule.name)
        return try keep(rule, after: try known()[rule.name])
    }

    /// - Parameter isEnabled: false: nobody is told, and what happens meanwhile does not count.
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
        try stores.keep(automation)
        let entry = Entry(automation: automation, rule: rule, isBusy: before?.isBusy ?? false)
        entries?[rule.name] = entry
        return entry
    }

    /// Forgets a notification and what it has told; what waits is not told any more.
    func remove(_ name: String) throws -> Entry {
        let entry = try entry(name)
        try stores.forget([entry.automation])
        entries?[name] = nil
        return entry
    }

    /// Tells the receiver once of a run that never was; nothing of it is kept.
    func test(_ name: String) async throws -> (firing: Firing, delivery: Delivery) {
        let rule = try entry(name).rule
        let report = RunReport.probe(rule.events[0], of: rule.workflow, at: now)
        let id = Hexadecimal.text(of: Secure.randomBytes(16))
        var delivery = report.delivery(id: id, notification: name)
        var answer = try await messenger.deliver(delivery, of: report.run.id, to: rule.receiver)
        // It does not come again.
        if answer.verdict == .failed { answer.verdict = .refused }
        var firing = Firing(
            kind: .notification, name: name, key: id, batch: NotificationRule.batch, run: report.run.id,
            at: report.at)
        firing.state = delivery.take(answer, at: now, jitter: 0)
        firing.reason = delivery.reason(in: firing.state)
        return (firing, delivery)
    }
}
