import BatonStore
import Synchronization

/// Connections to the record, each used by one request at a time.
final class StorePool: Sendable {
    /// Whoever takes one out of the pool has it alone until it is back, so it never is in two threads at once.
    private final class Connection: @unchecked Sendable {
        let store: any Store

        init(_ store: any Store) {
            self.store = store
        }
    }

    private let make: @Sendable () throws(StoreError) -> any Store
    private let idle = Mutex<[Connection]>([])
    /// Reading takes 0.1 ms, so more are rarely needed at once.
    private static let idleMax = 8

    init(_ make: @escaping @Sendable () throws(StoreError) -> any Store) {
        self.make = make
    }

    /// Lends a connection for as long as `body` runs, which must not wait for anything else.
    func with<Result>(_ body: (any Store) throws(StoreError) -> Result) throws(StoreError) -> Result {
        let connection: Connection
        if let known = idle.withLock({ $0.popLast() }) {
            connection = known
        } else {
            connection = Connection(try make())
        }
        defer {
            idle.withLock { if $0.count < Self.idleMax { $0.append(connection) } }
        }
        return try body(connection.store)
    }
}
