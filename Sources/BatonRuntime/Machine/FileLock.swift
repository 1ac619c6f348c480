import Glibc

/// An advisory lock on a file, released when the value is closed or the process ends in any way.
public final class FileLock {
    private let descriptor: Int32

    /// Takes the lock without waiting.
    ///
    /// - Returns: nil when another process holds it or the file can't be made.
    public init?(tryLocking path: String) {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return nil }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            return nil
        }
        self.descriptor = descriptor
    }

    deinit {
        close(descriptor)
    }
}
