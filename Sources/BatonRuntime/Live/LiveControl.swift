public import BatonCore
import Synchronization

/// The hand that other threads have on an orchestrator; what it grants is on the disk when the call returns.
public final class LiveControl: Sendable {
    /// How much there is at a moment.
    public struct Load: Hashable, Sendable {
        public var openRuns = 0
        /// For others, for room, or for their next attempt.
        public var waitingTasks = 0
        public var runningTasks = 0
        public var used = Resources.zero
        public var capacity = Resources.zero

        public init() {}
    }

    let inbox: Inbox
    private let latest = Mutex(Load())

    init(inbox: Inbox) {
        self.inbox = inbox
    }

    /// As of the orchestrator's last turn.
    public var load: Load { latest.withLock { $0 } }

    func publish(_ load: Load) {
        latest.withLock { $0 = load }
    }

    /// - Throws: `RuntimeError.refused` with the reason, and whatever keeps a run from beginning.
    public func carryOut(_ command: Command) async throws(RuntimeError) {
        let refusal = await withCheckedContinuation { continuation in
            inbox.post(.wish(Inbox.Wish(command: command) { continuation.resume(returning: $0) }))
        }
        if let refusal { throw refusal }
    }

    /// Lets a single task run: in a run with others that were scheduled at about the same time.
    ///
    /// - Parameters:
    ///   - needs: scheduled tasks that must have succeeded before.
    ///   - directory: folder in which it runs, absolute.
    /// - Returns: where the task is to be found.
    /// - Throws: `RuntimeError.refused`, and whatever keeps a run from beginning.
    public func schedule(
        _ task: Workflow.Task, after needs: [TaskReference] = [], in directory: String
    ) async throws(RuntimeError) -> TaskReference {
        let result = await withCheckedContinuation { continuation in
            inbox.post(
                .schedule(
                    Inbox.Scheduled(task: task, needs: needs, directory: directory) {
                        continuation.resume(returning: $0)
                    }))
        }
        return try result.get()
    }

    /// The engine at this moment, with all runs that it drives.
    public func snapshot() async -> Engine { await look { $0 } }

    /// Looks at the engine where it is, while it waits: so nothing of it has to be copied.
    public func look<Result: Sendable>(_ look: @escaping @Sendable (Engine) -> Result) async -> Result {
        await withCheckedContinuation { continuation in
            inbox.post(.look { continuation.resume(returning: look($0)) })
        }
    }

    /// Ends `serve`; tasks that run go on, and the next orchestrator takes them over.
    public func stop() {
        inbox.post(.stop)
    }
}
