import BatonCore
import BatonFormats

/// One task as the API's `Task` describes it, and what is wanted of its schedule.
struct ScheduleRequest {
    private(set) var task: Workflow.Task
    /// Tasks that were scheduled before and must have succeeded.
    private(set) var needs: [TaskReference] = []
    let directory: String
    /// What was asked for, as the answer shows it.
    private(set) var assigned = Value.map([])

    /// - Throws: `Problem` for everything that is missing, wrong or not known.
    init(_ call: Call) throws {
        var body = try Fields(try call.json())
        var fields = try body.require("task", try body.object("task"))
        let constraints = try body.object("constraints")
        try body.finish()
        self = try ScheduleRequest(&fields, constraints, call)
    }

    private init(_ fields: inout Fields, _ constraints: Fields?, _ call: Call) throws {
        for id in try fields.strings("dependencies") ?? [] {
            guard let need = TaskReference(taskID: id) else {
                throw Problem.invalid(
                    "'task.dependencies' holds '\(id.prefix(60))', which is no task's id: <run>.<index>")
            }
            needs.append(need)
        }
        (task, assigned) = try TaskSpecification.read(&fields)
        directory = try RunRequest.directory(nil, call)
        guard var constraints else { return }
        task.deadline = try constraints.number("deadline_seconds", in: 0.001...3e9).map { .seconds($0) }
        task.timeout = try constraints.number("timeout_seconds", in: 0.001...3e9).map { .seconds($0) }
        if let retries = try constraints.integer("max_retries", in: 0...100) {
            task.retry = RetryRule(limit: Int32(retries))
        }
        try constraints.finish()
    }

    /// A run with nothing else in it.
    ///
    /// - Parameter trace: that the task goes on with.
    func submission(run: Run.ID, trace: TraceParent) throws(WorkflowError) -> Run.Submission {
        let workflow = Workflow(name: task.name, tasks: [task])
        let problems = workflow.validate().filter { $0.severity == .error }
        if !problems.isEmpty { throw WorkflowError(problems) }
        return Run.Submission(run: run, workflow: workflow, parameters: [], directory: directory, trace: trace)
    }
}

/// The API's `Task`: id, name, type, priority, resource requirements, metadata and the command.
enum TaskSpecification {
    /// - Throws: `Problem`.
    static func read(_ fields: inout Fields, needsCommand: Bool = true) throws -> (Workflow.Task, assigned: Value) {
        let id = try fields.string("id")
        let name = try fields.string("name") ?? id ?? "task"
        _ = try fields.string("type")
        // Whoever schedules has taken them; they change nothing of what a task takes.
        _ = try fields.strings("dependencies")
        let priority = try fields.integer("priority", in: 0...100) ?? 50
        var metadata = try fields.object("metadata")
        let command = try action(fields.take("command") ?? metadata?.take("command"))
        if needsCommand && command == nil { throw Problem.invalid("'task.command' is missing") }
        let (request, assigned) = try resources(try fields.object("resource_requirements"))
        try fields.finish()
        let task = Workflow.Task(
            name: name, action: command ?? .arguments([Template(literal: "true")]), request: request,
            priority: Int32(priority))
        return (task, assigned)
    }

    /// Text is a script for the shell, a list a program and its arguments; nothing in them is an expression.
    private static func action(_ value: Value?) throws(Problem) -> Workflow.Task.Action? {
        switch value {
        case nil: return nil
        case .string(let script)? where !script.utf8.contains(0) && !script.isEmpty:
            return .shell(Template(literal: script))
        case .list(let elements)? where !elements.isEmpty:
            var arguments: [Template] = []
            for element in elements {
                guard case .string(let argument) = element, !argument.utf8.contains(0) else {
                    throw .invalid("'task.command' must be text or a list of texts")
                }
                arguments.append(Template(literal: argument))
            }
            return .arguments(arguments)
        case .some: throw .invalid("'task.command' must be text or a list of texts")
        }
    }

    private static func resources(_ fields: Fields?) throws(Problem) -> (Workflow.ResourceRequest, assigned: Value) {
        guard var fields else { return (Workflow.ResourceRequest(), .map([])) }
        let cores = try fields.number("cpu_cores", in: 0.1...1e6)
        let memory = try fields.number("memory_gb", in: 0.1...1e9)
        let disk = try fields.number("disk_gb", in: 0...1e9)
        let gpus = try fields.integer("gpu_count", in: 0...1_000_000)
        try fields.finish()
        func bytes(_ gigabytes: Double) -> Int64 { Int64((gigabytes * 1e9).rounded(.up)) }
        let request = Workflow.ResourceRequest(
            milliCPU: cores.map { .exactly(Int64(($0 * 1000).rounded(.up))) },
            memoryBytes: memory.map { .exactly(bytes($0)) }, gpus: gpus.map { .exactly($0) },
            diskBytes: disk.map { .exactly(bytes($0)) })
        let assigned = Value.object([
            "cpu_cores": cores.map { .number($0) }, "memory_gb": memory.map { .number($0) },
            "disk_gb": disk.map { .number($0) }, "gpu_count": gpus.map { .number($0) },
        ])
        return (request, assigned)
    }
}
