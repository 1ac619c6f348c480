import BatonCore
import BatonPrediction
import BatonRuntime
import BatonStore
import Dispatch
import Foundation
import Glibc
import Synchronization

/// Fits the model of tasks anew beside a run, when it is due, on a thread that gets only what nobody else wants.
///
/// The run never waits for it: it reads with a connection of its own, writes in steps of a fraction of a millisecond, and
/// is left where it stands when the run has ended.
final class BackgroundRefit: Sendable {
    let slot = EstimatorSlot()
    private let data: DataDirectory
    private let run: Run.ID
    private let isAbandoned = Atomic(false)
    private let abandonment = DispatchSemaphore(value: 0)

    /// A run that ends sooner has no use for it, and shall not be slower for it.
    private static let delay = DispatchTimeInterval.milliseconds(200)
    /// Between looks whether it is due, in runs that take long.
    private static let interval = DispatchTimeInterval.seconds(3_600)

    init(_ data: DataDirectory, run: Run.ID) {
        self.data = data
        self.run = run
    }

    func start() {
        let thread = Thread { [self] in
            var pause = Self.delay
            while abandonment.wait(timeout: .now() + pause) == .timedOut {
                Self.yieldToEverybody()
                try? refitIfDue()
                pause = Self.interval
            }
        }
        thread.stackSize = 1 << 22
        thread.start()
    }

    func abandon() {
        isAbandoned.store(true, ordering: .relaxed)
        abandonment.signal()
    }

    /// - Throws: when the store can't be read or written; the model stays as it is, and a later look may have more luck.
    private func refitIfDue() throws(StoreError) {
        let model = TaskModel(store: try data.store())
        guard try model.isDue(at: LiveClock().now) else { return }
        slot.listen()
        defer { slot.giveUp() }
        let candidate = try model.fit(at: LiveClock().now) { !isAbandoned.load(ordering: .relaxed) }
        guard let candidate, let kept = keep(candidate), kept.state == .current else { return }
        slot.offer(EnsembleEstimator(candidate.predictor, id: kept.id), known: candidate.known[run])
    }

    /// On a thread of usual priority: one that waits for a processor must not hold the database meanwhile.
    private func keep(_ candidate: TaskModel.Candidate) -> ModelSummary? {
        let result = Mutex<ModelSummary?>(nil)
        let isDone = DispatchSemaphore(value: 0)
        let data = data
        DispatchQueue.global().async {
            let kept = try? TaskModel(store: data.store()).keep(candidate)
            result.withLock { $0 = kept }
            isDone.signal()
        }
        isDone.wait()
        return result.withLock { $0 }
    }

    /// `SCHED_IDLE` of the kernel's interface, which the C library names only for C.
    private static let idlePolicy: Int32 = 5

    /// This thread runs only while a processor has nothing else to do.
    private static func yieldToEverybody() {
        var parameters = sched_param()
        _ = sched_setscheduler(0, idlePolicy, &parameters)
    }
}
