public import BatonCore

extension SQLStore {
    public func cachedResult(for key: String) throws(StoreError) -> CachedResult? {
        try connection.rows("SELECT run, task, result, outputs, at FROM outputs_cache WHERE key = $1", [.text(key)]) {
            (row) throws(StoreError) in
            CachedResult(
                run: try runID(0, of: row), task: TaskInstance.ID(Int(row.integer(1))),
                values: try optional(TaskValues.self, 2, of: row), outputs: try decode([OutputFile].self, 3, of: row),
                at: Instant(nanoseconds: row.integer(4)))
        }.first
    }

    public func remember(_ result: CachedResult, for key: String) throws(StoreError) {
        try connection.run(
            """
            INSERT INTO outputs_cache (key, run, task, result, outputs, at) VALUES ($1, $2, $3, $4, $5, $6)
            ON CONFLICT (key) DO UPDATE SET run = excluded.run, task = excluded.task, result = excluded.result,
                outputs = excluded.outputs, at = excluded.at
            """,
            [
                .text(key), .text(result.run.description), .integer(result.task.index),
                result.values == nil ? .null : .utf8(try json(result.values)), .utf8(try json(result.outputs)),
                .integer(result.at.nanoseconds),
            ])
        noteUnflushed()
    }

    public func remember(_ miss: CacheMiss) throws(StoreError) {
        try connection.run(
            """
            INSERT INTO cache_misses (run, task, workflow, name, version, key, parts, staleness, at)
            SELECT $1, $2, runs.workflow, tasks.name, $3, $4, $5, $6, $7 FROM runs, tasks
            WHERE runs.id = $1 AND tasks.run = $1 AND tasks.task = $2
            ON CONFLICT (run, task) DO UPDATE SET version = excluded.version, key = excluded.key,
                parts = excluded.parts, staleness = excluded.staleness, at = excluded.at
            """,
            [
                .text(miss.task.run.description), .integer(miss.task.task.index), .integer(Int64(miss.key.version)),
                .text(miss.key.hash), .utf8(try json(miss.key.parts)), .utf8(try json(miss.staleness)),
                .integer(miss.at.nanoseconds),
            ])
    }

    public func cacheMiss(of task: TaskReference) throws(StoreError) -> CacheMiss? {
        try cacheMisses(
            "FROM cache_misses AS miss WHERE run = $1 AND task = $2",
            [.text(task.run.description), .integer(task.task.index)])
    }

    public func cacheMiss(before task: TaskReference) throws(StoreError) -> CacheMiss? {
        try cacheMisses(
            """
            FROM tasks AS this
                JOIN runs ON runs.id = this.run
                JOIN cache_misses AS miss
                    ON miss.workflow = runs.workflow AND miss.name = this.name AND miss.run < this.run
                JOIN tasks AS that ON that.run = miss.run AND that.task = miss.task AND that.status = 'succeeded'
            WHERE this.run = $1 AND this.task = $2 ORDER BY miss.run DESC LIMIT 1
            """,
            [.text(task.run.description), .integer(task.task.index)])
    }

    private func cacheMisses(_ from: String, _ values: [SQLValue]) throws(StoreError) -> CacheMiss? {
        try connection.rows(
            "SELECT miss.run, miss.task, miss.version, miss.key, miss.parts, miss.staleness, miss.at " + from, values
        ) { (row) throws(StoreError) in
            CacheMiss(
                task: TaskReference(run: try runID(0, of: row), task: TaskInstance.ID(Int(row.integer(1)))),
                key: CacheKey(
                    version: Int(row.integer(2)), hash: row.text(3), parts: try decode([CacheKey.Part].self, 4, of: row)
                ),
                staleness: try decode(Staleness.self, 5, of: row), at: Instant(nanoseconds: row.integer(6)))
        }.first
    }

    public func hash(of file: FileStamp) throws(StoreError) -> String? {
        try connection.rows(
            "SELECT hash FROM file_hashes WHERE path = $1 AND size_bytes = $2 AND modified = $3 AND inode = $4",
            [
                .text(file.path), .integer(file.sizeBytes), .integer(file.modified.nanoseconds),
                .integer(Int64(bitPattern: file.inode)),
            ]
        ) { $0.text(0) }.first
    }

    // Not for `flush` to wait for: a hash that is lost is computed again.
    public func remember(_ hashes: [FileHash]) throws(StoreError) {
        guard !hashes.isEmpty else { return }
        let statement = try connection.prepare(
            """
            INSERT INTO file_hashes (path, size_bytes, modified, inode, hash, at) VALUES ($1, $2, $3, $4, $5, $6)
            ON CONFLICT (path) DO UPDATE SET size_bytes = excluded.size_bytes, modified = excluded.modified,
                inode = excluded.inode, hash = excluded.hash, at = excluded.at
            """)
        try connection.transaction { () throws(StoreError) in
            for known in hashes {
                try statement.run([
                    .text(known.file.path), .integer(known.file.sizeBytes), .integer(known.file.modified.nanoseconds),
                    .integer(Int64(bitPattern: known.file.inode)), .text(known.hash), .integer(known.at.nanoseconds),
                ])
            }
        }
    }
}
