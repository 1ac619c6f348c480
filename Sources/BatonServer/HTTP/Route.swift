import BatonCore
import HTTPTypes

/// One thing that the server can be asked for: how it is asked, who may, and what answers.
///
/// The router and `/openapi.json` are made from the same list of these.
struct Route: Sendable {
    /// With `{names}` in it.
    var path: String
    var method: HTTPRequest.Method
    var group: Group
    var summary: String
    var access: Access
    var query: [Query] = []
    /// What the body may be, by media type; empty for none.
    var body: [Content] = []
    /// What somebody may send who has not said who they are; nil: enough for a key.
    var bodyBytesMax: Int?
    /// Of success.
    var status = 200
    var answer: Content?
    /// Carried out once for each `Idempotency-Key`.
    var isIdempotent = false
    var effort = Effort.work
    var handle: @Sendable (Call) async throws -> Reply

    /// What an answer is made of.
    enum Effort: Hashable, Sendable {
        /// What is at hand: where the request came in.
        case none
        /// The record and the request, nothing else: kept until the record changes.
        case record
        case work
    }

    enum Access: Hashable, Sendable {
        case everybody
        case role(Role)
    }

    enum Group: String, Sendable, CaseIterable {
        case runs, tasks, workflows, schedules, triggers, notifications, scheduling, optimization, resources, events,
            cluster, access, operations
    }

    struct Query: Sendable {
        var name: String
        var summary: String
        /// A JSON schema.
        var schema: String = #"{"type":"string"}"#
    }

    struct Content: Sendable {
        var type: String
        /// A name in `Schemas`.
        var schema: String

        static func json(_ schema: String) -> Content { Content(type: "application/json", schema: schema) }
        static let workflow = Content(type: "application/yaml", schema: "WorkflowDocument")
        static func text(_ type: String = "text/plain") -> Content { Content(type: type, schema: "Text") }
    }

    /// The same, made of what is at hand.
    var atOnce: Route { with(.none) }

    /// The same, made of the record and the request alone.
    var fromRecord: Route { with(.record) }

    private func with(_ effort: Effort) -> Route {
        var route = self
        route.effort = effort
        return route
    }

    /// The names in the path.
    var parameters: [String] {
        path.split(separator: "/").filter { $0.hasPrefix("{") }.map { String($0.dropFirst().dropLast()) }
    }

    /// True when a request's path, still encoded, is one of this route's.
    func matches(_ path: String) -> Bool {
        let (wanted, found) = (self.path.split(separator: "/"), path.split(separator: "/"))
        return wanted.count == found.count && zip(wanted, found).allSatisfy { $0.hasPrefix("{") || $0 == $1 }
    }
}

extension Route {
    static func get(
        _ path: String, _ group: Group, _ summary: String, access: Access = .role(.viewer), query: [Query] = [],
        answer: Content, handle: @escaping @Sendable (Call) async throws -> Reply
    ) -> Route {
        Route(
            path: path, method: .get, group: group, summary: summary, access: access, query: query, answer: answer,
            handle: handle)
    }

    static func post(
        _ path: String, _ group: Group, _ summary: String, access: Access = .role(.operator), body: [Content] = [],
        status: Int = 200, answer: Content, isIdempotent: Bool = false,
        handle: @escaping @Sendable (Call) async throws -> Reply
    ) -> Route {
        Route(
            path: path, method: .post, group: group, summary: summary, access: access, body: body, status: status,
            answer: answer, isIdempotent: isIdempotent, handle: handle)
    }
}

extension Route.Query {
    /// How many elements a page has.
    static func limit(_ standard: Int, max: Int) -> Route.Query {
        Route.Query(
            name: "limit", summary: "How many at most; \(standard) by default.",
            schema: #"{"type":"integer","minimum":1,"maximum":\#(max),"default":\#(standard)}"#)
    }

    static let cursor = Route.Query(
        name: "cursor", summary: "`next_cursor` of the page before.", schema: #"{"type":"string","minLength":1}"#)
}
