public import BatonCore

extension SQLStore {
    public func attempts(of run: Run.ID, task: TaskInstance.ID?) throws(StoreError) -> [AttemptSummary] {
        let (first, last) = range(of: task)
        return try connection.rows(
            """
            SELECT wall_ns, user_cpu_ns, system_cpu_ns, peak_memory_bytes, read_bytes, written_bytes, meter,
                task, number, worker, granted_cpu_milli, granted_memory_bytes, granted_gpus, granted_disk_bytes,
                started, completed, status, failure
            FROM task_executions WHERE run = $1 AND task BETWEEN $2 AND $3 ORDER BY task, number
            """, [.text(run.description), first, last]
        ) { (row) throws(StoreError) in
            AttemptSummary(
                id: Attempt.ID(
                    run: run, task: TaskInstance.ID(Int(row.integer(7))), number: Int32(row.integer(8))),
                worker: Worker.ID(Int(row.integer(9))),
                grant: Resources(
                    milliCPU: row.integer(10), memoryBytes: row.integer(11), gpus: row.integer(12),
                    diskBytes: row.integer(13)),
                started: Instant(nanoseconds: row.integer(14)),
                ended: row.optionalInteger(15).map(Instant.init(nanoseconds:)),
                status: try word(AttemptSummary.Status.self, 16, of: row),
                failure: try optional(Failure.self, 17, of: row),
                usage: row.isNull(0) ? nil : try usage(of: row))
        }
    }

    /// Reads a measurement from the first seven columns.
    func usage(of row: SQLiteStatement) throws(StoreError) -> Usage {
        Usage(
            wall: .nanoseconds(row.integer(0)), userCPU: .nanoseconds(row.integer(1)),
            systemCPU: .nanoseconds(row.integer(2)), peakMemoryBytes: row.integer(3), readBytes: row.integer(4),
            writtenBytes: row.integer(5), meter: try word(Usage.Meter.self, 6, of: row))
    }

    public func decisions(of run: Run.ID, task: TaskInstance.ID?) throws(StoreError) -> [DecisionSummary] {
        let (first, last) = range(of: task)
        return try connection.rows(
            """
            SELECT number, task, attempt, at, model_version, output FROM orchestration_decisions
            WHERE run = $1 AND task BETWEEN $2 AND $3 ORDER BY number, at, task
            """, [.text(run.description), first, last]
        ) { row in
            DecisionSummary(
                number: row.integer(0),
                attempt: Attempt.ID(
                    run: run, task: TaskInstance.ID(Int(row.integer(1))), number: Int32(row.integer(2))),
                at: Instant(nanoseconds: row.integer(3)), policy: row.text(4), reason: row.text(5))
        }
    }

    public func predictions(of run: Run.ID) throws(StoreError) -> [PredictionSummary] {
        try connection.rows(
            """
            SELECT task, duration_p50_ns, duration_p90_ns, peak_memory_p50_bytes, peak_memory_p99_bytes,
                largest_seen_memory_bytes, sample_count, model_version, actual_duration_ns, actual_cpu_ns,
                actual_memory_bytes, request_cpu_milli
            FROM resource_predictions WHERE run = $1 ORDER BY task
            """, [.text(run.description)]
        ) { row in
            PredictionSummary(
                task: TaskInstance.ID(Int(row.integer(0))),
                estimate: Estimate(
                    durationP50Nanoseconds: row.integer(1), durationP90Nanoseconds: row.integer(2),
                    peakMemoryP50Bytes: row.integer(3), peakMemoryP99Bytes: row.integer(4),
                    largestSeenMemoryBytes: row.integer(5), sampleCount: Int32(row.integer(6)), model: row.text(7),
                    requestMilliCPU: row.optionalInteger(11)),
                actual: row.optionalInteger(8).map { duration in
                    PredictionSummary.Actual(
                        duration: .nanoseconds(duration), cpu: .nanoseconds(row.integer(9)),
                        peakMemoryBytes: row.integer(10))
                })
        }
    }

    public func history(of workflow: String, limit: Int) throws(StoreError) -> [UsageSample] {
        // The runs are the outer loop, newest first, so reading stops as soon as there is enough.
        var samples: [UsageSample] = []
        _ = try connection.rows(
            """
            SELECT wall_ns, user_cpu_ns, system_cpu_ns, peak_memory_bytes, read_bytes, written_bytes, meter,
                tasks.template, tasks.name,
                CASE task_executions.status WHEN 'failed' THEN granted_memory_bytes END
            FROM runs CROSS JOIN task_executions ON task_executions.run = runs.id
                CROSS JOIN tasks ON tasks.run = task_executions.run AND tasks.task = task_executions.task
            WHERE workflow = $1 AND wall_ns IS NOT NULL AND (task_executions.status = 'succeeded'
                OR task_executions.status = 'failed' AND number = 1 AND task_executions.failure = $2)
            ORDER BY runs.id DESC, task_executions.task DESC, number DESC LIMIT $3
            """, [.text(workflow), .utf8(try json(Failure.outOfMemory)), .integer(Int64(limit))]
        ) { row in
            // A row that can't be read teaches nothing, and keeps no run from starting.
            guard let usage = try? usage(of: row) else { return }
            samples.append(
                UsageSample(
                    task: row.text(7), instance: row.text(8), usage: usage, killedAtBytes: row.optionalInteger(9)))
        }
        return samples.reversed()
    }

    private func range(of task: TaskInstance.ID?) -> (first: SQLValue, last: SQLValue) {
        (.integer(task?.index ?? 0), .integer(task?.index ?? .max))
    }
}
