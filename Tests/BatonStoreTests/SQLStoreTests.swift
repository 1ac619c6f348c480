import BatonCore
import BatonTesting
import Dispatch
import Foundation
import Synchronization
import Testing

@testable import BatonStore

@Suite("The store in a file")
struct SQLStoreTests {
    private let script = Script()

    @Test("keeps all that was appended when the process is killed")
    func killed() throws {
        try withTemporaryDatabase { path in
            let store = try SQLStore(sqliteAt: path)
            try store.append([script.submitted(["a"])], for: script.run)
            try store.append([script.started(0)], for: script.run)
            // What a dead process leaves: its files, and no index in shared memory.
            let left = try copy(path, logBytes: nil)
            #expect(try SQLStore(sqliteAt: left).replay(script.run, after: 0).count == 2)
        }
    }

    @Test("keeps whole batches only, wherever a power loss cuts the log")
    func torn() throws {
        try withTemporaryDatabase { path in
            let store = try SQLStore(sqliteAt: path)
            try store.append([script.submitted(["a", "b", "c", "d"])], for: script.run)
            try store.flush()
            let flushed = try fileSize(path + "-wal")
            for task in 0..<4 { try store.append([script.started(task), script.ended(task)], for: script.run) }
            let all = try fileSize(path + "-wal")
            for cut in stride(from: flushed, through: all, by: 1500) {
                let left = try SQLStore(sqliteAt: try copy(path, logBytes: cut))
                let events = try left.replay(script.run, after: 0).count
                #expect(events % 2 == 1 && events >= 1, "\(events) events after a cut at \(cut)")
                #expect(try left.run(script.run).counts[.succeeded] == events / 2)
                try left.append([script.finished(.failed)], for: script.run)
            }
        }
    }

    @Test("commits without waiting for the disk, and lets readers go on")
    func pragmas() throws {
        try withTemporaryDatabase { path in
            let store = try SQLStore(sqliteAt: path)
            #expect(try store.connection.rows("PRAGMA synchronous") { $0.integer(0) } == [1])
            #expect(try store.connection.rows("PRAGMA journal_mode") { $0.text(0) } == ["wal"])
        }
    }

    @Test("names a file that is no database, and says what to do")
    func corrupt() throws {
        try withTemporaryDatabase { path in
            try Folder.create(Folder.parent(of: path))
            try Data(repeating: 0x2a, count: 10_000).write(to: URL(fileURLWithPath: path))
            let error = #expect(throws: StoreError.self) { try SQLStore(sqliteAt: path) }
            #expect(error?.code == .corrupt)
            #expect(error?.location == path)
            #expect(error?.message.contains("move it away") == true)
        }
    }

