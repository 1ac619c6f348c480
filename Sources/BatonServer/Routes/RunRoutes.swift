import BatonCore
import BatonFormats
import BatonRuntime
import BatonStore
import HTTPTypes
import Hummingbird
import HummingbirdCore

extension RouteTable {
    static let runs: [Route] = [
        .get(
            "\(prefix)/runs", .runs, "List runs, newest first.",
            query: [
                .limit(50, max: 200), .cursor,
                .init(
                    name: "status", summary: "Only runs in these states, separated by commas.",
                    schema: #"{"type":"string","pattern":"^[a-z,]*$"}"#),
                .init(name: "workflow", summary: "Only runs of the workflow of this name."),
                .init(name: "search", summary: "Only runs whose id or workflow's name has this in it."),
            ],
            answer: .json("RunPage"), handle: RunRoutes.list
        ).fromRecord,
        .post(
            "\(prefix)/runs", .runs, "Start a run of a workflow that stands in the body.",
            body: [.json("RunRequest"), .workflow], status: 201, answer: .json("Run"),
            isIdempotent: true, handle: RunRoutes.submit),
        .get(
            "\(prefix)/runs/{run}", .runs, "One run.", answer: .json("Run"), handle: RunRoutes.one
        ).fromRecord,
        .get(
            "\(prefix)/runs/{run}/changes", .runs,
            "The tasks of a run that changed, for those who keep a picture of it.",
            query: [
                .init(
                    name: "after", summary: "`sequence` of the answer before; 0 for all.",
                    schema: #"{"type":"integer","minimum":0,"default":0}"#)
            ],
            answer: .json("Changes"), handle: RunRoutes.changes
        ).fromRecord,
        .get(
            "\(prefix)/runs/{run}/graph", .runs, "The tasks of a run and what each waits for.",
            answer: .json("WorkflowDAG"),
            handle: RunRoutes.graph
        ).fromRecord,
        .get(
            "\(prefix)/runs/{run}/workflow", .runs, "The workflow that a run carries out, as YAML.",
            answer: .workflow, handle: RunRoutes.workflow
        ).fromRecord,
        .get(
            "\(prefix)/runs/{run}/decisions", .runs, "Placements in the order decided.",
            query: [.init(name: "task", summary: "Only of this task, by its index or name.")],
            answer: .json("Decisions"), handle: RunRoutes.decisions
        ).fromRecord,
        .get(
            "\(prefix)/runs/{run}/predictions", .runs, "What was expected of each task, and what came of it.",
            answer: .json("Predictions"), handle: RunRoutes.predictions
        ).fromRecord,
        .get(
            "\(prefix)/runs/{run}/metrics", .runs, "Figures that were computed when the run ended.",
            answer: .json("RunMetrics"), handle: RunRoutes.metrics
        ).fromRecord,
        .get(
            "\(prefix)/runs/{run}/states", .runs, "How the machine and the run stood while it went on, oldest first.",
            answer: .json("SystemStates"), handle: RunRoutes.states
        ).fromRecord,
        .get(
            "\(prefix)/runs/{run}/explanation", .runs, "Why the run took as long as it did, or still goes on.",
            answer: .json("Explanation"),
            handle: { call in
                .json(try await call.core.answers.explainRun(try call.namedRun().id))
            }),
    ]

    static let runActions: [Route] = [
        action("cancel", "Stop what runs, and start nothing more. A second time, or with `force`, without grace.") {
            .cancel($0, force: $1)
        },
        action("pause", "Start nothing new; what runs goes on.") { run, _ in .pause(run) },
        action("resume", "Go on after a pause.") { run, _ in .unpause(run) },
        action("retry", "Try again what did not succeed.") { run, _ in .retry(run) },
    ]

    private static func action(
        _ verb: String, _ summary: String, _ command: @escaping @Sendable (Run.ID, _ force: Bool) -> Command
    ) -> Route {
        .post(
            "\(prefix)/runs/{run}/\(verb)", .runs, summary, body: [.json("ActionRequest")], answer: .json("Run"),
            isIdempotent: true
        ) { call in
            var force = false
            if !call.body.isEmpty {
                var fields = try Fields(try call.json())
                force = try fields.boolean("force") ?? false
                try fields.finish()
            }
            let run = try call.namedRun()
            try await call.carryOut(command(run.id, force))
            call.auditSoon("run.\(verb)", run.id.description)
            return .json(.run(try call.read { (store) throws(StoreError) in try store.run(run.id) }))
        }
    }
}

enum RunRoutes {
    @Sendable static func list(_ call: Call) throws -> Reply { try page(call, workflow: try call.query("workflow")) }

    static func page(_ call: Call, workflow: String?) throws -> Reply {
        let limit = Int(try call.integer("limit", in: 1...200, default: 50))
        var before: Run.ID?
        if let cursor = try call.query("cursor") {
            guard let run = Run.ID(cursor) else {
                throw Problem.badRequest("there is no cursor '\(cursor.prefix(40))'")
            }
            before = run
        }
        let filter = RunFilter(
            statuses: try call.words("status", Run.Status.self), workflow: workflow,
            search: try call.query("search"), before: before, limit: limit + 1)
        let runs = try call.read { (store) throws(StoreError) in try store.runs(matching: filter) }
        return .json(
            .object([
                "runs": .list(runs.prefix(limit).map { .run($0) }),
                "next_cursor": runs.count > limit ? .string(runs[limit - 1].id.description) : .null,
            ]))
    }

    @Sendable static func submit(_ call: Call) async throws -> Reply {
        let request = try await RunRequest.read(call)
        var submission = try request.submission(run: call.run, trace: call.context.trace.parent)
        if let file = request.unnamedFile { submission.source = call.shelf.keep(file) }
        try await call.submit(submission)
        let location = "\(RouteTable.prefix)/runs/\(submission.run)"
        let run = try call.read { (store) throws(StoreError) in try store.run(submission.run) }
        return .json(.run(run), status: .created, headers: [.location: location])
    }

    @Sendable static func one(_ call: Call) throws -> Reply { .json(.run(try call.namedRun())) }

    @Sendable static func changes(_ call: Call) throws -> Reply {
        let run = try call.namedRun().id
        let after = try call.integer("after", in: 0...Int64.max, default: 0)
        let changes = try call.read { (store) throws(StoreError) in try store.changes(of: run, after: after) }
        return .json(
            .object([
                "sequence": .number(changes.sequence), "status": .string(changes.status.rawValue),
                "tasks": .list(changes.tasks.map { .task($0, attempt: nil) }),
            ]))
    }

    @Sendable static func graph(_ call: Call) throws -> Reply {
        let run = try call.namedRun()
        let (tasks, edges) = try call.read { (store) throws(StoreError) in
            (try store.tasks(of: run.id, in: nil), try store.dependencies(of: run.id))
        }
        return .json(
            .object([
                "id": .string(run.id.description), "name": .string(run.workflow),
                "nodes": .list(
                    tasks.map { task in
                        .object([
                            "id": .number(task.id.index), "name": .string(task.name),
                            "template": .string(task.template), "group": .boolean(task.isGroup),
                            "state": .string(task.state.rawValue),
                        ])
                    }),
                "edges": .list(
                    edges.map { .object(["from": .number($0.parent.index), "to": .number($0.child.index)]) }),
            ]))
    }

    @Sendable static func workflow(_ call: Call) throws -> Reply {
        let run = try call.namedRun().id
        let conditions = try call.read { (store) throws(StoreError) in try store.conditions(of: run) }
        guard let conditions else { throw Problem.notFound("the log of run \(run) was forgotten after its time") }
        return .text(YAMLFormat.encode(conditions.submission.workflow), type: "application/yaml")
    }

    @Sendable static func decisions(_ call: Call) throws -> Reply {
        let run = try call.namedRun().id
        let task = try call.query("task").map { try call.task($0, of: run).id }
        let decisions = try call.read { (store) throws(StoreError) in try store.decisions(of: run, task: task) }
        return .json(.object(["decisions": .list(decisions.map { .decision($0) })]))
    }

    @Sendable static func predictions(_ call: Call) throws -> Reply {
        let run = try call.namedRun().id
        let found = try call.read { (store) throws(StoreError) in try store.predictions(of: run) }
        return .json(.object(["predictions": .list(found.map { .prediction($0) })]))
    }

    @Sendable static func metrics(_ call: Call) throws -> Reply {
        let run = try call.namedRun().id
        let found = try call.read { (store) throws(StoreError) in try store.metrics(of: run) }
        return .json(.map(found.map { Value.Entry(key: $0.name.rawValue, value: .figure($0.value)) }))
    }

    @Sendable static func states(_ call: Call) throws -> Reply {
        let run = try call.namedRun().id
        let found = try call.read { (store) throws(StoreError) in try store.systemStates(of: run) }
        return .json(.object(["states": .list(found.map { .state($0) })]))
    }
}

extension Call {
    var shelf: WorkflowShelf {
        WorkflowShelf(workingDirectory: core.configuration.workingDirectory, dataDirectory: core.dataDirectory)
    }

    /// Hands a run to the engine; one that a request before this one has made already is left alone.
    func submit(_ submission: Run.Submission) async throws {
        if isRepeated {
            let isThere = try read { (store) throws(StoreError) in
                do throws(StoreError) {
                    _ = try store.run(submission.run)
                    return true
                } catch {
                    if error.code == .unknownRun { return false }
                    throw error
                }
            }
            if isThere { return }
        }
        do {
            try await core.control.submit(submission)
        } catch {
            core.metrics.add(to: .schedulingErrors)
            throw error
        }
        core.events.publish()
        auditSoon("run.submitted", submission.run.description, detail: submission.workflow.name)
    }

    func carryOut(_ command: Command) async throws {
        do {
            try await core.control.carryOut(command)
        } catch {
            core.metrics.add(to: .schedulingErrors)
            throw error
        }
        core.events.publish()
    }
}
