/// The statements of the hot path, prepared once.
struct AppendStatements {
    let addEvent: SQLiteStatement
    let addRun: SQLiteStatement
    let setRunStatus: SQLiteStatement
    let setRunCounts: SQLiteStatement
    let addTask: SQLiteStatement
    let setNeeds: SQLiteStatement
    let setTask: SQLiteStatement
    let setPriority: SQLiteStatement
    let addAttempt: SQLiteStatement
    let addDecision: SQLiteStatement
    let growAttempt: SQLiteStatement
    let endAttempt: SQLiteStatement
    let loseAttempt: SQLiteStatement
    let setPrediction: SQLiteStatement
    let completePrediction: SQLiteStatement
    let addSystemState: SQLiteStatement
    let addRunMetrics: SQLiteStatement

    init(_ connection: SQLiteConnection) throws(StoreError) {
        addEvent = try connection.prepare("INSERT INTO events (run, at, kind, payload) VALUES ($1, $2, $3, $4)")
        addRun = try connection.prepare(
            """
            INSERT INTO runs (id, workflow, source, directory, parameters, status, submitted)
            VALUES ($1, $2, $3, $4, $5, 'running', $6)
            """)
        setRunStatus = try connection.prepare("UPDATE runs SET status = $1, ended = $2, counts = NULL WHERE id = $3")
        setRunCounts = try connection.prepare(
            """
            UPDATE runs SET counts = (
                SELECT json_group_object(status, count) FROM (
                    SELECT status, count(*) AS count FROM tasks
                    WHERE tasks.run = runs.id AND type = 'command' GROUP BY status))
            WHERE id = $1 AND ended IS NOT NULL
            """)
        addTask = try connection.prepare(
            """
            INSERT INTO tasks (run, task, name, template, type, priority, status, detail, attempt, created, updated,
                changed, metadata, needs)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
            """)
        setNeeds = try connection.prepare("UPDATE tasks SET needs = $1 WHERE run = $2 AND task = $3")
        setTask = try connection.prepare(
            """
            UPDATE tasks SET status = $1, detail = $2, attempt = max(attempt, $3), updated = $4, changed = $5
            WHERE run = $6 AND task = $7
            """)
        setPriority = try connection.prepare(
            "UPDATE tasks SET priority = $1, changed = $2 WHERE run = $3 AND task = coalesce($4, task)")
        addAttempt = try connection.prepare(
            """
            INSERT INTO task_executions (run, task, number, worker, granted_cpu_milli, granted_memory_bytes,
                granted_gpus, granted_disk_bytes, status, started)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'running', $9)
            """)
        addDecision = try connection.prepare(
            """
            INSERT INTO orchestration_decisions (run, task, attempt, number, type, at, output, model_version)
            VALUES ($1, $2, $3, $4, 'placement', $5, $6, $7)
            """)
        growAttempt = try connection.prepare(
            """
            UPDATE task_executions SET granted_memory_bytes = max(granted_memory_bytes, $1)
            WHERE run = $2 AND task = $3 AND number = $4 AND status = 'running'
            """)
        // Late and duplicate reports find no running attempt.
        endAttempt = try connection.prepare(
            """
            UPDATE task_executions SET status = $1, completed = $2, exit_code = $3, failure = $4, wall_ns = $5,
                user_cpu_ns = $6, system_cpu_ns = $7, peak_memory_bytes = $8, read_bytes = $9, written_bytes = $10,
                meter = $11
            WHERE run = $12 AND task = $13 AND number = $14 AND status = 'running'
            """)
        loseAttempt = try connection.prepare(
            """
            UPDATE task_executions SET status = 'lost', completed = $1
            WHERE run = $2 AND task = $3 AND status = 'running' AND number <> $4
            """)
        setPrediction = try connection.prepare(
            """
            INSERT INTO resource_predictions (run, task, duration_p50_ns, duration_p90_ns, peak_memory_p50_bytes,
                peak_memory_p99_bytes, largest_seen_memory_bytes, sample_count, model_version,
                request_cpu_milli)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            ON CONFLICT (run, task) DO UPDATE SET duration_p50_ns = excluded.duration_p50_ns,
                duration_p90_ns = excluded.duration_p90_ns, peak_memory_p50_bytes = excluded.peak_memory_p50_bytes,
                peak_memory_p99_bytes = excluded.peak_memory_p99_bytes,
                largest_seen_memory_bytes = excluded.largest_seen_memory_bytes,
                sample_count = excluded.sample_count, model_version = excluded.model_version,
                request_cpu_milli = excluded.request_cpu_milli
            """)
        completePrediction = try connection.prepare(
            """
            UPDATE resource_predictions SET actual_duration_ns = $1, actual_cpu_ns = $2, actual_memory_bytes = $3
            WHERE run = $4 AND task = $5
            """)
        addSystemState = try connection.prepare(
            """
            INSERT OR REPLACE INTO system_state (at, run, cpu_utilization, memory_utilization, active_tasks,
                pending_tasks, failed_tasks, throughput)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            """)
        addRunMetrics = try connection.prepare(RunMetrics.statement)
    }
}
