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
        /// Of a trigger that waits for files, since the first look.
        var files: FileWatch?
    }

    let starter: FiringStarter
    let vault: SecretVault
    private let interval: Duration
    /// By name; nil until they were read.
    var entries: [String: Entry]?
    /// Written down, or started, before the others' turn comes.
    static let portion = 100

    init(starter: FiringStarter, vault: SecretVault, interval: Duration) {
        self.starter = starter
        self.vault = vault
        self.interval = interval
    }

    var stores: StorePool { starter.stores }
    var now: Instant { starter.clock() }

    func run() async throws {
        let interval = interval
        await cancelWhenGracefulShutdown {
            var spent = Duration.zero
            while !Task.isCancelled {
                // Where looking takes long, it is done less often.
                try? await Task.sleep(for: max(interval, spent * 10))
                guard !Task.isCancelled else { return }
                spent = await ContinuousClock().measure { await self.look() }
                await self.startWaiting()
            }
        }
    }

    /// Writes down what has happened, then starts whatever waits and may go on.
    func tick() async {
        look()
        await startWaiting()
    }

    private func look() {
        do {
            for entry in try all() { try collect(entry.trigger.name) }
        } catch {
            log(error)
        }
    }

    private func startWaiting() async {
        do {
            for entry in try all() { try await startWaiting(entry.trigger.name) }
        } catch {
            log(error)
        }
    }

    private func log(_ error: any Error) {
        starter.logger.error("triggers", metadata: ["error": .string("\(error)")])
    }

    private func startWaiting(_ name: String) async throws {
        for _ in 0..<Self.portion {
            guard let entry = try known()[name], entry.trigger.isEnabled, entry.mayWait,
                let firing = try nextToStart(entry), try await start(firing, entry.trigger).state != .waiting
            else { return }
        }
    }

    private func nextToStart(_ entry: Entry) throws -> Firing? {
        let (name, batch) = (entry.trigger.name, entry.trigger.batch)
        let most = entry.trigger.template.activeRunsMax
        let (firing, hasRoom) = try stores.with { (store) throws(StoreError) -> (Firing?, Bool) in
            let firing = try store.waitingFirings(of: .trigger, named: name, batch: batch, limit: 1).first
            if firing == nil { return (nil, false) }
            return (firing, try store.openFirings(of: .trigger, named: name, batch: batch) < most)
        }
        if firing == nil { entries?[name]?.mayWait = false }
        return hasRoom ? firing : nil
    }

    private func start(_ firing: Firing, _ trigger: Trigger) async throws -> Firing {
        try await starter.start(
            firing,
            for: .init(template: trigger.template, occasion: trigger.occasion(firing.input ?? "")))
    }

    /// All triggers, read from the record the first time.
    func known() throws -> [String: Entry] {
        if let entries { return entries }
        let found = try stores.entries(of: .trigger, starter.logger) { automation in
            Entry(automation: automation, trigger: try Trigger(automation))
        }
        entries = found
        return found
    }
}
