public import BatonCore

extension SQLStore {
    public func remember(_ optimization: WorkflowOptimization) throws(StoreError) -> Int64 {
        try connection.run(
            """
            INSERT INTO workflow_optimizations (workflow, path, type, edits, applied_by, applied, promise,
                before_metrics, after_metrics, improvement_percent, text_before, text_after, state, reason)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
            """,
            [
                .text(optimization.workflow), .text(optimization.path), .utf8(try json(optimization.findings)),
                .utf8(try json(optimization.edits)), .text(optimization.appliedBy.rawValue),
                .integer(optimization.applied.nanoseconds), .utf8(try json(optimization.promise)),
                .utf8(try json(optimization.before)), .utf8(try json(optimization.after)),
                optimization.improvementPercent.map(SQLValue.real) ?? .null, .text(optimization.textBefore),
                .text(optimization.textAfter), .text(optimization.state.rawValue), .text(optimization.reason),
            ])
        noteUnflushed()
        return connection.lastInsertedRow
    }

    public func optimizations(of workflow: String) throws(StoreError) -> [WorkflowOptimization] {
        try connection.rows(
            """
            SELECT id, workflow, path, type, edits, applied_by, applied, promise, before_metrics, after_metrics,
                text_before, text_after, state, reason
            FROM workflow_optimizations WHERE workflow = $1 ORDER BY id DESC
            """, [.text(workflow)]
        ) { (row) throws(StoreError) in
            WorkflowOptimization(
                id: row.integer(0), workflow: row.text(1), path: row.text(2),
                findings: try decode([String].self, 3, of: row), edits: try decode([WorkflowEdit].self, 4, of: row),
                appliedBy: try word(WorkflowOptimization.Applier.self, 5, of: row),
                applied: Instant(nanoseconds: row.integer(6)),
                promise: try decode(WorkflowOptimization.Promise.self, 7, of: row),
                before: try decode(WorkflowOptimization.Before.self, 8, of: row),
                after: try decode([WorkflowOptimization.MeasuredRun].self, 9, of: row),
                textBefore: row.text(10), textAfter: row.text(11),
                state: try word(WorkflowOptimization.State.self, 12, of: row), reason: row.optionalText(13))
        }
    }

    public func update(_ optimization: WorkflowOptimization) throws(StoreError) {
        try connection.run(
            """
            UPDATE workflow_optimizations SET after_metrics = $1, improvement_percent = $2, state = $3, reason = $4
            WHERE id = $5
            """,
            [
                .utf8(try json(optimization.after)), optimization.improvementPercent.map(SQLValue.real) ?? .null,
                .text(optimization.state.rawValue), .text(optimization.reason), .integer(optimization.id),
            ])
        guard connection.changedRows > 0 else {
            throw StoreError(.other, "there is no optimisation \(optimization.id)", location: connection.path)
        }
        noteUnflushed()
    }

    public func conditions(of run: Run.ID) throws(StoreError) -> RunConditions? {
        let kinds = RunConditions.kinds.indices.map { "$\($0 + 2)" }.joined(separator: ", ")
        let events = try connection.rows(
            "SELECT sequence, payload, at FROM events WHERE run = $1 AND kind IN (\(kinds)) ORDER BY sequence",
            [.text(run.description)] + RunConditions.kinds.map(SQLValue.text), event)
        return RunConditions(events.map(\.event))
    }
}
