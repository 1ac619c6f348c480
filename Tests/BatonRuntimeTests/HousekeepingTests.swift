import BatonCore
import BatonStore
import Foundation
import Testing

@testable import BatonRuntime

@Suite("Retention that runs by itself")
final class HousekeepingTests {
    private let data = FileManager.default.temporaryDirectory.path + "/baton-\(UUID().uuidString)"
    private let store = MemoryStore()
    private var now = Instant(nanoseconds: 1_800_000_000_000_000_000)

    deinit {
        try? FileManager.default.removeItem(atPath: data)
    }

    init() throws {
        try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: true)
    }

    private func pass(days: Int64) {
        now = now.advanced(by: .seconds(days * 86_400))
    }

    private func keepHouse() {
        Housekeeping(dataDirectory: data, now: { self.now }).run(store)
    }

    /// A run of one task that has a folder; it ends at once unless it goes on.
    private func addRun(ends: Bool = true) throws -> Run.ID {
        let run = Run.ID(at: now, random: 0)
        let workflow = Workflow(
            name: "w", tasks: [Workflow.Task(name: "a", action: .arguments([try Template(parsing: "true")]))])
        var engine = Engine()
        var batch: [Recorded] = []
        func send(_ event: Event) {
            let changes = engine.handle(event, at: now).compactMap { effect in
                if case .announce(let change) = effect { change } else { nil }
            }
            batch.append(Recorded(event: event, at: now, changes: changes))
        }
        send(.runSubmitted(Run.Submission(run: run, workflow: workflow, parameters: [])))
        if ends { send(.runCancelled(run, force: true)) }
        try store.append(batch, for: run)
        try RunFolder(dataDirectory: data, run: run).create()
        return run
    }

    private func hasFolder(_ run: Run.ID) -> Bool {
        FileManager.default.fileExists(atPath: RunFolder(dataDirectory: data, run: run).path)
    }

    @Test("logs go after 30 days and the tasks of a run after 90")
    func retention() throws {
        let ended = try addRun()
        keepHouse()
        pass(days: 29)
        keepHouse()
        #expect(hasFolder(ended))
        pass(days: 2)
        keepHouse()
        #expect(!hasFolder(ended))
        #expect(store.tasks(of: ended, in: nil).count == 1)
        pass(days: 60)
        keepHouse()
        #expect(store.tasks(of: ended, in: nil).isEmpty)
        #expect(try store.run(ended).status == .cancelled)
    }

    @Test("a run that goes on keeps its folder, however old it is")
    func goesOn() throws {
        let running = try addRun(ends: false)
        keepHouse()
        pass(days: 400)
        keepHouse()
        #expect(hasFolder(running))
        #expect(store.tasks(of: running, in: nil).count == 1)
    }

    @Test("it looks once a day, and not at all in a new data directory")
    func onceADay() throws {
        let old = try addRun()
        pass(days: 100)
        keepHouse()
        #expect(hasFolder(old), "the first time only notes the time")
        now = now.advanced(by: .seconds(86_399))
        keepHouse()
        #expect(hasFolder(old))
        now = now.advanced(by: .seconds(1))
        keepHouse()
        #expect(!hasFolder(old))
    }

    @Test("when its time is up it leaves the rest to the next one, who need not wait a day")
    func patience() throws {
        let first = try addRun()
        now = now.advanced(by: .seconds(1))
        let second = try addRun()
        keepHouse()
        pass(days: 40)
        // Each look at the clock takes 150 ms: one folder fits.
        Housekeeping(
            dataDirectory: data,
            now: { [self] in
                now = now.advanced(by: .milliseconds(150))
                return now
            }
        ).run(store)
        #expect(!hasFolder(first) && hasFolder(second))
        keepHouse()
        #expect(!hasFolder(second))
    }
}
