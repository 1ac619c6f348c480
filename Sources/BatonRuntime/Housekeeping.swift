public import BatonCore
public import BatonStore
import Foundation

/// Forgets what has outlived its time, once a day, by itself.
///
/// Done by whichever `baton` has just ended a run and told everything: nothing starts later for it. It takes a fifth of
/// a second at most; what is left then is for the next one.
public struct Housekeeping {
    private let dataDirectory: String
    private let retention: Retention
    private let now: () -> Instant

    private static let interval = Duration.seconds(86_400)
    private static let patience = Duration.milliseconds(200)

    public init(
        dataDirectory: String, retention: Retention = Retention(), now: @escaping () -> Instant = { LiveClock().now }
    ) {
        self.dataDirectory = dataDirectory
        self.retention = retention
        self.now = now
    }

    /// When everything was last looked through, as nanoseconds in text.
    private var stamp: String { dataDirectory + "/pruned" }

    public func run(_ store: any Store) {
        let start = now()
        guard let last = SmallFile.read(stamp).flatMap(Int64.init) else {
            return note(start)  // a new data directory: nothing can be old
        }
        guard Instant(nanoseconds: last).duration(to: start) >= Self.interval else { return }
        let end = start.advanced(by: Self.patience)
        func mayGoOn() -> Bool { now() < end }
        do {
            let isDone = removeFolders(store, at: start, while: mayGoOn)
            if isDone, try store.prune(retention, at: start, while: mayGoOn) { note(start) }
        } catch {
            // The database is busy or full. Nothing hangs on it; the next run tries again.
        }
    }

    private func note(_ time: Instant) {
        try? String(time.nanoseconds).write(toFile: stamp, atomically: true, encoding: .utf8)
    }

    /// Removes the folders of runs that ended long ago; ids begin with their time, so the oldest come first.
    private func removeFolders(_ store: any Store, at now: Instant, while mayGoOn: () -> Bool) -> Bool {
        let folder = dataDirectory + "/runs"
        let limit = now.advanced(by: .zero - retention.logs)
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        for run in names.compactMap(Run.ID.init).sorted() {
            guard mayGoOn() else { return false }
            if run > Run.ID(at: limit, random: .max) { break }
            // A run without a record was never begun, or has been forgotten itself.
            let known = try? store.run(run)
            if let known, !known.status.isTerminal || known.ended.map({ $0 >= limit }) ?? true { continue }
            try? FileManager.default.removeItem(atPath: "\(folder)/\(run)")
        }
        return true
    }
}
