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
    private var request: Scheduled<Void>?
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
        case .end: cancel(&request)
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
        cancel(&request)
        cancel(&stall)
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        cancel(&request)
        cancel(&stall)
    }

    private func awaitRequest(_ context: ChannelHandlerContext) {
        cancel(&request)
        request = close(context, in: requestTimeout)
    }

    private func close(_ context: ChannelHandlerContext, in time: TimeAmount) -> Scheduled<Void> {
        context.eventLoop.assumeIsolated().scheduleTask(in: time) { context.close(promise: nil) }
    }

    private func cancel(_ task: inout Scheduled<Void>?) {
        task?.cancel()
        task = nil
    }
}
