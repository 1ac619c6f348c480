public import BatonCore

extension SQLStore {
    /// Bytes that one transaction writes: a fraction of a millisecond, for which others that write have to wait.
    private static let portion = 1 << 17
    /// Of a kind; the current one is kept however many came after it.
    private static let mostModels: Int64 = 12

    public func keep(_ model: ModelSummary, bytes: [UInt8]) throws(StoreError) -> Int64 {
        // What a process that died meanwhile has left is nobody's.
        let dayAgo = model.fitted.advanced(by: .seconds(-86_400))
        try connection.run(
            "DELETE FROM models WHERE state = 'unfinished' AND fitted < $1", [.integer(dayAgo.nanoseconds)])
        try connection.run(
            """
            INSERT INTO models (kind, version, fitted, data, scores, state, reason)
            VALUES ($1, $2, $3, $4, $5, 'unfinished', $6)
            """,
            [
                .text(model.kind), .text(model.version), .integer(model.fitted.nanoseconds),
                .utf8(try json(model.data)), .utf8(try json(model.scores)), .text(model.reason),
            ])
        let id = connection.lastInsertedRow
        for (part, start) in stride(from: 0, to: bytes.count, by: Self.portion).enumerated() {
            try connection.run(
                "INSERT INTO model_parts (model, part, bytes) VALUES ($1, $2, $3)",
                [
                    .integer(id), .integer(Int64(part)),
                    .blob(Array(bytes[start..<min(start + Self.portion, bytes.count)])),
                ])
        }
        try set(model.state, of: id, kind: model.kind, because: model.reason)
        try forgetModels(of: model.kind)
        noteUnflushed()
        return id
    }

    public func models(of kind: String) throws(StoreError) -> [ModelSummary] {
        try connection.rows(
            """
            SELECT id, kind, version, fitted, data, scores, state, reason FROM models
            WHERE kind = $1 AND state <> 'unfinished' ORDER BY id DESC
            """, [.text(kind)], model)
    }

    public func currentModel(of kind: String) throws(StoreError) -> ModelSummary? {
        try connection.rows(
            """
            SELECT id, kind, version, fitted, data, scores, state, reason FROM models
            WHERE kind = $1 AND state = 'current'
            """, [.text(kind)], model
        ).first
    }

    private func model(_ row: SQLiteStatement) throws(StoreError) -> ModelSummary {
        ModelSummary(
            id: row.integer(0), kind: row.text(1), version: row.text(2), fitted: Instant(nanoseconds: row.integer(3)),
            data: try decode(ModelSummary.Source.self, 4, of: row),
            scores: try decode([ModelSummary.Score].self, 5, of: row),
            state: try word(ModelSummary.State.self, 6, of: row), reason: row.optionalText(7))
    }

    public func bytes(ofModel id: Int64) throws(StoreError) -> [UInt8] {
        var bytes: [UInt8] = []
        let size = "SELECT coalesce(sum(length(bytes)), 0) FROM model_parts WHERE model = $1"
        bytes.reserveCapacity(Int(try connection.rows(size, [.integer(id)]) { $0.integer(0) }[0]))
        _ = try connection.rows("SELECT bytes FROM model_parts WHERE model = $1 ORDER BY part", [.integer(id)]) { row in
            row.withBlob(0) { bytes.append(contentsOf: $0) }
        }
        return bytes
    }

    public func setModel(
        _ id: Int64, to state: ModelSummary.State, because reason: String?
    ) throws(StoreError) {
        let kinds = try connection.rows("SELECT kind FROM models WHERE id = $1", [.integer(id)]) { $0.text(0) }
        guard let kind = kinds.first else {
            throw StoreError(.other, "there is no model \(id)", location: connection.path)
        }
        try set(state, of: id, kind: kind, because: reason)
        noteUnflushed()
    }

    private func set(
        _ state: ModelSummary.State, of id: Int64, kind: String, because reason: String?
    ) throws(StoreError) {
        try connection.transaction { () throws(StoreError) in
            if state == .current {
                try connection.run(
                    "UPDATE models SET state = 'previous', reason = NULL WHERE kind = $1 AND state = 'current'",
                    [.text(kind)])
            }
            try connection.run(
                "UPDATE models SET state = $1, reason = $2 WHERE id = $3",
                [.text(state.rawValue), .text(reason), .integer(id)])
        }
    }

    private func forgetModels(of kind: String) throws(StoreError) {
        let old = try connection.rows(
            """
            SELECT id FROM models WHERE kind = $1 AND state IN ('previous', 'rolled_back')
            ORDER BY id DESC LIMIT -1 OFFSET $2
            """, [.text(kind), .integer(Self.mostModels - 1)]
        ) { $0.integer(0) }
        for id in old { try connection.run("DELETE FROM models WHERE id = $1", [.integer(id)]) }
        // Those of models that are gone, a few at a time.
        repeat {
            try connection.run(
                """
                DELETE FROM model_parts WHERE (model, part) IN (SELECT model, part FROM model_parts
                    WHERE NOT EXISTS (SELECT 1 FROM models WHERE id = model) LIMIT 8)
                """)
        } while connection.changedRows > 0
    }

    public func history(after: Instant?, limit: Int) throws(StoreError) -> AttemptHistory {
        var history = AttemptHistory()
        let since = after?.nanoseconds ?? .min
        // Newest run first, so reading stops as soon as there is enough.
        _ = try connection.rows(
            """
            SELECT wall_ns, user_cpu_ns, system_cpu_ns, peak_memory_bytes, read_bytes, written_bytes, meter,
                runs.id, runs.workflow, tasks.template, tasks.name, tasks.created, started, completed,
                task_executions.status,
                CASE WHEN number = 1 AND task_executions.failure = $1 THEN granted_memory_bytes END
            FROM runs CROSS JOIN task_executions ON task_executions.run = runs.id
                CROSS JOIN tasks ON tasks.run = task_executions.run AND tasks.task = task_executions.task
            WHERE (runs.ended IS NULL OR runs.ended > $2) AND completed > $2
                AND task_executions.status IN ('succeeded', 'failed')
            ORDER BY runs.id DESC, task_executions.task DESC, number DESC LIMIT $3
            """, [.utf8(try json(Failure.outOfMemory)), .integer(since), .integer(Int64(limit))]
        ) { row in
            let killedAtBytes = row.optionalInteger(15)
            if row.text(14) != "succeeded" {
                history.unsuccessful += 1
                if killedAtBytes == nil { return }
            }
            // A row that can't be read teaches nothing, and keeps nobody from learning of the others.
            guard let run = Run.ID(row.text(7)), !row.isNull(0), let usage = try? usage(of: row) else {
                history.damaged += 1
                return
            }
            history.add(
                MeasuredAttempt(
                    run: run, workflow: row.text(8), task: row.text(9), instance: row.text(10),
                    submitted: Instant(nanoseconds: row.integer(11)), completed: Instant(nanoseconds: row.integer(13)),
                    usage: usage, killedAtBytes: killedAtBytes), started: Instant(nanoseconds: row.integer(12)))
        }
        history.sortByCompletion()
        return history
    }
}
