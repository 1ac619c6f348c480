import Dispatch
import Synchronization

/// One thread for what takes longer than a few milliseconds: large workflows, analyses, simulations.
///
/// Requests are answered by as many threads as there are processors. One that computes would keep others waiting, and two
/// would keep all waiting; here they wait for one another.
public enum Computation {
    private static let queue = DispatchQueue(label: "baton.computation", qos: .utility)
    private static let waiting = Mutex(0)
    private static let waitingMax = 32

    /// - Throws: `Problem` 429 where too many wait already; what `work` throws.
    public static func run<Result: Sendable>(_ work: @escaping @Sendable () throws -> Result) async throws -> Result {
        let isTaken = waiting.withLock { waiting in
            guard waiting < waitingMax else { return false }
            waiting += 1
            return true
        }
        guard isTaken else {
            throw Problem(
                429, "busy", "Too many computations at once", detail: "try again in a few seconds", retryAfter: 5)
        }
        defer { waiting.withLock { $0 -= 1 } }
        return try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Swift.Result(catching: work)) }
        }
    }
}
