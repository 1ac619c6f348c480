import BatonCore
import BatonFormats
import BatonStore

extension RouteTable {
    static let workflows: [Route] = [
        .get(
            "\(prefix)/workflows", .workflows, "All workflows of which there are runs, by name.",
            answer: .json("Workflows"),
            handle: { call in
                let found = try call.read { (store) throws(StoreError) in try store.workflows() }
                return .json(.object(["workflows": .list(found.map(WorkflowRoutes.json))]))
            }),
        .get(
            "\(prefix)/workflows/{workflow}", .workflows, "One workflow, by its name.", answer: .json("Workflow"),
            handle: { call in .json(WorkflowRoutes.json(try WorkflowRoutes.named(call))) }),
        .get(
            "\(prefix)/workflows/{workflow}/runs", .workflows, "The runs of a workflow, newest first.",
            query: [.limit(50, max: 200), .cursor], answer: .json("RunPage"), handle: WorkflowRoutes.runs),
        .get(
            "\(prefix)/workflows/{workflow}/revisions", .workflows,
            "What optimisations made of a workflow, what they promised and what came of it, newest first.",
            answer: .json("Revisions"), handle: WorkflowRoutes.revisions),
        .get(
            "\(prefix)/workflows/{workflow}/file", .workflows,
            "The file that the last run of a workflow came from, as it is now.", access: .role(.operator),
            answer: .json("WorkflowText"), handle: WorkflowRoutes.file),
    ]
}

enum WorkflowRoutes {
    static func json(_ workflow: WorkflowSummary) -> Value {
        .object([
            "name": .string(workflow.name), "runs": .number(workflow.runs),
            "last_run": .string(workflow.lastRun.description), "last_status": .string(workflow.lastStatus.rawValue),
            "last_submitted": .time(workflow.lastSubmitted),
        ])
    }

    static func named(_ call: Call) throws -> WorkflowSummary {
        let name = try call.parameter("workflow")
        let all = try call.read { (store) throws(StoreError) in try store.workflows() }
        guard let workflow = all.first(where: { $0.name == name }) else {
            throw Problem.notFound("there is no run of a workflow '\(name.prefix(100))'")
        }
        return workflow
    }

    @Sendable static func runs(_ call: Call) throws -> Reply {
        try RunRoutes.page(call, workflow: try named(call).name)
    }

    @Sendable static func revisions(_ call: Call) throws -> Reply {
        let name = try named(call).name
        let found = try call.read { (store) throws(StoreError) in try store.optimizations(of: name) }
        return .json(.object(["revisions": .list(found.map(revision))]))
    }

    @Sendable static func file(_ call: Call) throws -> Reply {
        let workflow = try named(call)
        let run = try call.read { (store) throws(StoreError) in try store.run(workflow.lastRun) }
        guard let file = call.shelf.file(of: run) else {
            throw Problem.notFound("no file of '\(workflow.name.prefix(100))' is there any more, or ever was")
        }
        return .json(.object(["path": .string(file.path), "text": .string(file.text)]))
    }

    /// Of a workflow by its name; nil where there is none.
    static func filePath(of name: String, _ call: Call) throws -> String? {
        let runs = try call.read { (store) throws(StoreError) in
            try store.runs(matching: RunFilter(workflow: name, limit: 1))
        }
        return runs.first.flatMap { call.shelf.file(of: $0) }?.path
    }

    private static func revision(_ revision: WorkflowOptimization) -> Value {
        func saving(_ saving: WorkflowOptimization.Saving) -> Value {
            .object(["mean": .figure(saving.mean), "low": .figure(saving.low), "high": .figure(saving.high)])
        }
        func runs(_ runs: [WorkflowOptimization.MeasuredRun]) -> Value {
            .list(
                runs.map { run in
                    .object([
                        "run": .string(run.run.description), "seconds": .figure(run.seconds),
                        "memory_gigabyte_hours": .figure(run.gigabyteHours),
                    ])
                })
        }
        return .object([
            "revision": .number(revision.id), "workflow": .string(revision.workflow), "path": .string(revision.path),
            "findings": .strings(revision.findings), "applied_by": .string(revision.appliedBy.rawValue),
            "applied_at": .time(revision.applied), "state": .string(revision.state.rawValue),
            "reason": revision.reason.map { .string($0) },
            "promise": .object([
                "completion_time_reduction": saving(revision.promise.completionTime),
                "memory_reduction": saving(revision.promise.memoryHours),
            ]),
            "before": runs(revision.before.runs), "after": runs(revision.after),
            "improvement_percent": revision.improvementPercent.map { .figure($0) },
            "text_before": .string(revision.textBefore), "text_after": .string(revision.textAfter),
        ])
    }
}
