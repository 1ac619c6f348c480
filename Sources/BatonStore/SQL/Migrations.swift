/// The schema, as the steps by which it came about. A step that was released is never changed.
enum Migrations {
    /// The number of steps done is the database's `user_version`.
    static let steps = [
        initial, cacheKeys, readModels, models, observedFiles, optimizations, idempotency, runCounts, automations,
    ]

    /// Brings a database up to date.
    ///
    /// - Throws: `newerSchema` when it is ahead of this program.
    static func apply(to connection: SQLiteConnection) throws(StoreError) {
        let found = try version(of: connection)
        guard found <= steps.count else {
            throw StoreError(
                .newerSchema,
                "the database was written by a later version of Baton: its schema is number \(found), "
                    + "and this version knows up to \(steps.count); update Baton, or choose another --data-dir",
                location: connection.path)
        }
        guard found < steps.count else { return }
        if found == 0 {
            // A database in the making holds nothing yet, and the first `sync` covers it whole: five disk syncs less, each
            // of which takes 10 ms and more where others write to the same disk.
            try connection.execute("PRAGMA synchronous = OFF")
            // Stays so for ever after. Another process may be making the database, too.
            try connection.executeWhenFree("PRAGMA journal_mode = WAL")
        }
        try connection.transaction { () throws(StoreError) in
            // Another process may have done some meanwhile.
            let missing = steps.dropFirst(try version(of: connection))
            if missing.isEmpty { return }
            for step in missing { try connection.execute(step) }
            try connection.execute("PRAGMA user_version = \(steps.count)")
        }
    }

    private static func version(of connection: SQLiteConnection) throws(StoreError) -> Int {
        Int(try connection.rows("PRAGMA user_version") { $0.integer(0) }[0])
    }

