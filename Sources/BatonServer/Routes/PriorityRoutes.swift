import BatonCore
import BatonFormats
import BatonRuntime
import BatonStore
import HTTPTypes

extension RouteTable {
    static let priorities: [Route] = [
        Route(
            path: "\(prefix)/runs/{run}/priority", method: .put, group: .runs,
            summary:
                "Change the priority of all tasks of a run that have not started, and of those that join it later.",
            access: .role(.operator), body: [.json("PriorityRequest")], answer: .json("RunPriority")
        ) { call in
            let run = try call.namedRun().id
            var fields = try Fields(try call.json())
            let priority = Int32(try fields.require("priority", try fields.integer("priority", in: 0...100)))
            try fields.finish()
            try await call.carryOut(.prioritize(run, nil, priority: priority))
            call.auditSoon("run.prioritized", run.description, detail: String(priority))
            return .json(.object(["run": .string(run.description), "priority": .number(priority)]))
        }
    ]
}
