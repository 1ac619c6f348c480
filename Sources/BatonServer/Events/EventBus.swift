import BatonCore
import BatonStore
import Hummingbird
import Synchronization

/// Where those who follow the log wait, and what they read: the newest events, encoded once for all of them.
///
/// Nothing is kept for a single client. Each has a place in the log; it reads on from there in the ring of the newest
/// events, or in the store where the ring no longer reaches back. So a slow client costs nothing but its connection.
public final class EventBus: Sendable {
    struct Entry: Sendable {
        var sequence: Int64
        var run: Run.ID
        /// Of an event stream: id and data.
        var text: ByteBuffer
    }

    enum Signal: Hashable, Sendable {
        case news, heartbeat, closed
    }

    fileprivate struct State {
        /// Every event of the log from after `start` to `end`, oldest first.
        var ring: [Entry] = []
        var ringBytes = 0
        var start: Int64 = 0
        var end: Int64 = 0
        var streams = 0
        var beat: UInt64 = 0
        var isClosed = false
        /// Somebody said that there is something new, and nobody has looked yet.
        var isStale = false
        var pump: CheckedContinuation<Void, Never>?
        var waiting: [UInt64: CheckedContinuation<Void, Never>] = [:]
        var nextWaiter: UInt64 = 0
    }

    private let stores: StorePool
    private let streamsMax: Int
    private let state = Mutex(State())
    private static let ringEntriesMax = 8_192
    private static let ringBytesMax = 16 << 20
    /// Events that are read from the store at once.
    static let page = 500

    init(stores: StorePool, streamsMax: Int) {
        self.stores = stores
        self.streamsMax = streamsMax
    }

    /// Says that something was appended to the log; costs a lock, and may be called by any thread.
    public func publish() {
        wakePump { $0.isStale = true }
    }

    /// Ends all streams.
    func close() {
        wakePump { $0.isClosed = true }
        wakeAll()
    }

    // MARK: Streams

    /// Takes a place among the streams.
    ///
    /// - Returns: the end of the log: a stream that resumes nothing begins there.
    /// - Throws: `Problem` 429 when there are as many as there may be; `StoreError`.
    func open() throws -> Int64 {
        let streams = try state.withLock { state throws(Problem) in
            guard state.streams < streamsMax else {
                throw Problem(
                    429, "too-many-streams", "Too many clients follow events",
                    detail: "there may be \(streamsMax) at once", retryAfter: 10)
            }
            state.streams += 1
            return state.streams
        }
        do {
            let end = try stores.with { (store) throws(StoreError) in try store.endOfLog() }
            // With the first stream the ring begins anew.
            if streams == 1 { state.withLock { $0.restart(at: end) } }
            return end
        } catch {
            leave()
            throw error
        }
    }

    /// Gives the place of a stream back.
    func leave() {
        state.withLock { $0.streams -= 1 }
    }

    /// What comes after a place in the log, for one run or for all, and the place up to which that was looked through.
    func read(after place: Int64, of run: Run.ID?) throws(StoreError) -> (entries: [Entry], place: Int64) {
        let (known, end) = state.withLock { state -> ([Entry]?, Int64) in
            guard place >= state.start, place <= state.end else { return (nil, state.end) }
            let first = state.ring.partitioningIndex { $0.sequence > place }
            let new = state.ring[first...].prefix(Self.page * 4)
            return (run == nil ? Array(new) : new.filter { $0.run == run }, new.last?.sequence ?? place)
        }
        if let known { return (known, end) }
        // It has fallen behind, or resumes: the store is asked, page by page.
        let logged = try stores.with { (store) throws(StoreError) in
            try store.log(after: place, of: run, limit: Self.page)
        }
        let entries = try encode(logged)
        // After the last page all up to the end that was seen before is looked through.
        let last = entries.last?.sequence ?? place
        return (entries, entries.count < Self.page ? max(last, end) : last)
    }

    /// Returns when there may be something after `place`, at a heartbeat other than `beat`, or at the end.
    func wait(after place: Int64, beat: inout UInt64) async -> Signal {
        while !Task.isCancelled {
            let seen = beat
            let (signal, now) = state.withLock { state -> (Signal?, UInt64) in
                if state.isClosed { return (.closed, state.beat) }
                if state.end > place { return (.news, seen) }
                return (state.beat != seen ? .heartbeat : nil, state.beat)
            }
            if let signal {
                beat = now
                return signal
            }
            await pause { $0.isClosed || $0.end > place || $0.beat != seen }
        }
        return .closed
    }

