public import BatonCore
import Glibc
import Synchronization

/// Where other threads leave word for the orchestrator's loop, which is woken through a descriptor.
public final class Inbox: Sendable {
    /// Readable when something was posted since the last `drain`.
    let descriptor: Int32
    private let messages = Mutex<[Message]>([])

    enum Message: Sendable {
        case wish(Command, answer: @Sendable (String?) -> Void)
        case start(Effect.Order)
        case ended(Attempt.ID, Outcome, Usage?)
    }

    init() {
        descriptor = eventfd(0, Int32(EFD_CLOEXEC) | Int32(EFD_NONBLOCK))
    }

    deinit {
        close(descriptor)
    }

    func post(_ message: Message) {
        let isFirst = messages.withLock { messages in
            messages.append(message)
            return messages.count == 1
        }
        if isFirst { eventfd_write(descriptor, 1) }
    }

    func drain() -> [Message] {
        var count: eventfd_t = 0
        eventfd_read(descriptor, &count)
        return messages.withLock { messages in
            defer { messages.removeAll(keepingCapacity: true) }
            return messages
        }
    }
}
