import BatonCore
import BatonFormats
import BatonStore
import HTTPTypes

extension RouteTable {
    static let notifications: [Route] = [
        .get(
            "\(prefix)/notifications", .notifications, "All notifications by name, and what was told last.",
            answer: .json("Notifications"),
            handle: { call in
                let entries = try await call.core.notifications.all()
                let found = try entries.map { try NotificationRoutes.json($0, call) }
                return .json(.object(["notifications": .list(found)]))
            }),
        .get(
            "\(prefix)/notifications/{notification}", .notifications, "One notification.",
            answer: .json("Notification"),
            handle: { call in
                let entry = try await call.core.notifications.entry(try call.parameter("notification"))
                return .json(try NotificationRoutes.json(entry, call))
            }),
        Route(
            path: "\(prefix)/notifications/{notification}", method: .put, group: .notifications,
            summary: "Add a notification, or put another one in its place. A command is an administrator's to set.",
            access: .role(.operator), body: [.json("NotificationDefinition")], answer: .json("Notification"),
            handle: NotificationRoutes.set),
        Route(
            path: "\(prefix)/notifications/{notification}", method: .delete, group: .notifications,
            summary: "Remove a notification; what waits is not told any more.", access: .role(.operator),
            answer: .json("Notification"),
            handle: { call in
                let name = try call.parameter("notification")
                let before = try NotificationRoutes.json(try await call.core.notifications.entry(name), call)
                _ = try await call.core.notifications.remove(name)
                try call.audit("notification.removed", name)
                return .json(before)
            }),
        enabling(
            "pause", "Tell nobody until the notification is resumed; what happens meanwhile does not count.", false),
        enabling("resume", "Let a notification go on from now.", true),
        .post(
            "\(prefix)/notifications/{notification}/test", .notifications,
            "Tell the receiver once, now, of a run that never was, and say what came of it.", answer: .json("Delivery")
        ) { call in
            let name = try call.parameter("notification")
            let (firing, delivery) = try await call.core.notifications.test(name)
            try call.audit("notification.tested", name)
            return .json(NotificationRoutes.json(firing, delivery))
        },
        .get(
            "\(prefix)/notifications/{notification}/deliveries", .notifications,
            "What was told and what came of it, newest first.", query: [.limit(50, max: 500), .cursor],
            answer: .json("DeliveryPage"),
            handle: { call in
                let name = try await call.core.notifications.entry(try call.parameter("notification")).rule.name
                return try FiringAnswers.page(
                    call, of: .notification, named: name, as: "deliveries", form: NotificationRoutes.json)
            }),
    ]

    private static func enabling(_ verb: String, _ summary: String, _ isEnabled: Bool) -> Route {
        .post(
            "\(prefix)/notifications/{notification}/\(verb)", .notifications, summary, answer: .json("Notification")
        ) { call in
            let name = try call.parameter("notification")
            let entry = try await call.core.notifications.enable(name, isEnabled)
            try call.audit("notification.\(verb)d", name)
            return .json(try NotificationRoutes.json(entry, call))
        }
    }
}

enum NotificationRoutes {
    /// Beside a notification.
    private static let newest = 5

    @Sendable static func set(_ call: Call) async throws -> Reply {
        let rule = try NotificationRule(name: try call.parameter("notification"), try call.json())
        guard !rule.receiver.isCommand || call.principal.role == .admin else {
            throw Problem.forbidden("only an administrator sets what runs on the server; an operator sets webhooks")
        }
        let entry = try await call.core.notifications.set(rule)
        try call.audit("notification.set", rule.name, detail: rule.receiver.entry.value.json)
        return .json(try json(entry, call))
    }

    static func json(_ entry: NotificationDesk.Entry, _ call: Call) throws -> Value {
        let rule = entry.rule
        let (newest, counts) = try call.read { (store) throws(StoreError) in
            (
                try store.firings(of: .notification, named: rule.name, batch: nil, before: nil, limit: Self.newest),
                try store.firingCounts(of: .notification, named: rule.name, batch: NotificationRule.batch)
            )
        }
        let name = [Value.Entry(key: "name", value: .string(rule.name))]
        let state = [
            Value.Entry(key: "created", value: .time(entry.automation.created)),
            Value.Entry(key: "waiting", value: .number(counts[.waiting] ?? 0)),
            Value.Entry(key: "last_deliveries", value: .list(try newest.map { try json($0, call) })),
        ]
        return .map(name + rule.entries + state)
    }

    static func json(_ firing: Firing, _ call: Call) throws -> Value {
        json(firing, try Delivery(firing.input ?? ""))
    }

    static func json(_ firing: Firing, _ delivery: Delivery) -> Value {
        .object([
            "delivery": .string(delivery.id), "time": .time(firing.at), "event": .string(delivery.event.word),
            "run": firing.run.map { .string($0.description) }, "workflow": .string(delivery.workflow),
            "state": .string(firing.state.toldWord), "attempts": .number(delivery.attempts),
            "next_attempt": firing.state == .waiting && delivery.attempts > 0 ? .time(delivery.next) : nil,
            "http_status": delivery.answer?.status.map { .number($0) },
            "exit_code": delivery.answer?.exitCode.map { .number($0) },
            "reason": firing.reason.map { .string($0) }, "output": delivery.answer?.output.map { .string($0) },
        ])
    }
}

extension Firing.State {
    /// Of a notification.
    var toldWord: String {
        switch self {
        case .waiting: "waiting"
        case .started: "delivered"
        case .refused: "failed"
        case .skipped: "skipped"
        }
    }
}
