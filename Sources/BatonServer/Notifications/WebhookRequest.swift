/// What is sent to the receiver of a webhook, once, by POST; redirections are not followed.
public struct WebhookRequest: Hashable, Sendable {
    public var url: String
    /// Of the URL, as Foundation reads it.
    public var host: String
    /// The IP address to connect to, whatever else the host's name may mean by now.
    public var address: String
    public var headers: [Header]
    public var body: [UInt8]

    public struct Header: Hashable, Sendable {
        public var name: String
        public var value: String
    }

    /// From the connection to the end of the answer.
    public static let timeout = Duration.seconds(10)
    /// Of an answer; what comes after that is ignored.
    public static let answerBytesMax = 4 << 10
}

public struct WebhookAnswer: Hashable, Sendable {
    public var status: Int
    /// Its beginning.
    public var body: [UInt8]

    public init(status: Int, body: [UInt8] = []) {
        self.status = status
        self.body = body
    }
}

/// Why there was no answer.
public struct WebhookFailure: Error, Hashable, Sendable {
    public var reason: String

    public init(_ reason: String) {
        self.reason = reason
    }
}
