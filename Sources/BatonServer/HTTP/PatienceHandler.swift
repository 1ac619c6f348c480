import BatonCore
import NIOCore
import NIOHTTPTypes

/// Closes connections whose other end takes too long: to send a request that it has begun, or to read what it was sent.
///
/// How long a connection may stand without a request is another matter, which the server's own handler watches.
final class PatienceHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let requestTimeout: TimeAmount
    private let stallTimeout: TimeAmount
    /// Until when a request that has begun must be there; nil while none has.
    private var deadline: NIODeadline?
    /// Looks at `deadline` when it may have passed. Not made anew for each request: that took a thirtieth of its time.
    private var watch: Scheduled<Void>?
    private var stall: Scheduled<Void>?

    init(requestTimeout: Duration, stallTimeout: Duration) {
        self.requestTimeout = .nanoseconds(requestTimeout.nanoseconds)
        self.stallTimeout = .nanoseconds(stallTimeout.nanoseconds)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        // Nothing came yet, not even the beginning of a request.
        if context.channel.isActive { awaitRequest(context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        awaitRequest(context)
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head: awaitRequest(context)
        case .body: break
        case .end: deadline = nil
        }
        context.fireChannelRead(data)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable {
            cancel(&stall)
        } else if stall == nil {
            stall = close(context, in: stallTimeout)
        }
        context.fireChannelWritabilityChanged()
    }

    func channelInactive(context: ChannelHandlerContext) {
        cancel(&watch)
        cancel(&stall)
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        cancel(&watch)
        cancel(&stall)
    }

    private func awaitRequest(_ context: ChannelHandlerContext) {
        let until = context.eventLoop.now + requestTimeout
        deadline = until
        if watch == nil { look(context, at: until) }
    }

    private func look(_ context: ChannelHandlerContext, at time: NIODeadline) {
        watch = context.eventLoop.assumeIsolated().scheduleTask(deadline: time) {
            self.watch = nil
            guard let deadline = self.deadline else { return }
            if context.eventLoop.now < deadline {
                self.look(context, at: deadline)
            } else {
                context.close(promise: nil)
            }
        }
    }

    private func close(_ context: ChannelHandlerContext, in time: TimeAmount) -> Scheduled<Void> {
        context.eventLoop.assumeIsolated().scheduleTask(in: time) { context.close(promise: nil) }
    }

    private func cancel(_ task: inout Scheduled<Void>?) {
        task?.cancel()
        task = nil
    }
}
