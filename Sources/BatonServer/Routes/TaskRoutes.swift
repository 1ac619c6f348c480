import BatonCore
import BatonFormats
import BatonRuntime
import BatonStore

extension RouteTable {
    static let tasks: [Route] = [
        .get(
            "\(prefix)/runs/{run}/tasks", .tasks, "The tasks of a run in the order of their numbers.",
            query: [
                .limit(500, max: 10_000), .cursor,
                .init(
                    name: "state", summary: "Only tasks in these states, separated by commas.",
                    schema: #"{"type":"string","pattern":"^[a-z_,]*$"}"#),
            ],
            answer: .json("TaskPage"), handle: TaskRoutes.list
        ).fromRecord,
        .get(
            "\(prefix)/runs/{run}/tasks/{task}", .tasks, "One task, by its index or its name.", answer: .json("Task"),
            handle: TaskRoutes.one
        ).fromRecord,
        .get(
            "\(prefix)/runs/{run}/tasks/{task}/attempts", .tasks, "Every try at a task.", answer: .json("Attempts"),
            handle: TaskRoutes.attempts
        ).fromRecord,
        .get(
            "\(prefix)/runs/{run}/tasks/{task}/explanation", .tasks, "Why a task waits, or what became of it.",
            answer: .json("Explanation"),
            handle: { call in
                let run = try call.namedRun().id
                let task = try call.namedTask(of: run).id
                return .json(try await call.core.answers.explainTask(TaskReference(run: run, task: task)))
            }),
        .get(
            "\(prefix)/runs/{run}/tasks/{task}/attempts/{attempt}/log", .tasks,
            "What an attempt printed, as plain text. Takes ranges of bytes: `Range`, or `offset` and `limit`.",
            query: [
                .init(
                    name: "stream", summary: "Which of the two; standard output by default.",
                    schema: #"{"type":"string","enum":["stdout","stderr"],"default":"stdout"}"#),
                .init(
                    name: "offset", summary: "Bytes to leave out; negative: so many from the end.",
                    schema: #"{"type":"integer","default":0}"#),
                .init(
                    name: "limit", summary: "Bytes at most.", schema: #"{"type":"integer","minimum":1}"#),
            ],
            answer: .text(), handle: TaskRoutes.log),
    ]
}

enum TaskRoutes {
    @Sendable static func list(_ call: Call) throws -> Reply {
        let run = try call.namedRun().id
        let limit = Int(try call.integer("limit", in: 1...10_000, default: 500))
        let first = try call.integer("cursor", in: 0...Int64(Int32.max), default: 0)
        let states = try call.words("state", TaskState.Label.self)
        let (tasks, attempts) = try call.read { (store) throws(StoreError) in
            (try store.tasks(of: run, in: states), try store.attempts(of: run, task: nil))
        }
        // In order of number.
        let latest = Dictionary(attempts.map { ($0.id.task, $0) }, uniquingKeysWith: AttemptSummary.decisive)
        let page = tasks.drop { Int64($0.id.index) < first }
        let next = page.dropFirst(limit).first
        return .json(
            .object([
                "tasks": .list(page.prefix(limit).map { .task($0, attempt: latest[$0.id]) }),
                "next_cursor": next.map { .string(String($0.id.index)) } ?? .null,
            ]))
    }

    @Sendable static func one(_ call: Call) throws -> Reply {
        let run = try call.namedRun().id
        let task = try call.namedTask(of: run)
        let attempts = try call.read { (store) throws(StoreError) in try store.attempts(of: run, task: task.id) }
        return .json(.task(task, attempt: attempts.decisive))
    }

    @Sendable static func attempts(_ call: Call) throws -> Reply {
        let run = try call.namedRun().id
        let task = try call.namedTask(of: run).id
        let attempts = try call.read { (store) throws(StoreError) in try store.attempts(of: run, task: task) }
        return .json(.object(["attempts": .list(attempts.map { .attempt($0) })]))
    }

    @Sendable static func log(_ call: Call) throws -> Reply {
        let run = try call.namedRun().id
        let task = try call.namedTask(of: run).id
        let text = try call.parameter("attempt")
        let attempts = try call.read { (store) throws(StoreError) in try store.attempts(of: run, task: task) }
        guard let number = Int32(text), let attempt = attempts.first(where: { $0.id.number == number }) else {
            throw Problem.notFound("there is no attempt '\(text.prefix(40))' of this task")
        }
        let folder = RunFolder(dataDirectory: call.core.dataDirectory, run: run).path
        let name: String
        switch try call.query("stream") ?? "stdout" {
        case "stdout": name = RunFolder.standardOutput(of: attempt.id)
        case "stderr": name = RunFolder.standardError(of: attempt.id)
        case let other: throw Problem.badRequest("'stream' is stdout or stderr, not '\(other.prefix(40))'")
        }
        return try LogFile(path: "\(folder)/\(name)", isComplete: attempt.status != .running).reply(to: call)
    }
}

extension Call {
    /// The task that the path names.
    func namedTask(of run: Run.ID) throws -> TaskSummary { try task(try parameter("task"), of: run) }

    /// By its index, or by its whole name.
    func task(_ text: String, of run: Run.ID) throws -> TaskSummary {
        let tasks = try read { (store) throws(StoreError) in try store.tasks(of: run, in: nil) }
        if let index = Int(text), tasks.indices.contains(index) { return tasks[index] }
        guard let task = tasks.first(where: { $0.name == text }) else {
            throw Problem.notFound("run \(run) has no task '\(text.prefix(100))'")
        }
        return task
    }
}
