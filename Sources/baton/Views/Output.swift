import Glibc

/// The standard streams: data goes to `data`, messages to `messages`.
enum Output {
    static func data(_ text: String) {
        write(text + "\n", to: STDOUT_FILENO)
    }

    static func messages(_ text: String) {
        write(text + "\n", to: STDERR_FILENO)
    }

    /// Writes everything or ends the process: a closed pipe means that nobody reads any more.
    static func write(_ text: String, to descriptor: Int32) {
        var text = text
        text.withUTF8 { write(UnsafeRawBufferPointer($0), to: descriptor) }
    }

    static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno == EAGAIN {
                var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&waiting, 1, -1)
            } else if errno != EINTR {
                return
            }
        }
    }
}
