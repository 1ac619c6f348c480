import BatonCore
import Glibc

/// A script that is too long to be an argument, as that of a large batch is, stands in a file of the run's folder.
enum LongScript {
    /// With its end the kernel takes 128 KiB in one argument (`MAX_ARG_STRLEN`), however many there are.
    static let mostBytes = 128 << 10

    /// Lets the shell read the script from a file where it has to.
    ///
    /// - Returns: why it can't; nil where all is well.
    static func move(from launch: inout Launch, to folder: RunFolder) -> String? {
        guard launch.arguments.starts(with: ["/bin/sh", "-c"]), launch.arguments.count == 3,
            launch.arguments[2].utf8.count >= mostBytes
        else { return nil }
        let path = folder.path + "/" + RunFolder.script(of: launch.attempt)
        if let reason = write(launch.arguments[2], to: path) {
            return "its script can't be written to \(path): \(reason)"
        }
        launch.arguments = ["/bin/sh", path]
        return nil
    }

    /// - Returns: what went wrong.
    private static func write(_ text: String, to path: String) -> String? {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return String(cString: strerror(errno)) }
        defer { close(descriptor) }
        var text = text
        return text.withUTF8 { bytes in
            var written = 0
            while written < bytes.count {
                let count = Glibc.write(descriptor, bytes.baseAddress! + written, bytes.count - written)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return String(cString: strerror(errno)) }
                written += count
            }
            return nil
        }
    }
}
