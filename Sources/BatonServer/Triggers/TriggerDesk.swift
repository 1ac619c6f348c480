import BatonCore
import BatonStore
import Logging
import ServiceLifecycle

/// Starts runs when something happens that triggers wait for.
///
/// What happened is written down as a firing before anything is done about it, each under a key of its own, so that it
/// is neither lost nor done twice. Every change of a trigger goes through here, one after the other.
actor TriggerDesk: Service {
    struct Entry: Sendable {
        var automation: Automation
        var trigger: Trigger
        /// Firings may wait.
        var mayWait = true
    }

    private let starter: FiringStarter
    private let vault: SecretVault
    private let interval: Duration
    /// By name; nil until they were read.
    private var entries: [String: Entry]?
    /// More would be looked at each second.
    static let triggersMax = 1_000
    /// Runs may end out of order, and on clocks that differ: it is looked back so far for those that were not seen.
    private static let lookBack = Duration.seconds(3_600)
    /// Written down, or started, before the others' turn comes.
    private static let portion = 100

    init(starter: FiringStarter, vault: SecretVault, interval: Duration) {
        self.starter = starter
        self.vault = vault
        self.interval = interval
    }

    private var stores: StorePool { starter.stores }
    private var now: Instant { starter.clock() }

    func run() async throws {
        let interval = interval
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                try? await Task.sleep(for: interval)
                if !Task.isCancelled { await self.tick() }
            }
        }
    }

    /// Writes down what has happened, then starts whatever waits and may go on.
    func tick() async {
        do {
            for entry in try all() { try collect(entry.trigger.name) }
            for entry in try all() { try await startWaiting(entry.trigger.name) }
        } catch {
            starter.logger.error("triggers", metadata: ["error": .string("\(error)")])
        }
    }

    /// Writes down the runs that ended.
    func collect(_ name: String) throws {
        guard let entry = try known()[name], entry.trigger.isEnabled,
            case .runEnded(let workflow, let statuses, _) = entry.trigger.cause
        else { return }
        let now = now
        let after = max(entry.trigger.since, entry.automation.seen.advanced(by: .zero - Self.lookBack))
        let ended = try stores.with { (store) throws(StoreError) in
            try store.endedRuns(
                of: workflow, in: statuses, after: after, withoutFiringOf: .trigger, named: name, limit: Self.portion)
        }
        // The place moves on when there is something to write, or when looking back would come to take long.
        guard !ended.isEmpty || entry.automation.seen.duration(to: now) > Self.lookBack else { return }
        var automation = entry.automation
        if ended.count < Self.portion { automation.seen = max(automation.seen, now) }
        let firings = ended.compactMap { run in
            run.ended.map { end in
                Firing(
                    kind: .trigger, name: name, key: Firing.key(ofEnd: run.id, at: end), batch: Trigger.batch, at: end,
                    input: run.id.description)
            }
        }
        try keep(automation, firings)
        entries?[name]?.automation = automation
        entries?[name]?.mayWait = true
    }

    private func startWaiting(_ name: String) async throws {
        for _ in 0..<Self.portion {
            guard let entry = try known()[name], entry.trigger.isEnabled, entry.mayWait,
                let firing = try nextToStart(entry), try await start(firing, entry.trigger).state != .waiting
            else { return }
        }
    }

    private func nextToStart(_ entry: Entry) throws -> Firing? {
        let (name, most) = (entry.trigger.name, entry.trigger.template.activeRunsMax)
        let (firing, hasRoom) = try stores.with { (store) throws(StoreError) -> (Firing?, Bool) in
            let firing = try store.waitingFirings(of: .trigger, named: name, batch: Trigger.batch, limit: 1).first
            if firing == nil { return (nil, false) }
            return (firing, try store.openFirings(of: .trigger, named: name, batch: Trigger.batch) < most)
        }
        if firing == nil { entries?[name]?.mayWait = false }
        return hasRoom ? firing : nil
    }

    private func start(_ firing: Firing, _ trigger: Trigger) async throws -> Firing {
        try await starter.start(
            firing,
            for: .init(template: trigger.template, occasion: trigger.occasion(firing.input ?? "")))
    }

    private func keep(_ automation: Automation, _ firings: [Firing]) throws(StoreError) {
        try stores.with { (store) throws(StoreError) in
            _ = try store.keep(automation, firings: firings)
            try store.flush()
        }
    }
}

