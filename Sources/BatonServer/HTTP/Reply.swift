import BatonCore
import Crypto
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore

/// What a handler answers, before it is a response.
struct Reply: Sendable {
    var status: HTTPResponse.Status
    var headers: HTTPFields
    var body: Body

    enum Body: Sendable {
        case none
        case bytes([UInt8], type: String)
        case stream(ResponseBody, type: String)
    }

    init(_ status: HTTPResponse.Status = .ok, headers: HTTPFields = [:], body: Body = .none) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    static func json(
        _ value: Value, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]
    ) -> Reply {
        .json(value.jsonBytes, status: status, headers: headers)
    }

    static func json(
        _ bytes: [UInt8], status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]
    ) -> Reply {
        Reply(status, headers: headers, body: .bytes(bytes, type: "application/json"))
    }

    static func text(_ text: String, type: String = "text/plain; charset=utf-8") -> Reply {
        Reply(body: .bytes(Array(text.utf8), type: type))
    }

    /// - Parameter ifNoneMatch: what the client has already; an answer that is the same is not sent again.
    func response(ifNoneMatch: [String] = [], isReading: Bool) -> Response {
        if isReading, let tagged { return tagged.response(ifNoneMatch: ifNoneMatch) }
        var headers = headers
        switch body {
        case .none: return Response(status: status, headers: headers)
        case .stream(let body, let type):
            headers[.contentType] = type
            return Response(status: status, headers: headers, body: body)
        case .bytes(let bytes, let type):
            headers[.contentType] = type
            return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
        }
    }

    /// A whole answer to GET with its tag; nil for anything else.
    var tagged: AnswerCache.Answer? {
        guard status == .ok, case .bytes(let bytes, let type) = body else { return nil }
        var headers = headers
        headers[.contentType] = type
        headers[.eTag] = "\"\(Hexadecimal.text(of: SHA256.hash(data: bytes).prefix(16)))\""
        if headers[.cacheControl] == nil { headers[.cacheControl] = "private, no-cache" }
        return AnswerCache.Answer(headers: headers, body: ByteBuffer(bytes: bytes))
    }
}

extension AnswerCache.Answer {
    func response(ifNoneMatch: [String]) -> Response {
        let tag = headers[.eTag] ?? ""
        guard ifNoneMatch.contains(where: { $0 == "*" || $0 == tag || $0 == "W/\(tag)" }) else {
            return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: body))
        }
        var headers = headers
        headers[.contentType] = nil
        return Response(status: .notModified, headers: headers)
    }
}
