public import BatonCore
import BatonFormats
import HTTPTypes

/// Why a request was not done, as RFC 9457 has it.
public struct Problem: Error, Hashable, Sendable {
    /// Of HTTP.
    public var status: Int
    /// The end of `type`, and what programs look at: `unknown-run`.
    public var code: String
    /// The same for every problem of this code.
    public var title: String
    /// What was expected, what was found and what to do, this time.
    public var detail: String?
    /// Members beside the standard ones.
    public var members: [Value.Entry]
    /// Whole seconds after which it may be tried again.
    public var retryAfter: Int?
    /// Methods that the path has, for 405.
    var allowed: [String] = []

    public init(
        _ status: Int, _ code: String, _ title: String, detail: String? = nil, members: [Value.Entry] = [],
        retryAfter: Int? = nil
    ) {
        self.status = status
        self.code = code
        self.title = title
        self.detail = detail
        self.members = members
        self.retryAfter = retryAfter
    }

    /// - Parameter instance: the request's id, by which the server's log tells more.
    func json(instance: String) -> Value {
        let standard = Value.object([
            "type": .string("urn:baton:problem:\(code)"), "title": .string(title),
            "status": .number(status), "detail": detail.map { .string($0) },
            "instance": .string("urn:uuid:\(instance)"),
            "code": .string(code),
        ])
        guard case .map(let entries) = standard else { preconditionFailure("an object is a map") }
        return .map(entries + members)
    }
}

extension Problem {
    static func badRequest(_ detail: String) -> Problem {
        Problem(400, "bad-request", "The request can't be understood", detail: detail)
    }

    /// Understood, and wrong.
    public static func invalid(_ detail: String, members: [Value.Entry] = []) -> Problem {
        Problem(422, "invalid", "The request asks for something that is not possible", detail: detail, members: members)
    }

    static func notFound(_ what: String) -> Problem {
        Problem(404, "not-found", "There is no such thing", detail: what)
    }

    static func unauthorized(_ detail: String) -> Problem {
        Problem(401, "unauthorized", "Say who you are", detail: detail)
    }

    static func forbidden(_ detail: String) -> Problem {
        Problem(403, "forbidden", "You may not do this", detail: detail)
    }

    static func conflict(_ detail: String, retryAfter: Int? = nil) -> Problem {
        Problem(409, "conflict", "It is not in a state for this", detail: detail, retryAfter: retryAfter)
    }

    static func tooLarge(limit: Int) -> Problem {
        Problem(413, "too-large", "The request is too large", detail: "a body may have \(limit) bytes at most")
    }

    static func tooManyRequests(after seconds: Int) -> Problem {
        Problem(
            429, "rate-limited", "Too many requests", detail: "try again in \(seconds) s", retryAfter: seconds)
    }
}
