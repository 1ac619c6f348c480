import BatonCore
import BatonRuntime
import BatonStore
import Foundation
import Logging
import ServiceLifecycle

/// Tells people and programs what becomes of runs.
///
/// What happens is written down with its message before anybody is told, and what came of it after that. So it is told at
/// least once, and whoever dies in between tells it again under the same id. Every change of a notification goes through
/// here, one after the other; telling one never waits for telling another.
actor NotificationDesk: Service {
    struct Entry: Sendable {
        var automation: Automation
        var rule: NotificationRule
        /// When something may have to be told; nil: nothing waits.
        var due: Instant? = .zero
        /// Its receiver is being told.
        var isBusy = false
    }

    let stores: StorePool
    private let control: any RunControl
    let messenger: Messenger
    /// Where runs keep their logs.
    let dataDirectory: String
    private let interval: Duration
    private let clock: @Sendable () -> Instant
    /// 0..<1, for the pauses between tries.
    private let jitter: @Sendable () -> Double
    private let metrics: Metrics
    private let logger: Logger
    /// By name; nil until they were read.
    var entries: [String: Entry]?
    /// Written down before the others' turn comes.
    static let portion = 100
    /// Tried in turn, of those that wait for one receiver; the others come after them.
    private static let waitingMax = 1_000

    init(
        stores: StorePool, control: any RunControl, messenger: Messenger, dataDirectory: String, interval: Duration,
        clock: @escaping @Sendable () -> Instant, jitter: @escaping @Sendable () -> Double, metrics: Metrics,
        logger: Logger
    ) {
        self.stores = stores
        self.control = control
        self.messenger = messenger
        self.dataDirectory = dataDirectory
        self.interval = interval
        self.clock = clock
        self.jitter = jitter
        self.metrics = metrics
        self.logger = logger
    }

    var now: Instant { clock() }

    func run() async throws {
        // Of commands that died with the server.
        try? FileManager.default.removeItem(atPath: messenger.scratch)
        let interval = interval
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                while !Task.isCancelled {
                    try? await Task.sleep(for: interval)
                    guard !Task.isCancelled else { return }
                    for name in await self.look() { group.addTask { await self.tell(name) } }
                }
            }
        }
    }

    /// Writes down what has happened, then tells whatever is due.
    func tick() async {
        let names = await look()
        await withDiscardingTaskGroup { group in
            for name in names { group.addTask { await self.tell(name) } }
        }
    }

    /// Writes down what has happened.
    ///
    /// - Returns: the notifications that have something to tell.
    private func look() async -> [String] {
        do {
            let mayBeLate = try all().contains { $0.rule.isEnabled && $0.rule.events.contains(.late) }
            let late = mayBeLate ? await control.lateRuns(at: now) : []
            for entry in try all() { try collect(entry.rule.name, late: late) }
            let now = now
            return try all().filter { $0.rule.isEnabled && !$0.isBusy && $0.due.map { $0 <= now } ?? false }
                .map(\.rule.name)
        } catch {
            log(error)
            return []
        }
    }

    private func log(_ error: any Error) {
        logger.error("notifications", metadata: ["error": .string("\(error)")])
    }

    /// Tells what is due of a notification, oldest first.
    private func tell(_ name: String) async {
        guard let entry = entries?[name], !entry.isBusy else { return }
        entries?[name]?.isBusy = true
        // What is written down meanwhile sets it anew.
        entries?[name]?.due = nil
        var next: Instant?
        do {
            next = try await tellWaiting(name)
        } catch {
            if !(error is CancellationError) { log(error) }
            next = now
        }
        entries?[name]?.isBusy = false
        if let next {
            let due = entries?[name]?.due ?? next
            entries?[name]?.due = min(due, next)
        }
    }

    /// - Returns: when the next is due.
    private func tellWaiting(_ name: String) async throws -> Instant? {
        let waiting = try stores.with { (store) throws(StoreError) in
            try store.waitingFirings(
                of: .notification, named: name, batch: NotificationRule.batch, limit: Self.waitingMax)
        }
        // There may be more, whose turn comes when some of these are over.
        var next: Instant? = waiting.count < Self.waitingMax ? nil : now
        for firing in waiting {
            // It may have been paused, changed or removed while another one was told.
            guard let rule = entries?[name]?.rule, rule.isEnabled else { return now }
            guard let due = try await tell(firing, rule) else { continue }
            next = min(next ?? due, due)
        }
        return next
    }

    /// - Returns: when it is due again; nil when it is over.
    private func tell(_ firing: Firing, _ rule: NotificationRule) async throws -> Instant? {
        var firing = firing
        guard let run = firing.run, var delivery = try firing.input.map({ try Delivery($0) }) else { return nil }
        guard delivery.next <= now else { return delivery.next }
        if delivery.event == .approvalWaiting, try isAnswered(firing) {
            firing.state = .skipped
            firing.reason = "nobody asked any more"
        } else {
            let answer = try await messenger.deliver(delivery, of: run, to: rule.receiver)
            firing.state = delivery.take(answer, at: now, jitter: jitter())
            firing.reason = delivery.reason(in: firing.state)
        }
        if firing.state != .waiting { delivery.body = nil }
        firing.input = delivery.json
        let told = firing
        try stores.with { (store) throws(StoreError) in
            try store.settle(told)
            try store.flush()
        }
        metrics.count(told)
        return told.state == .waiting ? delivery.next : nil
    }

    /// All notifications, read from the record the first time.
    func known() throws -> [String: Entry] {
        if let entries { return entries }
        let found = try stores.entries(of: .notification, logger) { automation in
            Entry(automation: automation, rule: try NotificationRule(automation))
        }
        entries = found
        return found
    }
}
