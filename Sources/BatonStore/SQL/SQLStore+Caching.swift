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

    public func prune(_ retention: Retention, at now: Instant) throws(StoreError) -> [Run.ID] {
        let executions = SQLValue.integer(now.nanoseconds - retention.executions.nanoseconds)
        let decisions = SQLValue.integer(now.nanoseconds - retention.decisions.nanoseconds)
        let metrics = SQLValue.integer(now.nanoseconds - retention.metrics.nanoseconds)
        let pruned = try connection.rows(
            """
            SELECT id FROM runs WHERE ended < $1 AND EXISTS (SELECT 1 FROM tasks WHERE tasks.run = runs.id)
            ORDER BY id
            """, [executions]
        ) { (row) throws(StoreError) in try runID(0, of: row) }
        // One transaction for each run: others that write wait for milliseconds only.
        for run in pruned {
            try connection.transaction { () throws(StoreError) in
                // The newest event stays, for its number must not be given again.
                try connection.run(
                    "DELETE FROM events WHERE run = $1 AND sequence < (SELECT max(sequence) FROM events)",
                    [.text(run.description)])
                for table in ["task_executions", "task_dependencies", "resource_predictions", "tasks"] {
                    try connection.run("DELETE FROM \(table) WHERE run = $1", [.text(run.description)])
                }
            }
        }
        try connection.run("DELETE FROM outputs_cache WHERE at < $1", [executions])
        try connection.run("DELETE FROM file_hashes WHERE at < $1", [executions])
        try connection.run(
            "DELETE FROM orchestration_decisions WHERE run IN (SELECT id FROM runs WHERE ended < $1)", [decisions])
        try connection.run("DELETE FROM runs WHERE ended < $1", [decisions])
        try connection.run("DELETE FROM performance_metrics WHERE at < $1", [metrics])
        try connection.run("DELETE FROM system_state WHERE at < $1", [metrics])
        return pruned
    }
}
