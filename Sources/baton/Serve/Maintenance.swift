import BatonRuntime
import Dispatch
import Foundation

/// What a server does beside its work: it forgets what has outlived its time, and keeps the models of tasks fresh.
final class Maintenance: Sendable {
    private let data: DataDirectory
    private let isStopped = DispatchSemaphore(value: 0)
    private let hasEnded = DispatchSemaphore(value: 0)

    private static let interval = DispatchTimeInterval.seconds(300)

    init(_ data: DataDirectory) {
        self.data = data
    }

    func start() {
        let thread = Thread { [self] in
            while isStopped.wait(timeout: .now() + Self.interval) == .timedOut {
                guard let store = try? data.store() else { continue }
                Housekeeping(dataDirectory: data.path, retention: Settings.current.retention).run(store)
                DetachedFit(data: data).startIfOverdue(store)
            }
            hasEnded.signal()
        }
        thread.start()
    }

    func stop() {
        isStopped.signal()
        hasEnded.wait()
    }
}
