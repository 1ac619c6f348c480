import BatonCore
import BatonFormats
import BatonRuntime
import BatonStore
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore

/// One request of somebody who may make it, read to its end.
struct Call: Sendable {
    let core: ServerCore
    let request: Request
    let context: ServerContext
    let principal: Principal
    let body: [UInt8]
    let now: Instant
    /// The id for the run that the request makes, if it makes one.
    var run: Run.ID
    /// The request came before, and the server died before it answered: the run may be there.
    var isRepeated = false

    /// A part of the path, decoded.
    func parameter(_ name: String) throws(Problem) -> String {
        let raw = context.parameters.get(name) ?? ""
        guard let text = raw.removingPercentEncoding, !text.utf8.contains(0), !text.isEmpty else {
            throw .badRequest("'\(raw.prefix(100))' in the path is not percent-encoded text")
        }
        return text
    }

    /// The only value of a query parameter; nil without one.
    func query(_ name: String) throws(Problem) -> String? {
        let values = try queries(name)
        guard values.count < 2 else { throw .badRequest("the query has '\(name)' more than once") }
        return values.first
    }

    /// All values of a query parameter, in their order; `a,b` is two.
    func list(_ name: String) throws(Problem) -> [String]? {
        let values = try queries(name)
        return values.isEmpty ? nil : values.flatMap { $0.split(separator: ",").map(String.init) }
    }

    private func queries(_ name: String) throws(Problem) -> [String] {
        var values: [String] = []
        for pair in (request.uri.query ?? "").split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let key = Self.decoded(parts[0]), let value = Self.decoded(parts.count > 1 ? parts[1] : "") else {
                throw .badRequest("the query is not percent-encoded text")
            }
            if key == name { values.append(value) }
        }
        return values
    }

    private static func decoded(_ text: Substring) -> String? {
        let text = text.replacing("+", with: " ").removingPercentEncoding
        return text.flatMap { $0.utf8.contains(0) ? nil : $0 }
    }

    func integer(_ name: String, in range: ClosedRange<Int64>, default standard: Int64) throws(Problem) -> Int64 {
        guard let text = try query(name) else { return standard }
        guard let value = Int64(text), range.contains(value) else {
            throw .badRequest("'\(name)' must be a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    func words<Word: RawRepresentable<String> & CaseIterable>(
        _ name: String, _ type: Word.Type
    ) throws(Problem) -> [Word]? {
        guard let texts = try list(name) else { return nil }
        var words: [Word] = []
        for text in texts {
            guard let word = Word(rawValue: text) else {
                let all = Word.allCases.map(\.rawValue).joined(separator: ", ")
                throw .badRequest("'\(name)' is one of \(all), not '\(text.prefix(40))'")
            }
            words.append(word)
        }
        return words
    }

    /// The body as JSON.
    func json() throws -> Value { try JSONInput.read(try text()) }

    func text() throws(Problem) -> String {
        guard let text = String(validating: body, as: UTF8.self) else {
            throw .badRequest("the body is not UTF-8 text")
        }
        return text
    }

    /// The media type of the body, without its parameters.
    var contentType: String {
        let type = request.headers[.contentType] ?? ""
        return type.prefix { $0 != ";" }.trimmingCharacters(in: .whitespaces).lowercased()
    }

    func read<Result>(_ body: (any Store) throws(StoreError) -> Result) throws(StoreError) -> Result {
        try core.stores.with(body)
    }

    /// The run that the path names, by its id or an unmistakable part of it.
    func namedRun() throws -> RunSummary {
        let text = try parameter("run")
        return try read { (store) throws(StoreError) in
            if let id = Run.ID(text) { return try store.run(id) }
            return try store.run(try store.resolve(text))
        }
    }

    /// Remembers who did what; on record when it returns.
    func audit(_ action: String, _ subject: String? = nil, detail: String? = nil) throws(StoreError) {
        try core.audit.write(entry(action, subject, detail))
    }

    /// As `audit`, for what may happen a thousand times a second: on record soon.
    func auditSoon(_ action: String, _ subject: String? = nil, detail: String? = nil) {
        core.audit.collect(entry(action, subject, detail))
    }

    private func entry(_ action: String, _ subject: String?, _ detail: String?) -> AuditEntry {
        AuditEntry(at: now, actor: principal.id, action: action, subject: subject, detail: detail)
    }
}
