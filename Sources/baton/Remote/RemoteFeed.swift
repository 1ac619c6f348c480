import AsyncHTTPClient
import BatonCore
import Dispatch
import Foundation
import NIOCore
import NIOHTTP1
import Synchronization

/// The log of a run on a server as it grows, without a gap through broken connections and restarts of the server.
final class RemoteFeed: Sendable {
    enum Item: Sendable {
        case logged(Event, at: Instant, sequence: Int64)
        /// All that was known when the stream was opened has come.
        case caughtUp
        /// The server can't be reached; that is tried again.
        case lost
        case back
        /// It will never come.
        case refused(CommandFailure)
    }

    private let items = Mutex<[Item]>([])
    private let hasNews = DispatchSemaphore(value: 0)
    private let work = Mutex<Task<Void, Never>?>(nil)

    init(of run: Run.ID, from client: RemoteClient) {
        let task = Task { [self] in await read(run, client) }
        work.withLock { $0 = task }
    }

    func stop() { work.withLock { $0?.cancel() } }

    /// What has come; empty when nothing comes within the time.
    func next(within time: Duration) -> [Item] {
        _ = hasNews.wait(timeout: .now() + .nanoseconds(Int(clamping: time.nanoseconds)))
        return items.withLock { items in
            defer { items = [] }
            return items
        }
    }

    private func add(_ new: [Item]) {
        guard !new.isEmpty else { return }
        items.withLock { $0 += new }
        hasNews.signal()
    }

    private func read(_ run: Run.ID, _ client: RemoteClient) async {
        var place: Int64 = 0
        var isLost = false
        var pause = Duration.milliseconds(100)
        while !Task.isCancelled {
            do {
                let response = try await client.open("/api/v1/runs/\(run)/events?form=log", after: place)
                guard response.status == .ok else {
                    let body = try await response.body.collect(upTo: 1 << 20)
                    let status = Int(response.status.code)
                    // A server that starts, or is asked too much of, is worth another try.
                    if status != 429 && status < 500 {
                        let bytes = Array(body.readableBytesView)
                        return add([.refused(RemoteProblem(status: status, body: bytes, of: client).failure)])
                    }
                    throw Unready()
                }
                if isLost { add([.back]) }
                isLost = false
                pause = .milliseconds(100)
                var parser = EventStreamParser()
                for try await bytes in response.body {
                    let frames = parser.take(bytes.readableBytesView)
                    place = frames.compactMap(\.id).last ?? place
                    add(try frames.compactMap(Self.item))
                }
            } catch let failure as CommandFailure {
                return add([.refused(failure)])
            } catch {
                if !isLost && !Task.isCancelled && RemoteProblem.isUnreachable(error) {
                    isLost = true
                    add([.lost])
                }
            }
            try? await Task.sleep(for: pause)
            pause = min(pause * 2, .seconds(1))
        }
    }

    private struct Unready: Error {}

    private static func item(_ frame: EventStreamParser.Frame) throws -> Item? {
        if frame.event == "caught_up" { return .caughtUp }
        guard let id = frame.id, !frame.data.isEmpty else { return nil }
        struct Logged: Decodable {
            var at: Int64
            var event: Event
        }
        do {
            let logged = try JSONDecoder().decode(Logged.self, from: Data(frame.data))
            return .logged(logged.event, at: Instant(nanoseconds: logged.at), sequence: id)
        } catch {
            throw CommandFailure(
                "event \(id) of the server can't be read: the server and this baton are of different versions")
        }
    }
}

/// Cuts server-sent events out of bytes that come in any pieces.
struct EventStreamParser {
    struct Frame: Hashable {
        var id: Int64?
        var event: String?
        var data: [UInt8] = []
    }

    private var rest: [UInt8] = []
    private var frame = Frame()

    /// The events that these bytes complete.
    mutating func take(_ bytes: some Collection<UInt8>) -> [Frame] {
        rest += bytes
        var frames: [Frame] = []
        var start = 0
        while let end = rest[start...].firstIndex(of: UInt8(ascii: "\n")) {
            let line = rest[start..<end]
            start = end + 1
            if line.isEmpty {
                if frame != Frame() { frames.append(frame) }
                frame = Frame()
            } else {
                read(line)
            }
        }
        rest.removeFirst(start)
        return frames
    }

    /// `field: value`; a line that begins with a colon is a comment.
    private mutating func read(_ line: ArraySlice<UInt8>) {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex else { return }
        var value = line[(colon + 1)...]
        if value.first == UInt8(ascii: " ") { value.removeFirst() }
        switch String(decoding: line[..<colon], as: UTF8.self) {
        case "id": frame.id = Int64(String(decoding: value, as: UTF8.self))
        case "event": frame.event = String(decoding: value, as: UTF8.self)
        case "data": frame.data += value
        default: break
        }
    }
}
