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
    /// Writes nothing, so that whatever changes the record changes its version.
    private let watch = Mutex<Connection?>(nil)
    /// Reading takes 0.1 ms, so more are rarely needed at once.
    private static let idleMax = 8

    init(_ make: @escaping @Sendable () throws(StoreError) -> any Store) {
        self.make = make
    }

    /// A number that is another one after anything in the record has changed, whoever changed it: 5 us.
    func version() throws(StoreError) -> Int64 {
        try watch.withLock { (watch) throws(StoreError) in
            let connection = if let watch { watch } else { Connection(try make()) }
            watch = connection
            return try connection.store.version()
        }
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
