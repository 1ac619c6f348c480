import Glibc

/// What strace wrote, read in pieces: of a long build it may be larger than memory.
enum TraceFile {
    /// - Returns: false when it can't be read to its end.
    static func read(_ path: String, into observer: inout FileObserver) -> Bool {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var reader = TraceReader()
        var pending: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { return false }
            if count == 0 { return true }  // a last line without an end is of a tracer that was killed
            pending += chunk[..<count]
            var start = 0
            while let end = pending[start...].firstIndex(of: UInt8(ascii: "\n")) {
                if let item = reader.read(pending[start..<end]) { observer.take(item) }
                start = end + 1
            }
            pending.removeFirst(start)
        }
    }
}
