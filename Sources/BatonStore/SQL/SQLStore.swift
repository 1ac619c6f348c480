import BatonCore

/// The store in a database file (see `Migrations` for its tables).
///
/// Any number of processes may have the file open: readers never wait, and writers wait for one another.
public final class SQLStore: Store {
    let connection: SQLiteConnection
    private var statements: AppendStatements?
    /// Names of the tasks of workflows whose runs this process has added tasks to.
    private var templates: [Run.ID: [String]] = [:]
    private var hasUnflushed = false

    /// Opens the database at `path`, creating it and its folder where they are missing.
    ///
    /// - Parameter busyTimeout: how long to wait for a writer in another process before giving up with `busy`.
    public init(sqliteAt path: String, busyTimeout: Duration = .seconds(20)) throws(StoreError) {
        try Folder.create(Folder.parent(of: path))
        connection = try SQLiteConnection(path: path, busySeconds: busyTimeout.seconds)
        try Migrations.apply(to: connection)
        // A commit need only outlive the process; `flush` makes it outlive the machine.
        try connection.execute("PRAGMA synchronous = NORMAL")
    }

    public func append(_ batches: [RunBatch]) throws(StoreError) {
        // Before the transaction: a submission may take milliseconds, which others need not wait for.
        var prepared: [(batch: RunBatch, payloads: [[UInt8]], projection: Projection)] = []
        for batch in batches where !batch.events.isEmpty {
            var payloads: [[UInt8]] = []
            for recorded in batch.events { payloads.append(try json(recorded.event)) }
            let projection = try Projection(of: batch) { (run) throws(StoreError) in try taskNames(of: run) }
            prepared.append((batch, payloads, projection))
        }
        if prepared.isEmpty { return }
        let statements = if let known = self.statements { known } else { try AppendStatements(connection) }
        self.statements = statements
        try connection.transaction { () throws(StoreError) in
            for (batch, payloads, projection) in prepared {
                for (recorded, payload) in zip(batch.events, payloads) {
                    try statements.addEvent.run([
                        .text((recorded.event.run ?? batch.run).description), .integer(recorded.at.nanoseconds),
                        .text(recorded.event.kind), .utf8(payload),
                    ])
                }
                try write(projection, sequence: connection.lastInsertedRow, with: statements)
            }
        }
        for (_, _, projection) in prepared {
            templates.merge(projection.templates) { _, new in new }
            for (run, status, _) in projection.runStatuses where status.isTerminal { templates[run] = nil }
        }
        hasUnflushed = true
    }

    public func flush() throws(StoreError) {
        guard hasUnflushed else { return }
        try connection.sync()
        hasUnflushed = false
    }

    /// Something was written that the next `flush` must make durable.
    func noteUnflushed() { hasUnflushed = true }

    private func taskNames(of run: Run.ID) throws(StoreError) -> [String] {
        if let known = templates[run] { return known }
        let additions = try connection.rows(
            """
            SELECT sequence, payload, at FROM events WHERE run = $1 AND kind IN ('run_submitted', 'tasks_added')
            ORDER BY sequence
            """, [.text(run.description)], event)
        guard case .runSubmitted(let submission)? = additions.first?.event else {
            throw StoreError(
                .unknownRun, "tasks can't be added to a run that was never submitted", location: run.description)
        }
        var names = submission.workflow.tasks.map(\.name)
        for case .tasksAdded(_, let tasks) in additions.map(\.event) { names += tasks.map(\.task.name) }
        templates[run] = names
        return names
    }
}
