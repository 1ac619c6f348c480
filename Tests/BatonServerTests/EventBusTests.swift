import BatonCore
import BatonStore
import Hummingbird
import Synchronization
import Testing

@testable import BatonServer

@Suite("The event bus")
struct EventBusTests {
    @Test("those who follow read the newest events from memory: nobody asks the store for one client")
    func shared() async throws {
        try await Stage.with { stage in
            let run = try await stage.submitTwoTasks()
            let database = stage.folder + "/baton.db"
            let isOut = Mutex(false)
            let stores = StorePool { () throws(StoreError) in
                if isOut.withLock({ $0 }) { throw StoreError(.other, "the store was asked", location: "") }
                return try SQLStore(sqliteAt: database)
            }
            let bus = EventBus(stores: stores, streamsMax: 1_000)
            let places = try (0..<100).map { _ in try bus.open() }
            try stage.engine.start(0, of: run)
            try bus.refresh()
            isOut.withLock { $0 = true }
            // The only connection is lent out meanwhile, and there is no other.
            try stores.with { (_) throws(StoreError) in
                for place in places {
                    let (entries, next) = try bus.read(after: place, of: nil)
                    #expect(entries.map(\.sequence) == [place + 1] && next == place + 1)
                }
            }
        }
    }

    @Test("one who has fallen behind, or resumes from long ago, gets everything from the store, page by page")
    func behind() async throws {
        try await Stage.with { stage in
            for _ in 0..<3 {
                _ = try await stage.submitTwoTasks()
                stage.time.advance(by: .seconds(1))
            }
            let run = try #require(stage.engine.submissions.last).run
            let bus = bus(stage)
            let end = try bus.open()
            #expect(end == 3)
            let (entries, place) = try bus.read(after: 0, of: nil)
            #expect(entries.map(\.sequence) == [1, 2, 3] && place == 3)
            let (own, looked) = try bus.read(after: 0, of: run)
            #expect(own.map(\.sequence) == [3] && looked == 3)
            let (none, all) = try bus.read(after: 0, of: Run.ID(rawValue: 1))
            #expect(none.isEmpty && all == 3, "what is not its own is not looked through again")
        }
    }

    @Test("who waits is woken by news, by heartbeats and by the end, and not before", .timeLimit(.minutes(1)))
    func waking() async throws {
        try await Stage.with { stage in
            let run = try await stage.submitTwoTasks()
            let bus = bus(stage)
            let place = try bus.open()
            async let news = first(bus, after: place)
            try stage.engine.start(0, of: run)
            try bus.refresh()
            #expect(await news == .news)
            let (_, next) = try bus.read(after: place, of: nil)
            async let alive = first(bus, after: next)
            bus.beat()
            #expect(await alive == .heartbeat)
            async let end = first(bus, after: next, beat: 1)
            bus.close()
            #expect(await end == .closed)
        }
    }

    private func first(_ bus: EventBus, after place: Int64, beat: UInt64 = 0) async -> EventBus.Signal {
        var beat = beat
        return await bus.wait(after: place, beat: &beat)
    }

    @Test("one who goes away while waiting is forgotten", .timeLimit(.minutes(1)))
    func cancelled() async throws {
        try await Stage.with { stage in
            let bus = bus(stage)
            let place = try bus.open()
            let waiting = Task { await first(bus, after: place) }
            waiting.cancel()
            #expect(await waiting.value == .closed)
        }
    }

    @Test("the pump looks when somebody publishes, and ends when the bus is closed", .timeLimit(.minutes(1)))
    func pump() async throws {
        try await Stage.with { stage in
            let bus = bus(stage)
            bus.publish()
            #expect(await bus.work())
            try bus.refresh()
            async let more = bus.work()
            bus.publish()
            #expect(await more)
            bus.close()
            #expect(await !bus.work())
        }
    }

    private func bus(_ stage: Stage) -> EventBus {
        let database = stage.folder + "/baton.db"
        let stores = StorePool { () throws(StoreError) in try SQLStore(sqliteAt: database) }
        return EventBus(stores: stores, streamsMax: 1_000)
    }
}
