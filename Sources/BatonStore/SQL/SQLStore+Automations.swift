public import BatonCore

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
                    INSERT INTO firings (kind, name, key, batch, run, at, state, reason, input)
                    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
                    ON CONFLICT (kind, name, key) DO UPDATE SET batch = excluded.batch, run = excluded.run,
                        at = excluded.at, state = excluded.state, reason = excluded.reason, input = excluded.input
                    WHERE firings.state IN ('skipped', 'refused')
                    """,
                    [
                        .text(firing.kind.rawValue), .text(firing.name), .text(firing.key), .text(firing.batch),
                        .text(firing.run?.description), .integer(firing.at.nanoseconds), .text(firing.state.rawValue),
                        .text(firing.reason), .text(firing.input),
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
            """
            UPDATE firings SET run = $1, state = $2, reason = $3, input = $4
            WHERE kind = $5 AND name = $6 AND key = $7
            """,
            [
                .text(firing.run?.description), .text(firing.state.rawValue), .text(firing.reason),
                .text(firing.input), .text(firing.kind.rawValue), .text(firing.name), .text(firing.key),
            ])
        noteUnflushed()
    }

    public func firing(
        of kind: Automation.Kind, named name: String, key: String
    ) throws(StoreError) -> Firing? {
        try firings("kind = $1 AND name = $2 AND key = $3", [.text(kind.rawValue), .text(name), .text(key)]).first
    }

    public func endedRuns(
        of workflow: String?, in statuses: [Run.Status], after: Instant, withoutFiringOf kind: Automation.Kind,
        named name: String, limit: Int
    ) throws(StoreError) -> [RunSummary] {
        let places = statuses.indices.map { "$\($0 + 2)" }.joined(separator: ", ")
        var values: [SQLValue] = [.integer(after.nanoseconds)]
        values += statuses.map { .text($0.rawValue) }
        var condition = "ended > $1 AND status IN (\(places))"
        if let workflow {
            values.append(.text(workflow))
            condition += " AND workflow = $\(values.count)"
        }
        let next = values.count + 1
        values += [.text(kind.rawValue), .text(name), .integer(Int64(limit))]
        return try runs(
            where: """
                \(condition) AND NOT EXISTS (
                    SELECT 1 FROM firings WHERE kind = $\(next) AND name = $\(next + 1)
                    AND key = runs.id || ' ' || runs.ended)
                ORDER BY ended, id LIMIT $\(next + 2)
                """, values)
    }

    public func skipFirings(
        of kind: Automation.Kind, named name: String, batch: String, because reason: String
    ) throws(StoreError) {
        try connection.run(
            """
            UPDATE firings SET state = 'skipped', reason = $1
            WHERE kind = $2 AND name = $3 AND batch = $4 AND state = 'waiting'
            """, [.text(reason), .text(kind.rawValue), .text(name), .text(batch)])
        noteUnflushed()
    }

    public func waitingFirings(
        of kind: Automation.Kind, named name: String, batch: String, limit: Int
    ) throws(StoreError) -> [Firing] {
        try firings(
            "kind = $1 AND name = $2 AND batch = $3 AND state = 'waiting' ORDER BY at, key LIMIT $4",
            [.text(kind.rawValue), .text(name), .text(batch), .integer(Int64(limit))])
    }

    public func firings(
        of kind: Automation.Kind, named name: String, batch: String?, before place: Firing.Place?, limit: Int
    ) throws(StoreError) -> [Firing] {
        var condition = "kind = $1 AND name = $2"
        var values: [SQLValue] = [.text(kind.rawValue), .text(name)]
        if let batch {
            values.append(.text(batch))
            condition += " AND batch = $\(values.count)"
        }
        if let place {
            values += [.integer(place.at.nanoseconds), .text(place.key)]
            condition += " AND (at, key) < ($\(values.count - 1), $\(values.count))"
        }
        values.append(.integer(Int64(limit)))
        return try firings("\(condition) ORDER BY at DESC, key DESC LIMIT $\(values.count)", values)
    }

    public func firingCounts(
        of kind: Automation.Kind, named name: String, batch: String
    ) throws(StoreError) -> [Firing.State: Int] {
        let found = try connection.rows(
            "SELECT state, count(*) FROM firings WHERE kind = $1 AND name = $2 AND batch = $3 GROUP BY state",
            [.text(kind.rawValue), .text(name), .text(batch)]
        ) { (row) throws(StoreError) in
            (try word(Firing.State.self, 0, of: row), Int(row.integer(1)))
        }
        return Dictionary(uniqueKeysWithValues: found)
    }

    public func openFirings(
        of kind: Automation.Kind, named name: String, batch: String
    ) throws(StoreError) -> Int {
        try connection.rows(
            """
            -- CROSS JOIN: from the runs that go on, which are few, to their firings.
            SELECT count(*) FROM runs CROSS JOIN firings ON firings.run = runs.id
            WHERE runs.ended IS NULL AND kind = $1 AND name = $2 AND batch = $3 AND state = 'started'
            """, [.text(kind.rawValue), .text(name), .text(batch)]
        ) { Int($0.integer(0)) }[0]
    }

    private func firings(_ condition: String, _ values: [SQLValue]) throws(StoreError) -> [Firing] {
        try connection.rows(
            "SELECT kind, name, key, batch, run, at, state, reason, input FROM firings WHERE \(condition)", values
        ) { (row) throws(StoreError) in
            Firing(
                kind: try word(Automation.Kind.self, 0, of: row), name: row.text(1), key: row.text(2),
                batch: row.text(3), run: row.optionalText(4) == nil ? nil : try runID(4, of: row),
                at: Instant(nanoseconds: row.integer(5)),
                state: try word(Firing.State.self, 6, of: row), reason: row.optionalText(7), input: row.optionalText(8))
        }
    }
}
