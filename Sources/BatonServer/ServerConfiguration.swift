/// How the server listens, and what it allows.
public struct ServerConfiguration: Sendable {
    public var host = "127.0.0.1"
    /// 0: any that is free.
    public var port = 8722
    /// False: whoever reaches the server may do anything.
    public var requiresAuthentication = true
    /// The longest body that is taken.
    public var bodyBytesMax = 8 << 20
    /// Of all bodies that are being read or worked on.
    public var bodyBytesTotalMax = 64 << 20
    public var connectionsMax = 4_096
    /// How long a connection may stand without a request; also the time for the head of one.
    public var idleTimeout = Duration.seconds(60)
    /// From the head of a request to the end of its body.
    public var requestTimeout = Duration.seconds(30)
    /// How long a client may leave unread what was sent to it.
    public var stallTimeout = Duration.seconds(30)
    /// Nil for none.
    public var rateLimit: RateLimit? = RateLimit()
    /// Origins, such as `https://baton.example.org`, whose pages may call the server from a browser.
    public var allowedOrigins: [String] = []
    /// How long a token is good.
    public var tokenLifetime = Duration.seconds(86_400)
    /// Open event streams at most.
    public var eventStreamsMax = 2_000
    /// Between signs of life on a stream where nothing happens.
    public var heartbeat = Duration.seconds(15)
    /// How often the log is looked at for what other processes have written.
    public var pollInterval = Duration.seconds(1)
    /// How often it is looked whether the time of a schedule has come, or something that a trigger or a notification waits
    /// for.
    public var automationInterval = Duration.seconds(1)
    /// Where tasks run whose submission names no folder; nil: such submissions are refused.
    public var workingDirectory: String?

    public init() {}

    /// How many requests each key may make.
    public struct RateLimit: Hashable, Sendable {
        public var perMinute: Double
        /// At once.
        public var burst: Double

        /// Without arguments: 1,000 a minute, 100 at once.
        public init(perMinute: Double = 1_000, burst: Double = 100) {
            self.perMinute = perMinute
            self.burst = burst
        }
    }

    /// Says why the server must not listen so; nil when it may.
    public var refusal: String? {
        if !requiresAuthentication && !Self.isLoopback(host) {
            return "without authentication the server listens on this machine only, and '\(host)' can be reached from "
                + "others: leave --no-auth away, or choose --host 127.0.0.1"
        }
        guard (0...65_535).contains(port) else { return "there is no port \(port)" }
        if let origin = allowedOrigins.first(where: { !$0.contains("://") || $0.hasSuffix("/") }) {
            return "'\(origin)' is not an origin; one looks like https://baton.example.org"
        }
        return nil
    }

    /// - Throws: `ServerConfigurationError` with `refusal`.
    public func validate() throws(ServerConfigurationError) {
        if let refusal { throw ServerConfigurationError(message: refusal) }
    }

    /// True for names and addresses that only this machine can reach.
    static func isLoopback(_ host: String) -> Bool {
        if host == "localhost" || host == "::1" || host == "[::1]" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }
}

/// A configuration under which the server must not run.
public struct ServerConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
    public var message: String
    public var description: String { message }
}
