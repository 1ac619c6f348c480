import BatonCore
import BatonStore
import HTTPTypes
import Hummingbird
import HummingbirdCore
import ServiceLifecycle
import Synchronization

extension RouteTable {
    static let events: [Route] = [
        .get(
            "\(prefix)/events", .events,
            "Everything that happens, as CloudEvents over server-sent events. Goes on after `Last-Event-ID`.",
            answer: .text("text/event-stream"), handle: { call in try EventRoutes.follow(call, run: nil) }),
        .get(
            "\(prefix)/runs/{run}/events", .events,
            "What happens in one run, as CloudEvents over server-sent events. Goes on after `Last-Event-ID`.",
            query: [
                .init(
                    name: "form",
                    summary: "`log`: from the beginning, the events as the log has them, for those who replay a run.",
                    schema: #"{"type":"string","enum":["cloudevents","log"],"default":"cloudevents"}"#)
            ],
            answer: .text("text/event-stream"),
            handle: { call in
                let run = try call.namedRun().id
                switch try call.query("form") ?? "cloudevents" {
                case "cloudevents": return try EventRoutes.follow(call, run: run)
                case "log": return try EventRoutes.follow(call, run: run, asLog: true)
                case let other: throw Problem.badRequest("'form' is cloudevents or log, not '\(other.prefix(40))'")
                }
            }),
    ]
}

enum EventRoutes {
    /// - Parameter asLog: the events as they are, and all of the run's; a mark stands where those end that were known when
    ///   the stream was opened.
    static func follow(_ call: Call, run: Run.ID?, asLog: Bool = false) throws -> Reply {
        var place: Int64?
        if let text = call.request.headers[.lastEventID] {
            guard let number = Int64(text), number >= 0 else {
                throw Problem.badRequest("Last-Event-ID is the id of an event: a whole number")
            }
            place = number
        }
        let headers: HTTPFields = [.cacheControl: "no-store", HTTPField.Name("X-Accel-Buffering")!: "no"]
        guard call.request.method != .head else {
            return Reply(headers: headers, body: .stream(ResponseBody(), type: "text/event-stream"))
        }
        let bus = call.core.events
        let seat = try Seat(bus)
        let start = place ?? (asLog ? 0 : seat.end)
        let stores = call.core.stores
        let body = ResponseBody { writer in
            // The seat is given back when this is over, or was never begun.
            defer { seat.leave() }
            try await withGracefulShutdownHandler {
                if asLog, let run {
                    try await RunLogStream(run: run, stores: stores, bus: bus).write(to: &writer, from: start)
                } else {
                    try await write(to: &writer, from: start, run: run, bus)
                }
            } onGracefulShutdown: {
                bus.close()
            }
            try await writer.finish(nil)
        }
        return Reply(headers: headers, body: .stream(body, type: "text/event-stream"))
    }

    private static func write(
        to writer: inout any ResponseBodyWriter, from start: Int64, run: Run.ID?, _ bus: EventBus
    ) async throws {
        var place = start
        var beat: UInt64 = 0
        // Something to read at once: some proxies hold the head of an answer back until then.
        try await writer.write(ByteBuffer(string: "retry: 2000\n: following\n\n"))
        while true {
            let (entries, next) = try bus.read(after: place, of: run)
            place = max(place, next)
            if !entries.isEmpty {
                var text = entries[0].text
                if entries.count > 1 { for entry in entries.dropFirst() { text.writeImmutableBuffer(entry.text) } }
                try await writer.write(text)
                continue
            }
            switch await bus.wait(after: place, beat: &beat) {
            case .news: continue
            case .heartbeat: try await writer.write(ByteBuffer(string: ": alive\n\n"))
            case .closed: return
            }
        }
    }
}

/// A place among the streams, given back once.
private final class Seat: Sendable {
    private let bus: EventBus
    /// Of the log, when the seat was taken.
    let end: Int64
    private let isTaken = Mutex(true)

    init(_ bus: EventBus) throws {
        self.bus = bus
        end = try bus.open()
    }

    func leave() {
        let wasTaken = isTaken.withLock { taken in
            defer { taken = false }
            return taken
        }
        if wasTaken { bus.leave() }
    }

    deinit { leave() }
}