    @Test("reports damaged pages as damage")
    func damaged() throws {
        try withTemporaryDatabase { path in
            let store = try SQLStore(sqliteAt: path)
            try store.append([script.submitted((0..<2000).map { "task\($0)" })], for: script.run)
            try store.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            let left = try copy(path, logBytes: 0)
            let file = try FileHandle(forUpdating: URL(fileURLWithPath: left))
            let (first, end) = (UInt64(4096 * 40), try file.seekToEnd())
            try file.seek(toOffset: first)
            try file.write(contentsOf: Data(repeating: 0x55, count: Int(end - first)))
            try file.close()
            let error = #expect(throws: StoreError.self) {
                try SQLStore(sqliteAt: left).tasks(of: script.run, in: nil)
            }
            #expect(error?.code == .corrupt)
        }
    }

    @Test("refuses a database of a later version, and leaves it alone")
    func newer() throws {
        try withTemporaryDatabase { path in
            try SQLStore(sqliteAt: path).connection.execute("PRAGMA user_version = 99")
            let error = #expect(throws: StoreError.self) { try SQLStore(sqliteAt: path) }
            #expect(error?.code == .newerSchema)
            #expect(error?.message.contains("number 99") == true)
        }
    }

    @Test("counts the tasks of runs that ended before the database kept their counts")
    func counts() throws {
        try withTemporaryDatabase { path in
            do {
                let store = try SQLStore(sqliteAt: path)
                try store.append(
                    [script.submitted(["a", "b"]), script.started(0), script.ended(0), script.finished(.cancelled)],
                    for: script.run)
                try store.append([Script(9).submitted(["a"])], for: Script(9).run)
                try store.connection.execute(
                    """
                    ALTER TABLE runs DROP COLUMN counts; DROP TABLE automations; DROP TABLE firings;
                    PRAGMA user_version = 7
                    """)
            }
            let store = try SQLStore(sqliteAt: path)
            let kept = try store.connection.rows("SELECT counts FROM runs ORDER BY id") { $0.optionalText(0) }
            #expect(kept.compactMap { $0 }.count == 1, "only of the run that has ended: \(kept)")
            #expect(try store.run(script.run).counts[.succeeded] == 1)
            #expect(try store.run(script.run).counts.total == 2)
            #expect(try store.run(Script(9).run).counts[.blocked] == 1)
        }
    }

    @Test("says when its folder can't be written", arguments: ["/proc/baton/baton.db", "/dev/null/baton.db"])
    func notPermitted(_ path: String) throws {
        let error = #expect(throws: StoreError.self) { try SQLStore(sqliteAt: path) }
        #expect(error?.code == .notPermitted)
        #expect(error?.message.contains("--data-dir") == true)
    }

    @Test("writes nothing when the disk is full, and goes on when there is room again")
    func full() throws {
        try withTemporaryDatabase { path in
            let store = try SQLStore(sqliteAt: path)
            try store.append([script.submitted(["a"])], for: script.run)
            let pages = try store.connection.rows("PRAGMA page_count") { $0.integer(0) }[0]
            try store.connection.execute("PRAGMA max_page_count = \(pages + 2)")
            let other = Script(2)
            let large = [script.started(0), other.submitted((0..<1000).map { "task\($0)" })]
            let error = #expect(throws: StoreError.self) { try store.append(large, for: script.run) }
            #expect(error?.code == .diskFull)
            #expect(try store.replay(script.run, after: 0).count == 1)
            #expect(try store.attempts(of: script.run, task: nil).isEmpty)
            #expect(try store.runs(matching: RunFilter()).count == 1)
            try store.connection.execute("PRAGMA max_page_count = 1000000")
            try store.append(large, for: script.run)
            #expect(try store.tasks(of: other.run, in: nil).count == 1000)
        }
    }

    @Test("gives up with a clear error when another process keeps the lock, while readers go on")
    func busy() throws {
        try withTemporaryDatabase { path in
            let (store, other) = (
                try SQLStore(sqliteAt: path, busyTimeout: .milliseconds(20)), try SQLStore(sqliteAt: path)
            )
            try store.append([script.submitted(["a"])], for: script.run)
            try other.connection.transaction {
                let error = #expect(throws: StoreError.self) { try store.append([script.started(0)], for: script.run) }
                #expect(error?.code == .busy)
                #expect((try? store.run(script.run).status) == .running)
            }
            try store.append([script.started(0)], for: script.run)
            #expect(try other.attempts(of: script.run, task: nil).count == 1)
        }
    }

    @Test("takes appends from many processes at once, also while they create it")
    func concurrent() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("baton-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appendingPathComponent("baton.db").path
        try await withThrowingTaskGroup { group in
            for number in 1...4 {
                group.addTask {
                    let script = Script(UInt64(number))
                    let store = try SQLStore(sqliteAt: path)
                    try store.append([script.submitted((0..<50).map { "task\($0)" })], for: script.run)
                    for task in 0..<50 {
                        try store.append([script.started(task), script.ended(task)], for: script.run)
                    }
                    try store.flush()
                }
            }
            try await group.waitForAll()
        }
        let store = try SQLStore(sqliteAt: path)
        for number in 1...4 {
            let run = Script(UInt64(number)).run
            #expect(try store.replay(run, after: 0).count == 101)
            #expect(try store.run(run).counts[.succeeded] == 50)
        }
    }

    @Test("can be made by several at once", arguments: 0..<40)
    func made(round: Int) throws {
        try withTemporaryDatabase { path in
            let failures = Mutex<[StoreError]>([])
            DispatchQueue.concurrentPerform(iterations: 4) { _ in
                do throws(StoreError) {
                    _ = try SQLStore(sqliteAt: path)
                } catch {
                    failures.withLock { $0.append(error) }
                }
            }
            #expect(failures.withLock { $0.map(\.description) } == [])
        }
    }

    @Test("can be read with the sqlite3 shell")
    func readable() throws {
        try withTemporaryDatabase { path in
            let store = try SQLStore(sqliteAt: path)
            try store.append([script.submitted(["a"]), script.recorded(.runPaused(script.run), [])], for: script.run)
            let rows = try store.connection.rows("SELECT run || ' ' || kind || ' ' || payload FROM events") {
                $0.text(0)
            }
            #expect(rows[1] == #"0000000000001 run_paused {"runPaused":{"_0":"0000000000001"}}"#)
        }
    }

    /// Copies a database as another process would find it, its log cut to `logBytes`.
    private func copy(_ path: String, logBytes: Int?) throws -> String {
        let copy = path + "-\(UUID().uuidString)"
        try FileManager.default.copyItem(atPath: path, toPath: copy)
        let log = try Data(contentsOf: URL(fileURLWithPath: path + "-wal"))
        try log.prefix(logBytes ?? log.count).write(to: URL(fileURLWithPath: copy + "-wal"))
        return copy
    }

    private func fileSize(_ path: String) throws -> Int {
        try Data(contentsOf: URL(fileURLWithPath: path)).count
    }
}
