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
        var headers = headers
        switch body {
        case .none: return Response(status: status, headers: headers)
        case .stream(let body, let type):
            headers[.contentType] = type
            return Response(status: status, headers: headers, body: body)
        case .bytes(let bytes, let type):
            headers[.contentType] = type
            if isReading, status == .ok {
                let tag = "\"\(Hexadecimal.text(of: SHA256.hash(data: Data(bytes)).prefix(16)))\""
                headers[.eTag] = tag
                if headers[.cacheControl] == nil { headers[.cacheControl] = "private, no-cache" }
                if ifNoneMatch.contains(where: { $0 == "*" || $0 == tag || $0 == "W/\(tag)" }) {
                    headers[.contentType] = nil
                    return Response(status: .notModified, headers: headers)
                }
            }
            return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
        }
    }
}
