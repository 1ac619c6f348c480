import BatonCore
import BatonStore
import Logging
import ServiceLifecycle
import Synchronization

/// Who did what, on its way into the record.
///
/// Writers of the record wait for one another, and a wait costs a millisecond at least. So what happens a thousand times a
/// second is collected and written a few times a second, in one piece. What gives or takes rights is written at once.
final class AuditLog: Service {
    private let stores: StorePool
    private let logger: Logger
    private let collected = Mutex<[AuditEntry]>([])
    private static let interval = Duration.milliseconds(250)
    /// So many at once go without waiting for the interval.
    private static let collectedMax = 1_000

    init(stores: StorePool, logger: Logger) {
        self.stores = stores
        self.logger = logger
    }

    /// On record when it returns, with all that was collected before.
    func write(_ entry: AuditEntry) throws(StoreError) {
        collected.withLock { $0.append(entry) }
        try flush()
    }

    /// On record soon. What goes wrong is logged: what it tells of has been done already.
    func collect(_ entry: AuditEntry) {
        let count = collected.withLock { collected in
            collected.append(entry)
            return collected.count
        }
        if count >= Self.collectedMax { tryToFlush() }
    }

    func flush() throws(StoreError) {
        let entries = collected.withLock { collected in
            defer { collected = [] }
            return collected
        }
        guard !entries.isEmpty else { return }
        do throws(StoreError) {
            try stores.with { (store) throws(StoreError) in try store.remember(entries) }
        } catch {
            collected.withLock { $0 = entries + $0 }
            throw error
        }
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                try? await Task.sleep(for: Self.interval)
                self.tryToFlush()
            }
        }
        tryToFlush()
    }

    private func tryToFlush() {
        do throws(StoreError) {
            try flush()
        } catch {
            logger.error("audit", metadata: ["error": .string("\(error)")])
        }
    }
}
