import Glibc

/// The end of a file that a process prints to.
enum FileTail {
    /// The last lines, without what is no UTF-8 in them; nil when the file is missing or empty.
    ///
    /// - Parameter bytesMax: not more is read, however long the file is.
    static func text(of path: String, linesMax: Int, bytesMax: Int) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        let length = Int(lseek(descriptor, 0, Int32(SEEK_END)))
        let start = max(0, length - bytesMax)
        var bytes = [UInt8](repeating: 0, count: max(0, length - start))
        let count = pread(descriptor, &bytes, bytes.count, off_t(start))
        guard count > 0 else { return nil }
        var lines = bytes[..<count].split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        if lines.last?.isEmpty == true { lines.removeLast() }
        // The first piece may be the end of a line that began earlier.
        if start > 0 && lines.count > 1 { lines.removeFirst() }
        let text = lines.suffix(linesMax).map { String(decoding: $0, as: UTF8.self) }.joined(separator: "\n")
        return text.isEmpty ? nil : text.replacing("\0", with: "\u{FFFD}")
    }
}
