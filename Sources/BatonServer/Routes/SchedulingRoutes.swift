import BatonCore
import BatonFormats
import BatonRuntime
import BatonStore
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging

extension RouteTable {
    static let scheduling: [Route] = [
        .post(
            "\(prefix)/scheduling", .scheduling, "Schedule one task, after others that were scheduled so.",
            body: [.json("ScheduleRequest")], status: 201, answer: .json("ScheduleResult"), isIdempotent: true,
            handle: SchedulingRoutes.schedule),
        Route(
            path: "\(prefix)/scheduling/{task_id}/priority", method: .put, group: .scheduling,
            summary: "Change the priority of a task that has not started.", access: .role(.operator),
            body: [.json("PriorityRequest")], answer: .json("Priority"), handle: SchedulingRoutes.prioritize),
        .get(
            "\(prefix)/scheduling/decisions/{decision_id}", .scheduling,
            "Why an attempt was started when and where it was.", answer: .json("DecisionExplanation"),
            handle: SchedulingRoutes.decision),
    ]
}

enum SchedulingRoutes {
    @Sendable static func schedule(_ call: Call) async throws -> Reply {
        let request = try ScheduleRequest(call)
        let task = try await place(request, call)
        let attempt = Attempt.ID(run: task.run, task: task.task, number: 1)
        let outlook = await call.outlook(of: request.task)
        return .json(
            .object([
                "task_id": .string(attempt.reference.taskID), "run": .string(task.run.description),
                "decision_id": .string(attempt.decisionID), "scheduled_at": .time(call.now),
                "estimated_start_time": outlook.start.map { .time($0) } ?? .null,
                "estimated_completion_time": outlook.completion.map { .time($0) } ?? .null,
                "assigned_resources": request.assigned,
                "confidence": .figure(min(1, max(0, outlook.confidence))),
            ]),
            status: .created, headers: [.location: "\(RouteTable.prefix)/runs/\(task.run)"])
    }

    /// Beside others that come at the same time; one that may come again, in a run whose id is on record before it.
    private static func place(_ request: ScheduleRequest, _ call: Call) async throws -> TaskReference {
        guard call.request.headers[.idempotencyKey] != nil else {
            return try await call.schedule(request)
        }
        guard request.needs.isEmpty else {
            throw Problem.invalid(
                "a task that waits for others can't be sent with an Idempotency-Key; send them together as a workflow to "
                    + "\(RouteTable.prefix)/runs")
        }
        let submission = try request.submission(run: call.run, trace: call.context.trace.parent)
        try await call.submit(submission)
        return TaskReference(run: submission.run, task: TaskInstance.ID(0))
    }

    @Sendable static func prioritize(_ call: Call) async throws -> Reply {
        let text = try call.parameter("task_id")
        guard let task = TaskReference(taskID: text) else {
            throw Problem.notFound("'\(text.prefix(60))' is no task's id; one looks like <run>.<index>")
        }
        var fields = try Fields(try call.json())
        let priority = Int32(try fields.require("priority", try fields.integer("priority", in: 0...100)))
        try fields.finish()
        try await call.carryOut(.prioritize(task.run, task.task, priority: priority))
        call.auditSoon("task.prioritized", text, detail: String(priority))
        return .json(.object(["task_id": .string(text), "priority": .number(priority)]))
    }

    @Sendable static func decision(_ call: Call) async throws -> Reply {
        let text = try call.parameter("decision_id")
        guard let attempt = Attempt.ID(decisionID: text) else {
            throw Problem.notFound("'\(text.prefix(60))' is no decision's id; one looks like <run>.<task>.<attempt>")
        }
        let decisions = try call.read { (store) throws(StoreError) in
            _ = try store.run(attempt.run)
            return try store.decisions(of: attempt.run, task: attempt.task)
        }
        guard let made = decisions.first(where: { $0.attempt == attempt }) else {
            let tasks = try call.read { (store) throws(StoreError) in try store.tasks(of: attempt.run, in: nil) }
            guard tasks.indices.contains(Int(attempt.task.index)) else {
                throw Problem.notFound("run \(attempt.run) has no task \(attempt.task.index)")
            }
            let task = tasks[Int(attempt.task.index)]
            return .json(
                .object([
                    "decision_id": .string(text), "made": .boolean(false), "task": .string(task.name),
                    "task_state": .string(task.state.rawValue),
                ]))
        }
        guard case .map(var entries) = Value.decision(made) else { preconditionFailure("a decision is an object") }
        entries.append(Value.Entry(key: "made", value: .boolean(true)))
        guard let explanation = try await call.explanation(of: attempt) else { return .json(.map(entries)) }
        // What somebody else computed is put in as it is.
        var bytes = Value.map(entries).jsonBytes
        bytes.removeLast()
        return .json(bytes + Array(",\"explanation\":".utf8) + explanation + Array("}".utf8))
    }
}

extension Call {
    /// Hands a single task to the engine.
    fileprivate func schedule(_ request: ScheduleRequest) async throws -> TaskReference {
        let task: TaskReference
        do {
            task = try await core.control.schedule(request.task, after: request.needs, in: request.directory)
        } catch {
            core.metrics.add(to: .schedulingErrors)
            throw error
        }
        auditSoon("task.scheduled", task.taskID, detail: request.task.name)
        return task
    }

    /// The run is made already, so that nothing is known of its future is no reason to say that it is not.
    fileprivate func outlook(of task: Workflow.Task) async -> ScheduleOutlook {
        do {
            return try await core.answers.outlook(task, core.control.load)
        } catch {
            context.logger.error("outlook", metadata: ["error": .string("\(error)")])
            return ScheduleOutlook()
        }
    }

    /// Nil where this server explains nothing, or this was not decided.
    fileprivate func explanation(of attempt: Attempt.ID) async throws -> [UInt8]? {
        do {
            return try await core.answers.explainDecision(attempt)
        } catch let problem as Problem where problem.code == "not-available" {
            return nil
        }
    }
}
