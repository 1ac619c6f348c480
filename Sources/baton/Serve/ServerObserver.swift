import BatonCore
import BatonRuntime
import BatonServer
import BatonStore
import Synchronization

/// Tells the server what the engine has done; nothing is told before there is one.
final class ServerObserver: RunObserver, Sendable {
    private let server = Mutex<ServerApplication?>(nil)
    private let queue: QueueOutlook

    init(_ queue: QueueOutlook) {
        self.queue = queue
    }

    func attach(_ server: ServerApplication) {
        self.server.withLock { $0 = server }
    }

    func durable(_ batch: [Recorded]) {
        let ended = batch.count { if case .attemptEnded = $0.event { true } else { false } }
        if ended > 0, let now = batch.last?.at { queue.ended(ended, at: now) }
        server.withLock { $0 }?.durable(batch)
    }

    func sampled(_ attempt: Attempt.ID, _ sample: UsageReading) {}

    func refresh(at now: Instant) {}

    var refreshAt: Instant? { nil }

    func storeFailed(_ error: StoreError) {
        Output.messages("error: \(CommandFailure(error).message). Nothing new starts until the record can be written.")
    }

    /// - Parameter nanoseconds: what a policy took to decide.
    func decided(in nanoseconds: Int64) {
        server.withLock { $0 }?.metrics.observe(Double(nanoseconds) / 1e9, in: .decisionSeconds)
    }
}

/// A policy that tells how long each of its decisions took.
struct ObservedPolicy: Policy {
    var policy: any Policy
    let observer: ServerObserver

    var name: String { policy.name }

    mutating func decide(_ observation: Observation) -> Decision {
        let begin = Stopwatch.nanoseconds
        let decision = policy.decide(observation)
        observer.decided(in: Stopwatch.nanoseconds - begin)
        return decision
    }
}
