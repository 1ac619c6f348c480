import BatonCore

extension SQLStore {
    public func automations(of kind: Automation.Kind) throws(StoreError) -> [Automation] {
        try connection.rows(
            "SELECT name, definition, seen, created FROM automations WHERE kind = $1 ORDER BY name",
            [.text(kind.rawValue)]
        ) { row in
            Automation(
                kind: kind, name: row.text(0), definition: row.text(1), seen: Instant(nanoseconds: row.integer(2)),
                created: Instant(nanoseconds: row.integer(3)))
        }
    }

    public func keep(_ automation: Automation, firings: [Firing]) throws(StoreError) -> Int {
        var added = 0
        try connection.transaction { () throws(StoreError) in
            try connection.run(
                """
                INSERT INTO automations (kind, name, definition, seen, created) VALUES ($1, $2, $3, $4, $5)
                ON CONFLICT (kind, name) DO UPDATE SET definition = excluded.definition, seen = excluded.seen
                """,
                [
                    .text(automation.kind.rawValue), .text(automation.name), .text(automation.definition),
                    .integer(automation.seen.nanoseconds), .integer(automation.created.nanoseconds),
                ])
            for firing in firings {
                try connection.run(
                    """
                    INSERT INTO firings (kind, name, key, batch, run, at, state, reason)
                    VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING
                    """,
                    [
                        .text(firing.kind.rawValue), .text(firing.name), .text(firing.key), .text(firing.batch),
                        .text(firing.run.description), .integer(firing.at.nanoseconds), .text(firing.state.rawValue),
                        .text(firing.reason),
                    ])
                added += Int(connection.changedRows)
            }
        }
        noteUnflushed()
        return added
    }

    public func forget(_ kind: Automation.Kind, named name: String) throws(StoreError) -> Bool {
        var isThere = false
        try connection.transaction { () throws(StoreError) in
            try connection.run(
                "DELETE FROM automations WHERE kind = $1 AND name = $2", [.text(kind.rawValue), .text(name)])
            isThere = connection.changedRows > 0
            // What comes back under this name begins anew.
            if isThere {
                try connection.run(
                    "DELETE FROM firings WHERE kind = $1 AND name = $2", [.text(kind.rawValue), .text(name)])
            }
        }
        noteUnflushed()
        return isThere
    }

    public func settle(_ firing: Firing) throws(StoreError) {
        try connection.run(
            "UPDATE firings SET state = $1, reason = $2 WHERE kind = $3 AND name = $4 AND key = $5",
            [
                .text(firing.state.rawValue), .text(firing.reason), .text(firing.kind.rawValue), .text(firing.name),
                .text(firing.key),
            ])
        noteUnflushed()
    }

    public func waitingFirings(of kind: Automation.Kind) throws(StoreError) -> [Firing] {
        try firings("kind = $1 AND state = 'waiting' ORDER BY at, name, key", [.text(kind.rawValue)])
    }

    public func firings(
        of kind: Automation.Kind, named name: String, batch: String?, limit: Int
    ) throws(StoreError) -> [Firing] {
        // SQLite numbers placeholders in the order in which they come.
        var values: [SQLValue] = [.text(kind.rawValue), .text(name)]
        if let batch { values.append(.text(batch)) }
        values.append(.integer(Int64(limit)))
        return try firings(
            """
            kind = $1 AND name = $2 \(batch == nil ? "" : "AND batch = $3") ORDER BY at DESC, key DESC
            LIMIT $\(values.count)
            """, values)
    }

    public func openFirings(
        of kind: Automation.Kind, named name: String, batch: String
    ) throws(StoreError) -> Int {
        try connection.rows(
            """
            SELECT count(*) FROM firings JOIN runs ON runs.id = firings.run AND runs.ended IS NULL
            WHERE kind = $1 AND name = $2 AND batch = $3 AND state = 'started'
            """, [.text(kind.rawValue), .text(name), .text(batch)]
        ) { Int($0.integer(0)) }[0]
    }

    private func firings(_ condition: String, _ values: [SQLValue]) throws(StoreError) -> [Firing] {
        try connection.rows(
            "SELECT kind, name, key, batch, run, at, state, reason FROM firings WHERE \(condition)", values
        ) { (row) throws(StoreError) in
            Firing(
                kind: try word(Automation.Kind.self, 0, of: row), name: row.text(1), key: row.text(2),
                batch: row.text(3), run: try runID(4, of: row), at: Instant(nanoseconds: row.integer(5)),
                state: try word(Firing.State.self, 6, of: row), reason: row.optionalText(7))
        }
    }
}
