import CBatonSystem
import Glibc

/// SHA-256, as lower-case hexadecimal.
struct ContentHash {
    private var state = baton_sha256()

    init() {
        baton_sha256_begin(&state)
    }

    mutating func add(_ text: String) {
        var text = text
        text.withUTF8 { baton_sha256_add(&state, $0.baseAddress, $0.count) }
    }

    /// Adds a text with its length, so that neighbouring fields can't run into each other.
    mutating func add(field text: String) {
        add("\(text.utf8.count):")
        add(text)
    }

    mutating func finish() -> String {
        var digest = [UInt8](repeating: 0, count: 32)
        baton_sha256_end(&state, &digest)
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    /// - Returns: nil when the file can't be read to its end.
    static func ofFile(_ path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var hash = ContentHash()
        var chunk = [UInt8](repeating: 0, count: 1 << 18)
        while true {
            let count = read(descriptor, &chunk, chunk.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { return nil }
            if count == 0 { return hash.finish() }
            baton_sha256_add(&hash.state, chunk, count)
        }
    }
}
