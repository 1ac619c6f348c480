public import BatonCore

extension SQLStore {
    public func replay(_ run: Run.ID, after sequence: Int64) throws(StoreError) -> [LoggedEvent] {
        try connection.rows(
            "SELECT sequence, payload, at FROM events WHERE run = $1 AND sequence > $2 ORDER BY sequence",
            [.text(run.description), .integer(sequence)], event)
    }

    public func version() throws(StoreError) -> Int64 {
        try connection.rows("PRAGMA data_version") { $0.integer(0) }[0]
    }

    func event(_ row: SQLiteStatement) throws(StoreError) -> LoggedEvent {
        LoggedEvent(
            sequence: row.integer(0), event: try decode(Event.self, 1, of: row),
            at: Instant(nanoseconds: row.integer(2)))
    }

    public func runs(matching filter: RunFilter) throws(StoreError) -> [RunSummary] {
        var conditions = ["1"]
        var values: [SQLValue] = []
        func require(_ column: String, in options: [String]) {
            let places = options.indices.map { "$\(values.count + $0 + 1)" }
            conditions.append("\(column) IN (\(places.joined(separator: ", ")))")
            values += options.map(SQLValue.text)
        }
        if let workflow = filter.workflow { require("workflow", in: [workflow]) }
        if let source = filter.source { require("source", in: [source]) }
        if let statuses = filter.statuses { require("status", in: statuses.map(\.rawValue)) }
        if let before = filter.before {
            values.append(.text(before.description))
            conditions.append("id < $\(values.count)")
        }
        if let search = filter.search {
            values += [.text(search), .text(search)]
            conditions.append("(instr(workflow, $\(values.count - 1)) > 0 OR instr(id, $\(values.count)) > 0)")
        }
        values.append(.integer(Int64(filter.limit)))
        let condition = conditions.joined(separator: " AND ")
        return try runs(where: "\(condition) ORDER BY id DESC LIMIT $\(values.count)", values)
    }

    /// - Parameter condition: with what comes after it, such as an order.
    func runs(where condition: String, _ values: [SQLValue]) throws(StoreError) -> [RunSummary] {
        try connection.rows("SELECT \(Self.runColumns) FROM runs WHERE \(condition)", values, runSummary)
    }

    public func run(_ run: Run.ID) throws(StoreError) -> RunSummary {
        guard let summary = try runs(where: "id = $1", [.text(run.description)]).first else {
            throw .unknownRun(run.description)
        }
        return summary
    }

    /// What `runSummary` reads; the counts of a run that has ended come last, in the order of the states.
    private static let runColumns =
        "id, workflow, source, directory, parameters, status, submitted, ended, counts IS NULL"
        + TaskState.Label.allCases.map { ", counts ->> '\($0.rawValue)'" }.joined()

    private func runSummary(_ row: SQLiteStatement) throws(StoreError) -> RunSummary {
        RunSummary(
            id: try runID(0, of: row), workflow: row.text(1), source: row.optionalText(2), directory: row.text(3),
            parameters: try parameters(4, of: row),
            status: try word(Run.Status.self, 5, of: row), submitted: Instant(nanoseconds: row.integer(6)),
            ended: row.optionalInteger(7).map(Instant.init(nanoseconds:)), counts: try counts(8, of: row))
    }

    /// Most runs have none, and a decoder takes longer to begin than all the rest of a summary.
    private func parameters(_ column: Int32, of row: SQLiteStatement) throws(StoreError) -> [Workflow.Binding] {
        if row.withUTF8(column, { $0.elementsEqual("[]".utf8) }) { return [] }
        return try decode([Workflow.Binding].self, column, of: row)
    }

    private func counts(_ column: Int32, of row: SQLiteStatement) throws(StoreError) -> TaskCounts {
        var counts = TaskCounts()
        let isGoingOn = row.integer(column) != 0
        guard isGoingOn else {
            for (offset, state) in TaskState.Label.allCases.enumerated() {
                counts[state] = Int(row.optionalInteger(column + 1 + Int32(offset)) ?? 0)
            }
            return counts
        }
        let states = try connection.rows(
            "SELECT status, count(*) FROM tasks WHERE run = $1 AND type = 'command' GROUP BY status",
            [.text(row.text(0))]
        ) { (state) throws(StoreError) in (try word(TaskState.Label.self, 0, of: state), Int(state.integer(1))) }
        for (state, count) in states { counts[state] = count }
        return counts
    }

