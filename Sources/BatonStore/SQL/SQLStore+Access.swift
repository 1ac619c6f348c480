public import BatonCore

extension SQLStore {
    public func remember(_ key: APIKey) throws(StoreError) {
        try connection.run(
            "INSERT INTO api_keys (hash, name, role, created, revoked) VALUES ($1, $2, $3, $4, $5)",
            [
                .text(key.hash), .text(key.name), .text(key.role), .integer(key.created.nanoseconds),
                key.revoked.map { .integer($0.nanoseconds) } ?? .null,
            ])
        noteUnflushed()
    }

    public func apiKeys() throws(StoreError) -> [APIKey] {
        try connection.rows("SELECT hash, name, role, created, revoked FROM api_keys ORDER BY created, hash") { row in
            APIKey(
                hash: row.text(0), name: row.text(1), role: row.text(2), created: Instant(nanoseconds: row.integer(3)),
                revoked: row.optionalInteger(4).map(Instant.init(nanoseconds:)))
        }
    }

    public func revokeAPIKey(_ hash: String, at now: Instant) throws(StoreError) {
        try connection.run(
            "UPDATE api_keys SET revoked = $1 WHERE hash = $2 AND revoked IS NULL",
            [.integer(now.nanoseconds), .text(hash)])
        noteUnflushed()
    }

    public func remember(_ entries: [AuditEntry]) throws(StoreError) {
        let insert = try connection.prepare(
            "INSERT INTO audit (at, actor, action, subject, detail) VALUES ($1, $2, $3, $4, $5)")
        try connection.transaction { () throws(StoreError) in
            for entry in entries {
                try insert.run([
                    .integer(entry.at.nanoseconds), .text(entry.actor), .text(entry.action), .text(entry.subject),
                    .text(entry.detail),
                ])
            }
        }
        noteUnflushed()
    }

    public func auditEntries(before id: Int64?, limit: Int) throws(StoreError) -> [AuditEntry] {
        try connection.rows(
            "SELECT id, at, actor, action, subject, detail FROM audit WHERE id < $1 ORDER BY id DESC LIMIT $2",
            [.integer(id ?? .max), .integer(Int64(limit))]
        ) { row in
            AuditEntry(
                id: row.integer(0), at: Instant(nanoseconds: row.integer(1)), actor: row.text(2), action: row.text(3),
                subject: row.optionalText(4), detail: row.optionalText(5))
        }
    }

    public func claim(_ request: IdempotentRequest) throws(StoreError) -> IdempotentRequest? {
        try connection.run(
            """
            INSERT INTO idempotent_requests (actor, key, fingerprint, run, at) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT DO NOTHING
            """,
            [
                .text(request.actor), .text(request.key), .text(request.fingerprint), .text(request.run.description),
                .integer(request.at.nanoseconds),
            ])
        if connection.changedRows > 0 {
            noteUnflushed()
            return nil
        }
        return try connection.rows(
            "SELECT fingerprint, run, at, status, body FROM idempotent_requests WHERE actor = $1 AND key = $2",
            [.text(request.actor), .text(request.key)]
        ) { (row) throws(StoreError) in
            IdempotentRequest(
                actor: request.actor, key: request.key, fingerprint: row.text(0), run: try runID(1, of: row),
                at: Instant(nanoseconds: row.integer(2)),
                answer: row.optionalInteger(3).map { .init(status: Int($0), body: row.text(4)) })
        }.first
    }

    public func settle(_ request: IdempotentRequest) throws(StoreError) {
        if let answer = request.answer {
            try connection.run(
                "UPDATE idempotent_requests SET status = $1, body = $2 WHERE actor = $3 AND key = $4",
                [.integer(Int64(answer.status)), .text(answer.body), .text(request.actor), .text(request.key)])
        } else {
            try connection.run(
                "DELETE FROM idempotent_requests WHERE actor = $1 AND key = $2",
                [.text(request.actor), .text(request.key)])
        }
        noteUnflushed()
    }

    public func endOfLog() throws(StoreError) -> Int64 {
        try connection.rows("SELECT coalesce(max(sequence), 0) FROM events") { $0.integer(0) }[0]
    }

    public func log(after sequence: Int64, of run: Run.ID?, limit: Int) throws(StoreError) -> [LogEntry] {
        var values: [SQLValue] = [.integer(sequence)]
        if let run { values.append(.text(run.description)) }
        values.append(.integer(Int64(limit)))
        // The index of runs ends with the key of the table, so either way this reads no more than it gives.
        return try connection.rows(
            """
            SELECT sequence, payload, at, run FROM events WHERE sequence > $1 \(run == nil ? "" : "AND run = $2")
            ORDER BY sequence LIMIT $\(values.count)
            """, values
        ) { (row) throws(StoreError) in LogEntry(run: try runID(3, of: row), logged: try event(row)) }
    }

    public func workflows() throws(StoreError) -> [WorkflowSummary] {
        try connection.rows(
            """
            SELECT workflow, count, id, status, submitted
            FROM runs JOIN (SELECT count(*) AS count, max(id) AS last FROM runs GROUP BY workflow) ON id = last
            ORDER BY workflow
            """
        ) { (row) throws(StoreError) in
            WorkflowSummary(
                name: row.text(0), runs: Int(row.integer(1)), lastRun: try runID(2, of: row),
                lastStatus: try word(Run.Status.self, 3, of: row), lastSubmitted: Instant(nanoseconds: row.integer(4)))
        }
    }
}
