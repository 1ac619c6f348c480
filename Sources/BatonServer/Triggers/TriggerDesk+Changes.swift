import BatonCore
import BatonStore

/// What people and requests do with triggers.
extension TriggerDesk {
    /// More would be looked at each second.
    static let triggersMax = 1_000
    /// More would hold the record up for too long at once.
    private static let filesMax = 10_000

    /// By name.
    func all() throws -> [Entry] { try known().values.sorted { $0.trigger.name < $1.trigger.name } }

    /// - Throws: `Problem` 404.
    func entry(_ name: String) throws -> Entry {
        guard let entry = try known()[name] else { throw Automation.Kind.trigger.missing(name) }
        return entry
    }

    /// Adds a trigger or puts it in the place of the one before.
    ///
    /// - Throws: what is wrong with it or its workflow.
    func set(_ trigger: Trigger) async throws -> Entry {
        let template = try await starter.check(
            trigger.template, origin: "trigger:\(trigger.name)", on: trigger.sample)
        var trigger = trigger
        trigger.template = template
        switch trigger.cause {
        case .webhook(let secret):
            guard let key = try vault.value(of: secret) else {
                throw Problem.invalid("there is no secret '\(secret.prefix(60))'; an administrator can add it")
            }
            guard !key.isEmpty else {
                throw Problem.invalid("the secret '\(secret.prefix(60))' is empty: anybody could sign with it")
            }
        case .runEnded(let workflow, _):
            guard workflow != trigger.template.workflow else {
                throw Problem.invalid("'\(workflow.prefix(60))' would start itself again each time that it ends")
            }
        case .files: break
        }
        let others = try known()
        guard others[trigger.name] != nil || others.count < Self.triggersMax else {
            throw Automation.Kind.trigger.full(Self.triggersMax)
        }
        // What has happened until now was the old one's.
        try collect(trigger.name)
        return try keep(trigger, after: try known()[trigger.name])
    }

    /// - Parameter isEnabled: false: nothing of it is started, and what happens meanwhile does not count.
    func enable(_ name: String, _ isEnabled: Bool) throws -> Entry {
        let before = try entry(name)
        guard before.trigger.isEnabled != isEnabled else { return before }
        try collect(name)
        var trigger = before.trigger
        trigger.isEnabled = isEnabled
        return try keep(trigger, after: before)
    }

    private func keep(_ trigger: Trigger, after before: Entry?) throws -> Entry {
        var trigger = trigger
        trigger.since = now
        let automation = Automation(
            kind: .trigger, name: trigger.name, definition: trigger.definition, seen: now,
            created: before?.automation.created ?? now)
        let goesOn = before?.trigger.isEnabled == true && before?.trigger.cause == trigger.cause
        try stores.keep(automation, goesOn || !trigger.isEnabled ? [] : try present(trigger))
        if let before, before.trigger.cause != trigger.cause {
            // What waits was told of something that the workflow does not ask for any more.
            try stores.with { (store) throws(StoreError) in
                try store.skipFirings(
                    of: .trigger, named: trigger.name, batch: before.trigger.batch,
                    because: "the trigger waits for something else now")
            }
        }
        let entry = Entry(automation: automation, trigger: trigger, files: goesOn ? before?.files : nil)
        entries?[trigger.name] = entry
        return entry
    }

    /// The files that are there before anybody waits for them.
    private func present(_ trigger: Trigger) throws(Problem) -> [Firing] {
        guard case .files(let glob) = trigger.cause else { return [] }
        let files = FileWatch.files(matching: glob)
        guard files.count <= Self.filesMax else {
            throw .invalid("'\(glob.prefix(200))' names more than \(Self.filesMax) files; choose a narrower pattern")
        }
        return files.map { file in
            var firing = firing(for: file, of: trigger)
            firing.state = .skipped
            firing.reason = "it was there before the trigger was made, changed or resumed"
            return firing
        }
    }

    /// Forgets a trigger and its firings; its runs go on.
    func remove(_ name: String) throws -> Entry {
        let entry = try entry(name)
        try stores.forget([entry.automation])
        entries?[name] = nil
        return entry
    }

    /// Takes a request for a webhook, if it is signed as it should be.
    ///
    /// - Parameter delivery: what the sender calls it; the same one starts nothing a second time.
    /// - Throws: `Problem` 401, whether there is no such hook or the signature is wrong: a stranger is told neither.
    func receive(_ name: String, body: [UInt8], signature: String?, delivery: String) async throws -> Firing {
        guard let entry = try known()[name], case .webhook(let secret) = entry.trigger.cause,
            let key = try vault.value(of: secret), !key.isEmpty, Signature.isValid(signature, of: body, key: key)
        else {
            throw Problem.unauthorized(
                "there is no such hook, or X-Hub-Signature-256 is not 'sha256=' and the HMAC-SHA256 of the body")
        }
        guard entry.trigger.isEnabled else { throw Problem.conflict("trigger '\(name)' is paused") }
        guard let text = String(validating: body, as: UTF8.self), !text.utf8.contains(0) else {
            throw Problem.badRequest("the body is not UTF-8 text")
        }
        let firing = Firing(
            kind: .trigger, name: name, key: delivery, batch: entry.trigger.batch, at: now, input: text)
        let earlier = try stores.with { (store) throws(StoreError) in
            try store.firing(of: .trigger, named: name, key: delivery)
        }
        if let earlier, earlier.state != .refused { return earlier }
        try stores.keep(entry.automation, [firing])
        entries?[name]?.mayWait = true
        return firing
    }
}