    /// Times are nanoseconds since 1970. Runs are known by the text that users see.
    ///
    /// A task's rows are written while it waits, so what they are looked up by is their primary key and nothing more:
    /// each index would add a page to every commit (4 us of a task's 70).
    private static let initial = """
        CREATE TABLE events (
            sequence INTEGER PRIMARY KEY,
            run TEXT NOT NULL,
            at INTEGER NOT NULL,
            kind TEXT NOT NULL,
            payload TEXT NOT NULL
        ) STRICT;
        CREATE INDEX events_by_run ON events (run);

        CREATE TABLE runs (
            id TEXT PRIMARY KEY,
            workflow TEXT NOT NULL,
            source TEXT,
            directory TEXT NOT NULL,
            parameters TEXT NOT NULL,
            status TEXT NOT NULL,
            submitted INTEGER NOT NULL,
            ended INTEGER
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX runs_by_workflow ON runs (workflow, id);

        -- One row for each task instance of each run; metadata holds the values of its fan-out by name.
        CREATE TABLE tasks (
            run TEXT NOT NULL,
            task INTEGER NOT NULL,
            name TEXT NOT NULL,
            template TEXT NOT NULL,
            type TEXT NOT NULL,
            priority INTEGER NOT NULL,
            status TEXT NOT NULL,
            detail TEXT,
            attempt INTEGER NOT NULL,
            created INTEGER NOT NULL,
            updated INTEGER NOT NULL,
            changed INTEGER NOT NULL, -- the last event of the batch that changed it
            metadata TEXT,
            PRIMARY KEY (run, task)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE task_dependencies (
            run TEXT NOT NULL,
            parent INTEGER NOT NULL,
            child INTEGER NOT NULL,
            type TEXT NOT NULL,
            PRIMARY KEY (run, parent, child)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX task_dependencies_by_child ON task_dependencies (run, child);

        -- One row for each attempt.
        CREATE TABLE task_executions (
            run TEXT NOT NULL,
            task INTEGER NOT NULL,
            number INTEGER NOT NULL,
            worker INTEGER NOT NULL,
            granted_cpu_milli INTEGER NOT NULL,
            granted_memory_bytes INTEGER NOT NULL,
            granted_gpus INTEGER NOT NULL,
            granted_disk_bytes INTEGER NOT NULL,
            status TEXT NOT NULL,
            started INTEGER NOT NULL,
            completed INTEGER,
            exit_code INTEGER,
            failure TEXT,
            logs TEXT, -- NULL: where the attempt's number says
            wall_ns INTEGER,
            user_cpu_ns INTEGER,
            system_cpu_ns INTEGER,
            peak_memory_bytes INTEGER,
            read_bytes INTEGER,
            written_bytes INTEGER,
            meter TEXT,
            PRIMARY KEY (run, task, number)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE orchestration_decisions (
            run TEXT NOT NULL,
            task INTEGER NOT NULL,
            attempt INTEGER NOT NULL,
            number INTEGER NOT NULL,
            type TEXT NOT NULL,
            at INTEGER NOT NULL,
            input TEXT,
            output TEXT NOT NULL, -- the reason
            confidence REAL,
            execution_ns INTEGER,
            model_version TEXT NOT NULL, -- the policy
            PRIMARY KEY (run, task, attempt)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE workflow_optimizations (
            id INTEGER PRIMARY KEY,
            workflow TEXT NOT NULL,
            type TEXT NOT NULL,
            before_metrics TEXT,
            after_metrics TEXT,
            improvement_percent REAL,
            applied INTEGER,
            applied_by TEXT
        ) STRICT;
        CREATE INDEX workflow_optimizations_by_workflow ON workflow_optimizations (workflow);

        CREATE TABLE resource_predictions (
            run TEXT NOT NULL,
            task INTEGER NOT NULL,
            duration_p50_ns INTEGER NOT NULL,
            duration_p90_ns INTEGER NOT NULL,
            peak_memory_p50_bytes INTEGER NOT NULL,
            peak_memory_p99_bytes INTEGER NOT NULL,
            largest_seen_memory_bytes INTEGER NOT NULL,
            sample_count INTEGER NOT NULL,
            model_version TEXT NOT NULL,
            actual_duration_ns INTEGER,
            actual_cpu_ns INTEGER,
            actual_memory_bytes INTEGER,
            PRIMARY KEY (run, task)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE performance_metrics (
            id INTEGER PRIMARY KEY,
            type TEXT NOT NULL,
            name TEXT NOT NULL,
            value REAL NOT NULL,
            at INTEGER NOT NULL,
            context TEXT,
            tags TEXT
        ) STRICT;
        CREATE INDEX performance_metrics_by_type ON performance_metrics (type, at);
        CREATE INDEX performance_metrics_by_name ON performance_metrics (name, at);

        CREATE TABLE system_state (
            at INTEGER PRIMARY KEY,
            cpu_utilization REAL NOT NULL,
            memory_utilization REAL NOT NULL,
            active_tasks INTEGER NOT NULL,
            pending_tasks INTEGER NOT NULL,
            failed_tasks INTEGER NOT NULL,
            throughput REAL NOT NULL
        ) STRICT;

        CREATE TABLE workflows (
            hash TEXT PRIMARY KEY, -- of the definition
            name TEXT NOT NULL,
            definition TEXT NOT NULL,
            created INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX workflows_by_name ON workflows (name, created);

        CREATE TABLE api_keys (
            hash TEXT PRIMARY KEY, -- the key itself is never stored
            name TEXT NOT NULL,
            role TEXT NOT NULL,
            created INTEGER NOT NULL,
            revoked INTEGER
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE audit (
            id INTEGER PRIMARY KEY,
            at INTEGER NOT NULL,
            actor TEXT NOT NULL,
            action TEXT NOT NULL,
            subject TEXT,
            detail TEXT
        ) STRICT;
        CREATE INDEX audit_by_time ON audit (at);

        CREATE TABLE outputs_cache (
            key TEXT PRIMARY KEY,
            run TEXT NOT NULL,
            task INTEGER NOT NULL,
            result TEXT, -- what the task printed and wrote for others
            outputs TEXT NOT NULL,
            at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE file_hashes (
            path TEXT PRIMARY KEY,
            size_bytes INTEGER NOT NULL,
            modified INTEGER NOT NULL,
            inode INTEGER NOT NULL,
            hash TEXT NOT NULL,
            at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        """

    private static let cacheKeys = """
        -- One row for each cached task that ran: what its result depended on, and why none was reused.
        CREATE TABLE cache_misses (
            run TEXT NOT NULL,
            task INTEGER NOT NULL,
            workflow TEXT NOT NULL,
            name TEXT NOT NULL,
            version INTEGER NOT NULL,
            key TEXT NOT NULL,
            parts TEXT NOT NULL,
            staleness TEXT NOT NULL,
            at INTEGER NOT NULL,
            PRIMARY KEY (run, task)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX cache_misses_by_name ON cache_misses (workflow, name, run);
        """

    private static let models = """
        CREATE TABLE models (
            id INTEGER PRIMARY KEY AUTOINCREMENT, -- recorded with predictions, so never given again
            kind TEXT NOT NULL,
            version TEXT NOT NULL,
            fitted INTEGER NOT NULL,
            data TEXT NOT NULL,
            scores TEXT NOT NULL,
            state TEXT NOT NULL,
            reason TEXT
        ) STRICT;
        CREATE TABLE model_parts (
            model INTEGER NOT NULL,
            part INTEGER NOT NULL,
            bytes BLOB NOT NULL,
            PRIMARY KEY (model, part)
        ) STRICT;
        -- What ended since a model was fitted.
        CREATE INDEX runs_by_end ON runs (ended);
        ALTER TABLE resource_predictions ADD COLUMN request_cpu_milli INTEGER; -- NULL where CPU was never measured
        """

