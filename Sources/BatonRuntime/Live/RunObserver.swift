public import BatonCore
public import BatonStore

/// Who watches a run from within its process: the progress display.
public protocol RunObserver: AnyObject {
    /// These events are on disk now; they may be shown as facts.
    func durable(_ batch: [Recorded])
    func sampled(_ attempt: Attempt.ID, _ sample: UsageReading)
    /// Called at least at `refreshAt`, and after every turn.
    func refresh(at now: Instant)
    /// When the display wants to be called again even if nothing happens; nil for never.
    var refreshAt: Instant? { get }
    /// The store can't be written; nothing new starts until it can.
    func storeFailed(_ error: StoreError)
}
