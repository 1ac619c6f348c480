import CSQLite

/// One connection to one database file, used by one thread at a time.
///
/// SQLite's C interface is called directly: a library over it (GRDB 7.10, measured on two cores) opened an existing
/// database in 4.1 ms instead of 1.2 and took 4.2 us instead of 2.1 for an insert of six columns, twice what the
/// log may cost.
final class SQLiteConnection {
    let path: String
    private let handle: OpaquePointer
    private let busySeconds: Double
    /// Set when a sync failed: the kernel may have marked lost pages clean, so a later success would prove nothing.
    private var syncFailure: StoreError?
    private var hasSyncedDatabase = false
    private var begin: SQLiteStatement!
    private var commit: SQLiteStatement!
    /// Queries that were asked before, by their text: to prepare one takes longer than to find a row by its key.
    private var idle: [String: SQLiteStatement] = [:]
    private static let idleMax = 64

    /// Opens the file, creating it where it is missing.
    ///
    /// - Parameter busySeconds: how long to wait for a writer in another process.
    init(path: String, busySeconds: Double) throws(StoreError) {
        Self.configureLibrary
        var handle: OpaquePointer?
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
        let code = sqlite3_open_v2(path, &handle, flags, nil)
        guard code == SQLITE_OK, let handle else {
            let error = StoreError(sqlite: code, cause: handle.map { String(cString: sqlite3_errmsg($0)) }, path: path)
            sqlite3_close(handle)
            throw error
        }
        self.path = path
        self.handle = handle
        self.busySeconds = busySeconds
        sqlite3_busy_timeout(handle, Int32(busySeconds * 1000))
        begin = try prepare("BEGIN IMMEDIATE")
        commit = try prepare("COMMIT")
    }

    /// Once for the process, before its first connection: counting bytes takes a lock for every allocation.
    private static let configureLibrary: Void = { _ = baton_sqlite3_skip_memory_statistics() }()

    /// Leaves the write-ahead log as it is: what was flushed is safe there, and the next process goes on with it.
    ///
    /// Merging it into the database here would cost each short command two disk syncs.
    deinit {
        baton_sqlite3_keep_log_on_close(handle)
        sqlite3_close_v2(handle)
    }

    func prepare(_ sql: String) throws(StoreError) -> SQLiteStatement {
        var statement: OpaquePointer?
        let code = sqlite3_prepare_v3(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil)
        guard code == SQLITE_OK, let statement else { throw error(code) }
        return SQLiteStatement(statement, connection: self)
    }

    /// Runs statements without values, separated by semicolons.
    func execute(_ script: String) throws(StoreError) {
        let code = sqlite3_exec(handle, script, nil, nil, nil)
        guard code == SQLITE_OK else { throw error(code) }
    }

    /// The same, again until nobody is in its way, for as long as a writer is waited for.
    ///
    /// SQLite itself waits only where it holds nothing yet. What reads before it writes, as a change of the journal does,
    /// fails at once where another does so, too: the two would wait for each other.
    func executeWhenFree(_ script: String) throws(StoreError) {
        var left = busySeconds
        while true {
            let code = sqlite3_exec(handle, script, nil, nil, nil)
            if code == SQLITE_OK { return }
            guard code & 0xFF == SQLITE_BUSY, left > 0 else { throw error(code) }
            left -= Double(sqlite3_sleep(5)) / 1000
        }
    }

    /// Runs one statement whose preparation is not worth keeping.
    func run(_ sql: String, _ values: [SQLValue] = []) throws(StoreError) {
        try prepare(sql).run(values)
    }

    /// All rows that a query gives, read by `decode`.
    func rows<Row>(
        _ sql: String, _ values: [SQLValue] = [], _ decode: (SQLiteStatement) throws(StoreError) -> Row
    ) throws(StoreError) -> [Row] {
        // Taken out while it is used: `decode` may ask the same for another row.
        let statement = if let known = idle.removeValue(forKey: sql) { known } else { try prepare(sql) }
        defer {
            statement.reset()
            if idle.count < Self.idleMax { idle[sql] = statement }
        }
        var rows: [Row] = []
        try statement.bind(values)
        while try statement.step() { rows.append(try decode(statement)) }
        return rows
    }

