import CBatonPage
import HTTPTypes
import Hummingbird
import HummingbirdCore

/// The web page: files that are part of the program, for everybody, for they say nothing of what the server does.
///
/// They stand beside the table of routes, which is the interface for programs, and count against nobody's rate limit: one
/// view loads forty of them, and each costs less than looking up who asks.
enum Page {
    struct File: Sendable {
        let bytes: [UInt8]
        let type: String
    }

    /// By name.
    static let files: [String: File] = {
        var all: [String: File] = [:]
        var place = 0
        while let found = baton_page_file(place)?.pointee {
            let name = String(cString: found.name)
            let bytes = UnsafeBufferPointer(start: found.bytes, count: found.count)
            all[name] = File(bytes: Array(bytes), type: type(of: name))
            place += 1
        }
        return all
    }()

    private static func type(of name: String) -> String {
        switch name.split(separator: ".").last {
        case "html": "text/html; charset=utf-8"
        case "css": "text/css; charset=utf-8"
        case "svg": "image/svg+xml"
        default: "text/javascript; charset=utf-8"
        }
    }
}

/// Answers with a file of the page.
struct PageResponder: HTTPResponder {
    typealias Context = ServerContext

    /// Nil: the one that the path names.
    var name: String?

    func respond(to request: Request, context: ServerContext) async throws -> Response {
        let name = name ?? context.parameters.get("name") ?? ""
        guard let file = Page.files[name] else { throw Problem.notFound("the page has no file '\(name.prefix(60))'") }
        // Kept, but asked for again: a new version of the server brings new files under the same names.
        let reply = Reply(headers: [.cacheControl: "no-cache"], body: .bytes(file.bytes, type: file.type))
        let known = request.headers[values: .ifNoneMatch].flatMap { $0.split(separator: ",") }
        return reply.response(ifNoneMatch: known.map { String($0.drop { $0 == " " }) }, isReading: true)
    }
}