    public func resolve(_ text: String) throws(StoreError) -> Run.ID {
        // Anything else is in no id, and could be a pattern of LIKE.
        guard !text.isEmpty, text.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 || $0 >= 97 && $0 <= 122 }) else {
            throw .unknownRun(text)
        }
        let found = try connection.rows(
            "SELECT id FROM runs WHERE id LIKE $1 OR id LIKE $2 ORDER BY id DESC",
            [.text(text + "%"), .text("%" + text)]
        ) { (row) throws(StoreError) in try runID(0, of: row) }
        return try .only(of: found, for: text)
    }

    public func tasks(of run: Run.ID, in states: [TaskState.Label]?) throws(StoreError) -> [TaskSummary] {
        try tasks(of: run, after: -1) { states?.contains($0) ?? true }
    }

    public func approvalRequests() throws(StoreError) -> [ApprovalRequest] {
        // The runs first: few of them go on, and their tasks stand together.
        try connection.rows(
            """
            SELECT \(Self.taskColumns), runs.id, runs.workflow FROM runs CROSS JOIN tasks ON tasks.run = runs.id
            WHERE runs.ended IS NULL AND tasks.status = $1 ORDER BY runs.id, tasks.task
            """, [.text(TaskState.Label.awaitingApproval.rawValue)]
        ) { (row) throws(StoreError) in
            ApprovalRequest(
                run: try runID(Self.taskColumnCount, of: row), workflow: row.text(Self.taskColumnCount + 1),
                task: try taskSummary(row))
        }
    }

    public func changes(of run: Run.ID, after sequence: Int64) throws(StoreError) -> TaskChanges {
        // Asked before the tasks: what changes in between is reported again rather than missed.
        let last = try connection.rows("SELECT coalesce(max(sequence), 0) FROM events") { $0.integer(0) }[0]
        let statuses = try connection.rows("SELECT status FROM runs WHERE id = $1", [.text(run.description)]) {
            (row) throws(StoreError) in try word(Run.Status.self, 0, of: row)
        }
        guard let status = statuses.first else { throw .unknownRun(run.description) }
        let changed = last > sequence ? try tasks(of: run, after: sequence) { _ in true } : []
        return TaskChanges(sequence: last, status: status, tasks: changed)
    }

    private func tasks(
        of run: Run.ID, after sequence: Int64, where isWanted: (TaskState.Label) -> Bool
    ) throws(StoreError) -> [TaskSummary] {
        try connection.rows(
            """
            SELECT \(Self.taskColumns) FROM tasks WHERE run = $1 AND changed > $2 ORDER BY task
            """, [.text(run.description), .integer(sequence)]
        ) { (row) throws(StoreError) -> TaskSummary? in
            isWanted(try word(TaskState.Label.self, 5, of: row)) ? try taskSummary(row) : nil
        }.compactMap { $0 }
    }

    /// What `taskSummary` reads, from the first column on.
    private static let taskColumns = """
        tasks.task, tasks.name, tasks.template, tasks.type, tasks.priority, tasks.status, tasks.detail, tasks.attempt,
        tasks.created, tasks.updated, tasks.metadata
        """
    private static let taskColumnCount: Int32 = 11

    private func taskSummary(_ row: SQLiteStatement) throws(StoreError) -> TaskSummary {
        TaskSummary(
            id: TaskInstance.ID(Int(row.integer(0))), name: row.text(1), template: row.text(2),
            isGroup: row.text(3) == "group", priority: Int32(row.integer(4)), metadata: row.optionalText(10),
            state: try word(TaskState.Label.self, 5, of: row),
            detail: try optional(TaskSummary.Detail.self, 6, of: row), attempt: Int32(row.integer(7)),
            created: Instant(nanoseconds: row.integer(8)), updated: Instant(nanoseconds: row.integer(9)))
    }
}