    private static let observedFiles = """
        -- Which files an attempt read and wrote: one row for each attempt that was traced.
        CREATE TABLE observed_files (
            run TEXT NOT NULL,
            task INTEGER NOT NULL,
            attempt INTEGER NOT NULL,
            files TEXT NOT NULL, -- JSON
            PRIMARY KEY (run, task, attempt)
        ) STRICT;
        """

    private static let optimizations = """
        -- Nothing was ever written to the one before.
        DROP TABLE workflow_optimizations;
        CREATE TABLE workflow_optimizations (
            id INTEGER PRIMARY KEY,
            workflow TEXT NOT NULL,
            path TEXT NOT NULL, -- of the file
            type TEXT NOT NULL, -- a JSON list of the findings that it cures
            edits TEXT NOT NULL,
            applied_by TEXT NOT NULL,
            applied INTEGER NOT NULL,
            promise TEXT NOT NULL,
            before_metrics TEXT NOT NULL,
            after_metrics TEXT NOT NULL,
            improvement_percent REAL, -- of the mean time; NULL before there are runs on both sides
            text_before TEXT NOT NULL, -- of the file
            text_after TEXT NOT NULL,
            state TEXT NOT NULL,
            reason TEXT
        ) STRICT;
        CREATE INDEX workflow_optimizations_by_workflow ON workflow_optimizations (workflow);
        """

    private static let idempotency = """
        CREATE TABLE idempotent_requests (
            actor TEXT NOT NULL,
            key TEXT NOT NULL,
            fingerprint TEXT NOT NULL,
            run TEXT NOT NULL,
            at INTEGER NOT NULL,
            status INTEGER, -- NULL until it was answered
            body TEXT,
            PRIMARY KEY (actor, key)
        ) STRICT, WITHOUT ROWID;
        """

    private static let runCounts = """
        -- How many tasks stood where when the run ended, as a JSON object by status; NULL while it goes on.
        ALTER TABLE runs ADD COLUMN counts TEXT;
        UPDATE runs SET counts = (
            SELECT json_group_object(status, count) FROM (
                SELECT status, count(*) AS count FROM tasks
                WHERE tasks.run = runs.id AND type = 'command' GROUP BY status))
        WHERE ended IS NOT NULL;
        """

    private static let automations = """
        -- What starts runs by itself: schedules, backfills, triggers.
        CREATE TABLE automations (
            kind TEXT NOT NULL,
            name TEXT NOT NULL,
            definition TEXT NOT NULL, -- JSON
            seen INTEGER NOT NULL, -- all up to this time is dealt with
            created INTEGER NOT NULL,
            PRIMARY KEY (kind, name)
        ) STRICT, WITHOUT ROWID;
        -- One row for each occasion, written before its run is made.
        CREATE TABLE firings (
            kind TEXT NOT NULL,
            name TEXT NOT NULL,
            key TEXT NOT NULL,
            batch TEXT NOT NULL,
            run TEXT, -- NULL until its turn comes
            at INTEGER NOT NULL,
            state TEXT NOT NULL,
            reason TEXT,
            input TEXT,
            PRIMARY KEY (kind, name, key)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX firings_by_time ON firings (kind, name, at, key);
        CREATE INDEX firings_by_batch ON firings (kind, name, batch, state, at);
        CREATE INDEX firings_by_run ON firings (run);
        """

    /// Dependencies are read from the tasks: Docs/Decisions/0009-dependencies-are-a-view.md.
    private static let readModels = """
        DROP TABLE task_dependencies;
        ALTER TABLE tasks ADD COLUMN needs TEXT; -- a JSON list of the tasks that it waits for; NULL for none
        CREATE VIEW task_dependencies (run, parent, child, type) AS
            SELECT tasks.run, need.value, tasks.task, 'success' FROM tasks, json_each(tasks.needs) AS need;

        CREATE INDEX orchestration_decisions_by_type ON orchestration_decisions (type, at);

        ALTER TABLE resource_predictions ADD COLUMN duration_accuracy REAL GENERATED ALWAYS AS
            (max(0, 1 - abs(actual_duration_ns - duration_p50_ns) * 1.0 / actual_duration_ns)) VIRTUAL;
        ALTER TABLE resource_predictions ADD COLUMN memory_accuracy REAL GENERATED ALWAYS AS
            (max(0, 1 - abs(actual_memory_bytes - peak_memory_p50_bytes) * 1.0 / actual_memory_bytes)) VIRTUAL;

        CREATE INDEX performance_metrics_by_context ON performance_metrics (context);
        ALTER TABLE system_state ADD COLUMN run TEXT;
        CREATE INDEX system_state_by_run ON system_state (run, at);

        -- Each run's own revision of its workflow stands in the log.
        DROP TABLE workflows;
        CREATE VIEW workflows (name, run, definition, created) AS
            SELECT runs.workflow, runs.id, json_extract(events.payload, '$.runSubmitted._0.workflow'), events.at
            FROM runs JOIN events ON events.run = runs.id AND events.kind = 'run_submitted';
        """
}
