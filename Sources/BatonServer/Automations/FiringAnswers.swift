import BatonCore
import BatonFormats
import BatonStore

/// Firings as clients read them.
enum FiringAnswers {
    /// Those of an automation, newest first, as `limit`, `cursor` and `batch` ask for them.
    ///
    /// - Parameters:
    ///   - batch: nil for all.
    ///   - key: what the list is called.
    ///   - form: how each is written.
    static func page(
        _ call: Call, of kind: Automation.Kind, named name: String, batch: String? = nil, as key: String = "firings",
        form: (Firing, Call) throws -> Value = json
    ) throws -> Reply {
        let limit = Int(try call.integer("limit", in: 1...500, default: 50))
        let place = try call.query("cursor").map { text in
            guard let place = Firing.Place(cursor: text) else {
                throw Problem.badRequest("there is no cursor '\(text.prefix(40))'")
            }
            return place
        }
        let found = try call.read { (store) throws(StoreError) in
            try store.firings(of: kind, named: name, batch: batch, before: place, limit: limit + 1)
        }
        let cursor: Value = found.count > limit ? .string(found[limit - 1].place.cursor) : .null
        return .json(
            .map([
                Value.Entry(key: key, value: .list(try found.prefix(limit).map { try form($0, call) })),
                Value.Entry(key: "next_cursor", value: cursor),
            ]))
    }

    static func json(_ firing: Firing, _ call: Call) throws -> Value {
        let isTriggered = firing.kind == .trigger
        let isBackfilled = !isTriggered && ![Schedule.regular, Schedule.manual].contains(firing.batch)
        let cause = isTriggered ? "trigger" : isBackfilled ? "backfill" : firing.batch
        return .object([
            "time": .time(firing.at), "cause": .string(cause),
            "backfill": isBackfilled ? .string(firing.batch) : nil, "state": .string(firing.state.rawValue),
            "reason": firing.reason.map { .string($0) },
            "run": firing.state == .started ? firing.run.map { .string($0.description) } : nil,
            "run_status": try status(of: firing, call).map { .string($0.rawValue) },
        ])
    }

    /// Nil where there is no run, or no more.
    private static func status(of firing: Firing, _ call: Call) throws(StoreError) -> Run.Status? {
        guard firing.state == .started, let run = firing.run else { return nil }
        return try call.read { (store) throws(StoreError) -> Run.Status? in
            do throws(StoreError) {
                return try store.run(run).status
            } catch {
                if error.code == .unknownRun { return nil }
                throw error
            }
        }
    }
}

extension Firing.Place {
    fileprivate var cursor: String { "\(at.nanoseconds).\(key)" }

    fileprivate init?(cursor: String) {
        let parts = cursor.split(separator: ".", maxSplits: 1)
        guard parts.count == 2, let nanoseconds = Int64(parts[0]) else { return nil }
        self.init(at: Instant(nanoseconds: nanoseconds), key: String(parts[1]))
    }
}