    /// Does all or nothing of `body`, and keeps other writers out meanwhile; readers go on.
    func transaction<Result>(_ body: () throws(StoreError) -> Result) throws(StoreError) -> Result {
        try begin.run()
        do {
            let result = try body()
            try commit.run()
            return result
        } catch {
            // SQLite rolls back by itself after some errors. A failing ROLLBACK leaves nothing behind either.
            if sqlite3_get_autocommit(handle) == 0 { try? execute("ROLLBACK") }
            throw error
        }
    }

    /// Returns when every committed transaction is on the disk.
    ///
    /// A commit in WAL mode with `synchronous=NORMAL` only writes to the log file: that outlives the process, not the
    /// machine. Syncing the log here makes it durable, for a committed transaction is either in the log, or a
    /// checkpoint (of any process) has moved it into the database. SQLite never takes a frame out of the log without
    /// having synced the log before and the database after moving, nor starts the log anew without syncing its new
    /// header. The file is SQLite's own descriptor, so it is the log in use; it can't have been replaced, since a log
    /// is deleted only when nobody has the database open. Its first sync also syncs the folder, which holds the names
    /// of both files. The database itself is synced once, for whoever made it may not have come to that yet.
    func sync() throws(StoreError) {
        if let syncFailure { throw syncFailure }
        var code = hasSyncedDatabase ? SQLITE_OK : sync(SQLITE_FCNTL_FILE_POINTER)
        if code == SQLITE_OK { code = sync(SQLITE_FCNTL_JOURNAL_POINTER) }
        guard code == SQLITE_OK else {
            let failure = StoreError(
                .device, "the disk failed to save what was written; Baton must be started anew to see what is there",
                location: path, cause: String(cString: sqlite3_errstr(code)))
            syncFailure = failure
            throw failure
        }
        hasSyncedDatabase = true
    }

    /// Syncs the database or its log, as this says.
    private func sync(_ which: Int32) -> Int32 {
        var file: UnsafeMutablePointer<sqlite3_file>?
        let code = sqlite3_file_control(handle, "main", which, &file)
        guard code == SQLITE_OK else { return code }
        guard let file, let methods = file.pointee.pMethods else { return SQLITE_NOTFOUND }
        return methods.pointee.xSync(file, SQLITE_SYNC_NORMAL)
    }

    /// How many rows the last statement changed.
    var changedRows: Int { Int(sqlite3_changes(handle)) }

    /// The key of the row inserted last.
    var lastInsertedRow: Int64 { sqlite3_last_insert_rowid(handle) }

    func error(_ code: Int32) -> StoreError {
        StoreError(sqlite: code, cause: String(cString: sqlite3_errmsg(handle)), path: path)
    }
}

extension StoreError {
    /// Puts SQLite's extended result code into our words.
    init(sqlite code: Int32, cause: String?, path: String) {
        let (kind, message): (Code, String) =
            switch code & 0xff {
            case SQLITE_FULL:
                (.diskFull, "no space is left on the disk, so nothing was written; free some and try again")
            case SQLITE_CORRUPT, SQLITE_NOTADB:
                (
                    .corrupt,
                    "the file is damaged or is not Baton's database; move it away with its -wal file to begin anew, "
                        + "or restore it from a backup"
                )
            case SQLITE_READONLY, SQLITE_PERM, SQLITE_AUTH, SQLITE_CANTOPEN:
                (
                    .notPermitted,
                    "the database and its folder must exist and be writable; check their owner and mode, "
                        + "or choose another folder with --data-dir"
                )
            case SQLITE_BUSY, SQLITE_LOCKED:
                (.busy, "another process keeps the database locked; try again, or end that process")
            case SQLITE_IOERR:
                (.device, "the disk failed to read or write; nothing was changed")
            default:
                (.other, "the database refused; this is an error in Baton, please report it")
            }
        self.init(kind, message, location: path, cause: cause)
    }
}
