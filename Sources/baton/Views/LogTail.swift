import Glibc

/// The end of a file that a task printed to.
enum LogTail {
    /// The last lines that are not empty, fit to be shown; none when the file is missing or empty.
    ///
    /// Only the last 64 KiB are read, however long the file is.
    static func lines(of path: String, count: Int) -> [String] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        let length = Int(lseek(descriptor, 0, Int32(SEEK_END)))
        guard length > 0 else { return [] }
        let start = max(0, length - 65_536)
        var bytes = [UInt8](repeating: 0, count: length - start)
        let got = pread(descriptor, &bytes, bytes.count, off_t(start))
        guard got > 0 else { return [] }
        return lines(in: bytes[..<got], isWhole: start == 0, count: count)
    }

    /// The last lines of the end of a log.
    static func lines(in bytes: ArraySlice<UInt8>, isWhole: Bool, count: Int) -> [String] {
        var lines = bytes.split(separator: UInt8(ascii: "\n"))
        // The first piece may be the end of a line that began earlier.
        if !isWhole && lines.count > 1 { lines.removeFirst() }
        return lines.suffix(count).map { DisplayWidth.printable(lastRewrite(String(decoding: $0, as: UTF8.self))) }
    }

    /// What a progress bar left visible of a line that it wrote again and again.
    private static func lastRewrite(_ line: String) -> Substring {
        let parts = line.unicodeScalars.split(separator: "\r")
        return parts.last.map(Substring.init) ?? ""
    }
}
