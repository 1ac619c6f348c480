import BatonRuntime
import Glibc

/// A file that only its owner can read.
enum PrivateFile {
    /// Reads a file, or makes it with these bytes where it is missing. Of several processes that make it at once, one wins.
    ///
    /// - Throws: `PrivateFileError` when it can't be read or made, or others may read it.
    static func bytes(at path: String, orMake make: () -> [UInt8]) throws -> [UInt8] {
        if let found = try read(path) { return found }
        try write(make(), to: path, replacing: false)
        guard let found = try read(path) else { throw PrivateFileError(path: path, reason: "it vanished") }
        return found
    }

    /// - Returns: nil when there is no such file.
    static func read(_ path: String) throws -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw PrivateFileError(path: path)
        }
        defer { close(descriptor) }
        guard let status = FileStatus(descriptor: descriptor) else { throw PrivateFileError(path: path) }
        guard status.permissions & 0o077 == 0 else {
            throw PrivateFileError(path: path, reason: "others may read it; make it private with 'chmod 600'")
        }
        var bytes = [UInt8](repeating: 0, count: Int(status.sizeBytes))
        var filled = 0
        while filled < bytes.count {
            let count = bytes[filled...].withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { throw PrivateFileError(path: path) }
            filled += count
        }
        return bytes
    }

    /// Writes a whole file or none, durably.
    ///
    /// - Parameter replacing: false leaves one that is there as it is.
    static func write(_ bytes: [UInt8], to path: String, replacing: Bool = true) throws {
        let temporary = "\(path).\(Hexadecimal.text(of: Secure.randomBytes(6)))"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw PrivateFileError(path: path) }
        defer {
            close(descriptor)
            unlink(temporary)
        }
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { throw PrivateFileError(path: path) }
            written += count
        }
        guard fsync(descriptor) == 0 else { throw PrivateFileError(path: path) }
        // A link fails where there is a file already; a rename takes its place.
        let isDone = replacing ? rename(temporary, path) == 0 : link(temporary, path) == 0 || errno == EEXIST
        guard isDone else { throw PrivateFileError(path: path) }
    }
}

struct PrivateFileError: Error, CustomStringConvertible {
    var path: String
    var reason: String

    init(path: String, reason: String? = nil) {
        self.path = path
        self.reason = reason ?? String(cString: strerror(errno))
    }

    var description: String { "\(path): \(reason)" }
}
