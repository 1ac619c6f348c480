import Hummingbird
import Logging
import NIOCore

/// What is known of one request beside itself.
struct ServerContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// Nil where the system does not say, such as in tests.
    let remoteAddress: String?
    /// Of this server, for one request.
    var requestID = ""
    var trace = TraceContext.none

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        remoteAddress = source.channel.remoteAddress?.ipAddress
    }
}
