public import BatonCore

extension SQLStore {
    public func dependencies(of run: Run.ID) throws(StoreError) -> [TaskDependency] {
        try connection.rows(
            "SELECT parent, child FROM task_dependencies WHERE run = $1 ORDER BY child, parent",
            [.text(run.description)]
        ) { row in
            TaskDependency(parent: TaskInstance.ID(Int(row.integer(0))), child: TaskInstance.ID(Int(row.integer(1))))
        }
    }

    public func metrics(of run: Run.ID) throws(StoreError) -> [PerformanceMetric] {
        try connection.rows(
            """
            SELECT name, value, at FROM performance_metrics WHERE context = $1 AND type = 'run'
                AND at = (SELECT max(at) FROM performance_metrics WHERE context = $1 AND type = 'run')
            ORDER BY id
            """, [.text(run.description)]
        ) { (row) throws(StoreError) in
            PerformanceMetric(
                name: try word(PerformanceMetric.Name.self, 0, of: row), value: row.real(1),
                at: Instant(nanoseconds: row.integer(2)))
        }
    }

    public func remember(_ files: ObservedFiles, of attempt: Attempt.ID) throws(StoreError) {
        try connection.run(
            """
            INSERT INTO observed_files (run, task, attempt, files) VALUES ($1, $2, $3, $4)
            ON CONFLICT (run, task, attempt) DO UPDATE SET files = excluded.files
            """,
            [
                .text(attempt.run.description), .integer(attempt.task.index), .integer(Int64(attempt.number)),
                .utf8(try json(files)),
            ])
        noteUnflushed()
    }

    public func observedFiles(of run: Run.ID) throws(StoreError) -> [TracedAttempt] {
        try connection.rows(
            "SELECT task, attempt, files FROM observed_files WHERE run = $1 ORDER BY task, attempt",
            [.text(run.description)]
        ) { (row) throws(StoreError) in
            let attempt = Attempt.ID(
                run: run, task: TaskInstance.ID(Int(row.integer(0))), number: Int32(row.integer(1)))
            return TracedAttempt(attempt: attempt, files: try decode(ObservedFiles.self, 2, of: row))
        }
    }

    public func systemStates(of run: Run.ID) throws(StoreError) -> [SystemState] {
        try connection.rows(
            """
            SELECT at, cpu_utilization, memory_utilization, active_tasks, pending_tasks, failed_tasks, throughput
            FROM system_state WHERE run = $1 ORDER BY at
            """, [.text(run.description)]
        ) { row in
            SystemState(
                at: Instant(nanoseconds: row.integer(0)), run: run, cpuUtilization: row.real(1),
                memoryUtilization: row.real(2), activeTasks: Int(row.integer(3)), pendingTasks: Int(row.integer(4)),
                failedTasks: Int(row.integer(5)), tasksPerSecond: row.real(6))
        }
    }
}

/// What is computed of a run as it ends, from its read models.
enum RunMetrics {
    static let statement = """
        INSERT INTO performance_metrics (type, name, value, at, context)
        WITH executions AS (
            SELECT count(*) AS number, total(user_cpu_ns + system_cpu_ns) AS cpu_ns,
                total(granted_memory_bytes * 1.0 * wall_ns) AS memory_byte_ns
            FROM task_executions WHERE run = $1
        ), metrics (name, value) AS (
            SELECT 'makespan_seconds', ($2 - submitted) / 1e9 FROM runs WHERE id = $1
            UNION ALL SELECT 'cpu_seconds', cpu_ns / 1e9 FROM executions
            UNION ALL SELECT 'granted_memory_gigabyte_seconds', memory_byte_ns / 1e18 FROM executions
            UNION ALL SELECT 'attempts', number FROM executions
            UNION ALL SELECT 'duration_error', avg(abs(actual_duration_ns - duration_p50_ns) * 1.0 / actual_duration_ns)
                FROM resource_predictions WHERE run = $1 AND actual_duration_ns > 0
        )
        SELECT 'run', name, value, $2, $1 FROM metrics WHERE value IS NOT NULL
        """
}