/// What people and requests do with triggers.
extension TriggerDesk {
    /// By name.
    func all() throws -> [Entry] { try known().values.sorted { $0.trigger.name < $1.trigger.name } }

    /// - Throws: `Problem` 404.
    func entry(_ name: String) throws -> Entry {
        guard let entry = try known()[name] else {
            throw Problem.notFound("there is no trigger '\(name.prefix(100))'; PUT makes it")
        }
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
        case .webhook(let secret, _):
            guard try vault.value(of: secret) != nil else {
                throw Problem.invalid("there is no secret '\(secret.prefix(60))'; an administrator can add it")
            }
        case .runEnded(let workflow, _, _):
            guard workflow != trigger.template.workflow else {
                throw Problem.invalid("'\(workflow.prefix(60))' would start itself again each time that it ends")
            }
        }
        let others = try known()
        guard others[trigger.name] != nil || others.count < Self.triggersMax else {
            throw Problem.conflict("there are \(Self.triggersMax) triggers, and no more may be; remove one first")
        }
        // What has happened until now was the old one's.
        try collect(trigger.name)
        return try keep(trigger, after: try known()[trigger.name])
    }

    /// - Parameter isEnabled: false: nothing of it is started, and what happens meanwhile does not count.
    func enable(_ name: String, _ isEnabled: Bool) throws -> Entry {
        let before = try entry(name)
        guard before.trigger.isEnabled != isEnabled else { return before }
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
        try keep(automation, [])
        let entry = Entry(automation: automation, trigger: trigger)
        entries?[trigger.name] = entry
        return entry
    }

    /// Forgets a trigger and its firings; its runs go on.
    func remove(_ name: String) throws -> Entry {
        let entry = try entry(name)
        try stores.with { (store) throws(StoreError) in
            _ = try store.forget(.trigger, named: name)
            try store.flush()
        }
        entries?[name] = nil
        return entry
    }

    /// Takes a request for a webhook, if it is signed as it should be.
    ///
    /// - Parameter delivery: what the sender calls it; the same one starts nothing a second time.
    /// - Throws: `Problem` 401, whether there is no such hook or the signature is wrong: a stranger is told neither.
    func receive(_ name: String, body: [UInt8], signature: String?, delivery: String) async throws -> Firing {
        guard let entry = try known()[name], case .webhook(let secret, _) = entry.trigger.cause,
            let key = try vault.value(of: secret), Signature.isValid(signature, of: body, key: key)
        else {
            throw Problem.unauthorized(
                "there is no such hook, or X-Hub-Signature-256 is not 'sha256=' and the HMAC-SHA256 of the body")
        }
        guard entry.trigger.isEnabled else { throw Problem.conflict("trigger '\(name)' is paused") }
        guard let text = String(validating: body, as: UTF8.self), !text.utf8.contains(0) else {
            throw Problem.badRequest("the body is not UTF-8 text")
        }
        let firing = Firing(
            kind: .trigger, name: name, key: delivery, batch: Trigger.batch, at: now, input: text)
        let earlier = try stores.with { (store) throws(StoreError) in
            try store.firing(of: .trigger, named: name, key: delivery)
        }
        if let earlier, earlier.state != .refused { return earlier }
        try keep(entry.automation, [firing])
        entries?[name]?.mayWait = true
        return firing
    }

    /// All triggers, read from the record the first time.
    private func known() throws -> [String: Entry] {
        if let entries { return entries }
        let automations = try stores.with { (store) throws(StoreError) in try store.automations(of: .trigger) }
        var found: [String: Entry] = [:]
        for automation in automations {
            do {
                found[automation.name] = Entry(automation: automation, trigger: try Trigger(automation))
            } catch {
                // The others go on; whoever writes it down anew mends it.
                starter.logger.error(
                    "trigger", metadata: ["trigger": .string(automation.name), "error": .string("\(error)")])
            }
        }
        entries = found
        return found
    }
}
