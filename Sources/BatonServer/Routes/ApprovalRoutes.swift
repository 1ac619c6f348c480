import BatonCore
import BatonFormats
import BatonStore

extension RouteTable {
    static let approvals: [Route] = [
        .get(
            "\(prefix)/approvals", .tasks, "Tasks of all runs that wait for a person's yes, and what they ask.",
            answer: .json("Approvals"), handle: ApprovalRoutes.list
        ).fromRecord,
        .post(
            "\(prefix)/runs/{run}/tasks/{task}/review", .tasks,
            "Answer a task that asks for approval: it may start, or it fails. 409 where it does not ask.",
            body: [.json("ReviewRequest")], answer: .json("Task"), isIdempotent: true, handle: ApprovalRoutes.review),
    ]
}

enum ApprovalRoutes {
    @Sendable static func list(_ call: Call) throws -> Reply {
        let requests = try call.read { (store) throws(StoreError) in try store.approvalRequests() }
        return .json(
            .object([
                "approvals": .list(
                    requests.map { request in
                        .object([
                            "run": .string(request.run.description), "workflow": .string(request.workflow),
                            "task": .string(request.task.name), "index": .number(request.task.id.index),
                            "question": .string(request.question), "since": .time(request.task.updated),
                        ])
                    })
            ]))
    }

    @Sendable static func review(_ call: Call) async throws -> Reply {
        let run = try call.namedRun().id
        let task = try call.namedTask(of: run)
        var fields = try Fields(try call.json())
        let decision = try fields.require("decision", try fields.string("decision"))
        let comment = try fields.string("comment")
        try fields.finish()
        guard ["approve", "reject"].contains(decision) else {
            throw Problem.invalid("'decision' is approve or reject, not '\(decision.prefix(40))'")
        }
        if let comment, comment.utf8.count > Review.mostCommentBytes {
            throw Problem.invalid("'comment' has at most \(Review.mostCommentBytes) bytes")
        }
        let reference = TaskReference(run: run, task: task.id)
        // The engine forgets runs that have ended; the record does not.
        guard task.state == .awaitingApproval else { throw CommandError.notAsking(reference, task.state) }
        let review = Review(isApproved: decision == "approve", reviewer: call.principal.name, comment: comment)
        try await call.carryOut(.review(reference, review))
        call.auditSoon(review.isApproved ? "task.approved" : "task.rejected", reference.taskID, detail: comment)
        return .json(.task(try call.namedTask(of: run), attempt: nil))
    }
}
