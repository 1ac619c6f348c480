import HummingbirdCore
import Logging
import NIOCore

/// A connection whose requests are worked on where its bytes come in.
///
/// Left to itself, each step of a request moves between the connection's event loop and the threads of Swift's own pool: three
/// wake-ups, which took more time than answering. What takes long moves there still, by itself (see `RouteResponder`).
struct PinnedChannel: ServerChildChannel {
    typealias Value = HTTP1Channel.Value

    let base: HTTP1Channel

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        base.setup(channel: channel, logger: logger)
    }

    func handle(value: Value, logger: Logger) async {
        await withTaskExecutorPreference(LoopExecutor(value.channel.eventLoop)) {
            await base.handle(value: value, logger: logger)
        }
    }
}

/// Runs tasks on an event loop.
private final class LoopExecutor: TaskExecutor {
    private let loop: any EventLoop

    init(_ loop: any EventLoop) {
        self.loop = loop
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let executor = asUnownedTaskExecutor()
        // The task holds its executor for as long as it prefers it.
        loop.execute { job.runSynchronously(on: executor) }
    }
}
