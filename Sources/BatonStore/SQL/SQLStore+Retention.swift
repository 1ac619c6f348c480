public import BatonCore

extension SQLStore {
    /// Rows that one transaction deletes: a few milliseconds.
    private static let portion: Int64 = 2_000

    public func prune(
        _ retention: Retention, at now: Instant, while mayGoOn: () -> Bool
    ) throws(StoreError) -> Bool {
        func limit(_ age: Duration) -> SQLValue { .integer(now.nanoseconds - age.nanoseconds) }
        let old = try connection.rows(
            """
            SELECT id FROM runs WHERE ended < $1 AND EXISTS (SELECT 1 FROM tasks WHERE tasks.run = runs.id)
            ORDER BY id
            """, [limit(retention.executions)]
        ) { $0.text(0) }
        for run in old {
            guard try forget(run, while: mayGoOn) else { return false }
        }
        let rest: [(String, SQLValue)] = [
            ("outputs_cache WHERE at < $1", limit(retention.executions)),
            ("file_hashes WHERE at < $1", limit(retention.executions)),
            (
                "orchestration_decisions WHERE run IN (SELECT id FROM runs WHERE ended < $1)",
                limit(retention.decisions)
            ),
            ("runs WHERE ended < $1", limit(retention.decisions)),
            ("performance_metrics WHERE at < $1", limit(retention.metrics)),
            ("system_state WHERE at < $1", limit(retention.metrics)),
            ("audit WHERE at < $1", limit(retention.metrics)),
            // What has run is known for as long as its run is, so that no backfill of old times runs it again.
            (
                "firings WHERE at < $1 AND batch <> '\(Firing.files)' AND (state IN ('skipped', 'refused') "
                    + "OR state = 'started' AND run NOT IN (SELECT id FROM runs))",
                limit(retention.executions)
            ),
            ("idempotent_requests WHERE at < $1", limit(Retention.idempotentRequests)),
            (
                "workflow_optimizations WHERE applied < $1 AND id NOT IN "
                    + "(SELECT max(id) FROM workflow_optimizations GROUP BY workflow, path)",
                limit(retention.metrics)
            ),
        ]
        for (what, time) in rest {
            guard mayGoOn() else { return false }
            try connection.run("DELETE FROM \(what)", [time])
        }
        return true
    }

    /// Deletes the log and the tasks of a run; its tasks last, for by them it is found again after an interruption.
    private func forget(_ run: String, while mayGoOn: () -> Bool) throws(StoreError) -> Bool {
        // The newest event stays, for its number must not be given again.
        let events = """
            DELETE FROM events WHERE sequence IN (
                SELECT sequence FROM events WHERE run = $1 AND sequence < (SELECT max(sequence) FROM events) LIMIT $2)
            """
        repeat {
            guard mayGoOn() else { return false }
            try connection.run(events, [.text(run), .integer(Self.portion)])
        } while connection.changedRows > 0
        let count = try connection.rows("SELECT coalesce(max(task), -1) + 1 FROM tasks WHERE run = $1", [.text(run)]) {
            $0.integer(0)
        }[0]
        for table in ["task_executions", "resource_predictions", "cache_misses", "observed_files", "tasks"] {
            for last in stride(from: count, to: 0, by: -Int(Self.portion)) {
                guard mayGoOn() else { return false }
                try connection.run(
                    "DELETE FROM \(table) WHERE run = $1 AND task >= $2", [.text(run), .integer(last - Self.portion)])
            }
        }
        return true
    }
}
