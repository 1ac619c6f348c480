import BatonCore
import BatonStore
import Foundation
import Hummingbird
import HummingbirdCore

/// The log of one run as it stands and grows, for clients that replay it with an engine of their own: the command line
/// shows a run on a server with the same views as one on its own machine.
///
/// It is read from the store, not from the ring that all other streams share: few follow a run so, each has its own place,
/// and a page of the log costs less than to keep a second encoding of everything for everybody.
struct RunLogStream {
    let run: Run.ID
    let stores: StorePool
    let bus: EventBus

    func write(to writer: inout any ResponseBodyWriter, from start: Int64) async throws {
        var place = start
        var seen = start
        var beat: UInt64 = 0
        var isCaughtUp = false
        try await writer.write(ByteBuffer(string: "retry: 500\n: following\n\n"))
        while true {
            // Asked before reading: what others add moves the end, too, and is looked through once.
            seen = max(seen, bus.end)
            let from = place
            let entries = try stores.with { (store) throws(StoreError) in
                try store.log(after: from, of: run, limit: EventBus.page)
            }
            if let last = entries.last {
                place = last.logged.sequence
                var text = ByteBuffer()
                for entry in entries { try Self.append(entry.logged, to: &text) }
                try await writer.write(text)
                continue
            }
            if !isCaughtUp {
                isCaughtUp = true
                try await writer.write(ByteBuffer(string: "event: caught_up\ndata: {}\n\n"))
            }
            switch await bus.wait(after: max(seen, place), beat: &beat) {
            case .news: continue
            case .heartbeat: try await writer.write(ByteBuffer(string: ": alive\n\n"))
            case .closed: return
            }
        }
    }

    private static func append(_ logged: LoggedEvent, to text: inout ByteBuffer) throws {
        let event = try JSONEncoder().encode(logged.event)
        text.writeString("id: \(logged.sequence)\ndata: {\"at\":\(logged.at.nanoseconds),\"event\":")
        text.writeBytes(event)
        text.writeString("}\n\n")
    }
}
