import BatonCore
import BatonPrediction
import BatonRuntime
import BatonStore
import Dispatch
import Foundation
import Synchronization

/// Fits the model of tasks anew beside a run, when it is due, on a thread that gets only what nobody else wants.
///
/// The run never waits for it: it reads with a connection of its own, writes in steps of a fraction of a millisecond, and
/// is left where it stands when the run has ended; where that would leave the model older than a day, `DetachedFit` goes on.
final class BackgroundRefit: Sendable {
    let slot = EstimatorSlot()
    private let data: DataDirectory
    private let run: Run.ID
    private let workflow: String
    private let isAbandoned = Atomic(false)
    private let abandonment = DispatchSemaphore(value: 0)

    /// A run that ends sooner has no use for it, and shall not be slower for it.
    private static let delay = DispatchTimeInterval.milliseconds(200)
    /// Between looks whether it is due, in runs that take long.
    private static let interval = DispatchTimeInterval.seconds(3_600)

    init(_ data: DataDirectory, run: Run.ID, of workflow: String) {
        self.data = data
        self.run = run
        self.workflow = workflow
    }

    func start() {
        let thread = Thread { [self] in
            var pause = Self.delay
            while abandonment.wait(timeout: .now() + pause) == .timedOut {
                LowestPriority.takeOn()
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
        // Kills, too, are looked at with what the new model expects.
        let recent = candidate.history.recent(of: workflow, limit: EnsembleEstimator.recentAttempts)
        let estimator = EnsembleEstimator(
            candidate.predictor, id: kept.id, newer: [], recent: recent.map { .init($0) })
        slot.offer(estimator, known: candidate.history.last(of: run))
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
}
