import BatonCore
import CBatonSystem
import Glibc
import Synchronization

/// Where other threads leave word for the orchestrator's loop, which is woken through a descriptor.
final class Inbox: Sendable {
    /// Readable when something was posted since the last `drain`.
    let descriptor: Int32
    private let messages = Mutex<[Message]>([])

    enum Message: Sendable {
        case start(Effect.Order)
        case ended(Attempt.ID, Outcome, Usage?)
        /// What the run made of the task still holds.
        case recalled(TaskReference, TaskValues?, from: Run.ID)
        case wish(Wish)
        case schedule(Scheduled)
        /// Wants to see the engine as it is.
        case look(@Sendable (Engine) -> Void)
        /// Leaves the loop; what runs goes on without it.
        case stop
    }

    /// A wish, and whoever waits for the answer.
    struct Wish: Sendable {
        var command: Command
        /// Called once: nil when what was granted is on the disk.
        var answer: @Sendable (RuntimeError?) -> Void
    }

    /// A single task, and whoever waits to hear where it went.
    struct Scheduled: Sendable {
        var task: Workflow.Task
        var needs: [TaskReference]
        /// Folder in which it runs, absolute.
        var directory: String
        /// Called once, with a place that is on the disk.
        var answer: @Sendable (Result<TaskReference, RuntimeError>) -> Void
    }

    init() {
        descriptor = baton_event_descriptor()
    }

    deinit {
        close(descriptor)
    }

    func post(_ message: Message) {
        let isFirst = messages.withLock { messages in
            messages.append(message)
            return messages.count == 1
        }
        if isFirst { baton_event_set(descriptor) }
    }

    func drain() -> [Message] {
        baton_event_clear(descriptor)
        return messages.withLock { messages in
            defer { messages.removeAll(keepingCapacity: true) }
            return messages
        }
    }
}
