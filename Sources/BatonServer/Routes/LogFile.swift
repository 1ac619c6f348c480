import BatonRuntime
import Foundation
import Glibc
import HTTPTypes
import Hummingbird
import HummingbirdCore

/// What an attempt printed, read from its file as far as it goes now.
struct LogFile: Sendable {
    let path: String
    /// Nothing more will be added.
    let isComplete: Bool

    private static let chunk = 256 << 10

    /// - Throws: `Problem` 416 for a range that does not begin in the file.
    func reply(to call: Call) throws -> Reply {
        let size = size
        var range = 0..<size
        var isPart = false
        if let header = call.request.headers[.range], let wanted = ByteRange(header) {
            guard let found = wanted.range(of: size) else { throw Self.notSatisfiable(size) }
            range = found
            isPart = true
        } else {
            let offset = try call.integer("offset", in: Int64.min...Int64.max, default: 0)
            let limit = try call.integer("limit", in: 1...Int64.max, default: .max)
            let start = offset < 0 ? max(0, size + max(offset, -size)) : min(offset, size)
            range = start..<(limit < size - start ? start + limit : size)
        }
        var headers: HTTPFields = [.acceptRanges: "bytes", .logComplete: isComplete ? "true" : "false"]
        headers[.logSize] = String(size)
        if isPart { headers[.contentRange] = "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(size)" }
        return Reply(isPart ? .partialContent : .ok, headers: headers, body: body(of: range))
    }

    private func body(of range: Range<Int64>) -> Reply.Body {
        let path = path
        let type = "text/plain; charset=utf-8"
        guard !range.isEmpty else { return .stream(ResponseBody(), type: type) }
        let body = ResponseBody(contentLength: range.count) { writer in
            let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
            // Its length was promised, so the connection must end where the file does.
            guard descriptor >= 0 else { throw CancellationError() }
            defer { close(descriptor) }
            var place = range.lowerBound
            var bytes = [UInt8](repeating: 0, count: Int(min(Int64(Self.chunk), Int64(range.count))))
            while place < range.upperBound {
                let wanted = min(bytes.count, Int(range.upperBound - place))
                let count = pread(descriptor, &bytes, wanted, off_t(place))
                guard count > 0 else { throw CancellationError() }
                try await writer.write(ByteBuffer(bytes: bytes[..<count]))
                place += Int64(count)
            }
            try await writer.finish(nil)
        }
        return .stream(body, type: type)
    }

    /// 0 where nothing was printed.
    private var size: Int64 { FileStatus(path)?.sizeBytes ?? 0 }

    private static func notSatisfiable(_ size: Int64) -> Problem {
        Problem(416, "range-not-satisfiable", "There is nothing in this range", detail: "the log has \(size) bytes")
    }
}

/// The only range that a `Range` header asks for; several are answered by the whole.
struct ByteRange: Hashable, Sendable {
    private var first: Int64?
    private var last: Int64?

    init?(_ header: String) {
        guard header.hasPrefix("bytes="), !header.contains(",") else { return nil }
        let parts = header.dropFirst(6).split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }) else {
            return nil
        }
        first = Int64(parts[0])
        last = Int64(parts[1])
        if first == nil && last == nil { return nil }
        if let first, let last, last < first { return nil }
    }

    /// The part of a file of that size; nil where there is none.
    func range(of size: Int64) -> Range<Int64>? {
        guard let first else {
            let count = min(last ?? 0, size)
            return count > 0 ? size - count..<size : nil
        }
        guard first < size else { return nil }
        return first..<min(size, (last ?? size - 1) < size ? (last ?? size - 1) + 1 : size)
    }
}

extension HTTPField.Name {
    static let logComplete = Self("Baton-Log-Complete")!
    static let logSize = Self("Baton-Log-Size")!
}
