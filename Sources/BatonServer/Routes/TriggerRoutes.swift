import BatonCore
import BatonFormats
import BatonStore
import HTTPTypes
import Hummingbird
import HummingbirdCore

extension RouteTable {
    static let triggers: [Route] = [
        .get(
            "\(prefix)/triggers", .triggers, "All triggers by name, and what came of what they waited for last.",
            answer: .json("Triggers"),
            handle: { call in
                let entries = try await call.core.triggers.all()
                let found = try entries.map { try TriggerRoutes.json($0, call, withWorkflow: false) }
                return .json(.object(["triggers": .list(found)]))
            }),
        .get(
            "\(prefix)/triggers/{trigger}", .triggers, "One trigger, with its workflow.", answer: .json("Trigger"),
            handle: { call in
                .json(try TriggerRoutes.json(try await call.core.triggers.entry(try call.parameter("trigger")), call))
            }),
        Route(
            path: "\(prefix)/triggers/{trigger}", method: .put, group: .triggers,
            summary: "Add a trigger, or put another one in its place.", access: .role(.operator),
            body: [.json("TriggerDefinition")], answer: .json("Trigger"), handle: TriggerRoutes.set),
        Route(
            path: "\(prefix)/triggers/{trigger}", method: .delete, group: .triggers,
            summary: "Remove a trigger; runs that were started go on.", access: .role(.operator),
            answer: .json("Trigger"),
            handle: { call in
                let name = try call.parameter("trigger")
                let before = try TriggerRoutes.json(try await call.core.triggers.entry(name), call)
                _ = try await call.core.triggers.remove(name)
                try call.audit("trigger.removed", name)
                return .json(before)
            }),
        enabling(
            "pause", "Start nothing of a trigger until it is resumed; what happens meanwhile does not count.", false),
        enabling("resume", "Let a trigger go on from now.", true),
        .get(
            "\(prefix)/triggers/{trigger}/firings", .triggers,
            "What a trigger waited for and what came of it, newest first.",
            query: [.limit(50, max: 500), .cursor], answer: .json("FiringPage"),
            handle: { call in
                let name = try await call.core.triggers.entry(try call.parameter("trigger")).trigger.name
                return try FiringAnswers.page(call, of: .trigger, named: name)
            }),
        Route(
            path: "\(prefix)/hooks/{trigger}", method: .post, group: .triggers,
            summary: "Start the workflow of a webhook. `X-Hub-Signature-256` signs the body; an `X-GitHub-Delivery`, "
                + "`X-Baton-Delivery` or `Idempotency-Key` that came before starts nothing.",
            access: .everybody, body: [.json("Any")], bodyBytesMax: TriggerRoutes.bodyBytesMax, status: 202,
            answer: .json("Firing"), handle: TriggerRoutes.receive),
    ]

    private static func enabling(_ verb: String, _ summary: String, _ isEnabled: Bool) -> Route {
        .post("\(prefix)/triggers/{trigger}/\(verb)", .triggers, summary, answer: .json("Trigger")) { call in
            let name = try call.parameter("trigger")
            let entry = try await call.core.triggers.enable(name, isEnabled)
            try call.audit("trigger.\(verb)d", name)
            return .json(try TriggerRoutes.json(entry, call))
        }
    }
}

enum TriggerRoutes {
    /// More does not fit into an environment variable, which is how tasks should read it.
    static let bodyBytesMax = 120 << 10
    /// Beside a trigger.
    private static let newest = 5

    @Sendable static func set(_ call: Call) async throws -> Reply {
        let name = try call.parameter("trigger")
        let entry = try await call.core.triggers.set(try Trigger(name: name, try call.json()))
        try call.audit("trigger.set", name, detail: entry.trigger.template.workflow)
        return .json(try json(entry, call))
    }

    @Sendable static func receive(_ call: Call) async throws -> Reply {
        let headers = call.request.headers
        let delivery =
            headers[.gitHubDelivery] ?? headers[.batonDelivery] ?? headers[.idempotencyKey] ?? call.run.description
        guard (1...255).contains(delivery.utf8.count) else {
            throw Problem.badRequest("the id of a delivery has 1 to 255 characters")
        }
        do {
            let firing = try await call.core.triggers.receive(
                try call.parameter("trigger"), body: call.body, signature: headers[.hubSignature], delivery: delivery)
            return .json(try FiringAnswers.json(firing, call), status: .accepted)
        } catch let problem as Problem where problem.status == 401 {
            call.core.metrics.add(to: .authenticationFailures)
            throw problem
        }
    }

    static func json(_ entry: TriggerDesk.Entry, _ call: Call, withWorkflow: Bool = true) throws -> Value {
        let trigger = entry.trigger
        let (newest, counts, open) = try call.read { (store) throws(StoreError) in
            (
                try store.firings(of: .trigger, named: trigger.name, batch: nil, before: nil, limit: Self.newest),
                try store.firingCounts(of: .trigger, named: trigger.name, batch: trigger.batch),
                try store.openFirings(of: .trigger, named: trigger.name, batch: trigger.batch)
            )
        }
        let title = [
            Value.Entry(key: "name", value: .string(trigger.name)),
            Value.Entry(key: "workflow_name", value: .string(trigger.template.workflow)),
        ]
        let state = [
            Value.Entry(key: "created", value: .time(entry.automation.created)),
            Value.Entry(key: "waiting", value: .number(counts[.waiting] ?? 0)),
            Value.Entry(key: "active_runs", value: .number(open)),
            Value.Entry(key: "last_firings", value: .list(try newest.map { try FiringAnswers.json($0, call) })),
        ]
        return .map(title + trigger.entries(withWorkflow: withWorkflow) + state)
    }
}

extension HTTPField.Name {
    fileprivate static let hubSignature = Self("X-Hub-Signature-256")!
    fileprivate static let gitHubDelivery = Self("X-GitHub-Delivery")!
    fileprivate static let batonDelivery = Self("X-Baton-Delivery")!
}