    private func pause(unless isOver: @Sendable (borrowing State) -> Bool) async {
        let id = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let goesOn = state.withLock { state in
                    if isOver(state) || Task.isCancelled { return true }
                    state.waiting[id] = continuation
                    return false
                }
                if goesOn { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiting.removeValue(forKey: id) }?.resume()
        }
    }

    // MARK: The pump

    /// Reads what is new in the log for all streams, and wakes them.
    func refresh() throws(StoreError) {
        while true {
            let (end, isFollowed) = state.withLock { state -> (Int64, Bool) in
                state.isStale = false
                return (state.end, state.streams > 0)
            }
            guard isFollowed else { return }
            let logged = try stores.with { (store) throws(StoreError) in
                try store.log(after: end, of: nil, limit: Self.page)
            }
            guard !logged.isEmpty else { return }
            let entries = try encode(logged)
            state.withLock {
                $0.append(entries, after: end, entriesMax: Self.ringEntriesMax, bytesMax: Self.ringBytesMax)
            }
            wakeAll()
            if logged.count < Self.page { return }
        }
    }

    /// How far the log was looked through.
    var end: Int64 { state.withLock { $0.end } }

    /// How many there are now.
    var streams: Int { state.withLock { $0.streams } }

    /// Makes every stream show that it is alive.
    func beat() {
        state.withLock { $0.beat &+= 1 }
        wakeAll()
    }

    /// Lets the pump look at the log although nobody has published anything: other processes write, too.
    func look() { wakePump { $0.isStale = true } }

    /// Returns when the pump has something to do; false at the end.
    func work() async -> Bool {
        await withCheckedContinuation { continuation in
            let goesOn = state.withLock { state in
                if state.isStale || state.isClosed { return true }
                state.pump = continuation
                return false
            }
            if goesOn { continuation.resume() }
        }
        return state.withLock { !$0.isClosed }
    }

    private func wakePump(_ change: (inout State) -> Void) {
        let pump = state.withLock { state in
            change(&state)
            defer { state.pump = nil }
            return state.pump
        }
        pump?.resume()
    }

    private func wakeAll() {
        let waiting = state.withLock { state in
            defer { state.waiting.removeAll() }
            return state.waiting
        }
        for (_, continuation) in waiting { continuation.resume() }
    }

    private func encode(_ logged: [LogEntry]) throws(StoreError) -> [Entry] {
        var statuses: [Run.ID: Run.Status] = [:]
        var entries: [Entry] = []
        entries.reserveCapacity(logged.count)
        for entry in logged {
            if statuses[entry.run] == nil {
                statuses[entry.run] = try stores.with { (store) throws(StoreError) in
                    do throws(StoreError) {
                        return try store.changes(of: entry.run, after: .max).status
                    } catch {
                        if error.code == .unknownRun { return nil }
                        throw error
                    }
                }
            }
            let data = CloudEvent.json(entry, status: statuses[entry.run]).jsonBytes
            var text = ByteBuffer()
            text.writeString("id: \(entry.logged.sequence)\ndata: ")
            text.writeBytes(data)
            text.writeString("\n\n")
            entries.append(Entry(sequence: entry.logged.sequence, run: entry.run, text: text))
        }
        return entries
    }
}

extension EventBus.State {
    mutating func restart(at place: Int64) {
        ring = []
        ringBytes = 0
        start = place
        end = place
    }

    /// - Parameter place: where the log had been read from; it may have begun anew meanwhile.
    mutating func append(_ entries: [EventBus.Entry], after place: Int64, entriesMax: Int, bytesMax: Int) {
        guard place == end, let last = entries.last else { return }
        ring += entries
        ringBytes += entries.reduce(0) { $0 + $1.text.readableBytes }
        end = last.sequence
        var dropped = 0
        while ring.count - dropped > entriesMax || ringBytes > bytesMax && dropped < ring.count {
            ringBytes -= ring[dropped].text.readableBytes
            start = ring[dropped].sequence
            dropped += 1
        }
        ring.removeSubrange(..<dropped)
    }
}

extension [EventBus.Entry] {
    /// The first place from which on it holds.
    fileprivate func partitioningIndex(_ belongs: (EventBus.Entry) -> Bool) -> Int {
        var (low, high) = (startIndex, endIndex)
        while low < high {
            let middle = (low + high) / 2
            if belongs(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
