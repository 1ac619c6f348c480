import BatonCore

/// The log of a simulated orchestrator: it survives a crash, and may be full for a while.
struct SimulatedStore: Sendable {
    private(set) var log: [Recorded] = []
    var isFull = false

    /// - Returns: false when nothing was written.
    mutating func append(_ batch: [Recorded]) -> Bool {
        if isFull { return false }
        log += batch
        return true
    }
}
