internal import CZlib
internal import Foundation

/// Files that `gzip` made, read as what they were before.
enum Gzip {
    /// What inflating may give at most; a small file can claim to be huge.
    static let byteLimit = 4 << 30

    enum Failure: Error {
        case damaged, truncated, tooLarge
    }

    static func isCompressed(_ bytes: Data) -> Bool {
        bytes.count >= 2 && bytes[bytes.startIndex] == 0x1F && bytes[bytes.startIndex + 1] == 0x8B
    }

    /// - Parameter bytes: one or more compressed members, one after the other.
    static func inflated(_ bytes: Data) throws(Failure) -> [UInt8] {
        let result = bytes.withUnsafeBytes { raw in
            Result { () throws(Failure) in try inflated(raw.bindMemory(to: UInt8.self)) }
        }
        return try result.get()
    }

    private static func inflated(_ bytes: UnsafeBufferPointer<UInt8>) throws(Failure) -> [UInt8] {
        var stream = z_stream()
        guard baton_inflate_begin(&stream) == Z_OK else { throw .damaged }
        defer { inflateEnd(&stream) }
        var output: [UInt8] = []
        output.reserveCapacity(min(bytes.count * 8, 1 << 30))
        let chunk = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 1 << 18)
        defer { chunk.deallocate() }
        var consumed = 0
        while true {
            // zlib counts in 32 bits.
            let available = min(bytes.count - consumed, 1 << 30)
            stream.next_in = UnsafeMutablePointer(mutating: bytes.baseAddress.map { $0 + consumed })
            stream.avail_in = UInt32(available)
            stream.next_out = chunk.baseAddress
            stream.avail_out = UInt32(chunk.count)
            let status = inflate(&stream, Z_NO_FLUSH)
            consumed += available - Int(stream.avail_in)
            output.append(contentsOf: chunk[..<(chunk.count - Int(stream.avail_out))])
            guard output.count <= byteLimit else { throw .tooLarge }
            switch status {
            case Z_OK: continue
            case Z_STREAM_END:
                if consumed == bytes.count { return output }
                // Another member follows; padding that is none is damage.
                guard inflateReset(&stream) == Z_OK else { throw .damaged }
            case Z_BUF_ERROR: throw .truncated
            default: throw .damaged
            }
        }
    }
}
