import BatonCore
import BatonRuntime
import Glibc

/// One of the two logs of an attempt.
struct AttemptLog: Hashable {
    enum Stream: String, Hashable {
        case output = "stdout"
        case error = "stderr"

        var words: String { self == .output ? "standard output" : "standard error" }
    }

    var attempt: Attempt.ID
    var stream: Stream
}

/// Where the logs of a run are read: the run's folder, or a server.
protocol AttemptLogs {
    /// The last lines that are not empty, fit to be shown; none where nothing was printed.
    func tail(of log: AttemptLog, count: Int) -> [String]

    /// Hands over, piece by piece, what the log has from a place in bytes on, as far as it goes now.
    func read(_ log: AttemptLog, from place: Int64, _ take: (ArraySlice<UInt8>) -> Void)

    /// Where a person finds all of it.
    func place(of log: AttemptLog) -> String

    /// What must follow a command that is about this run, with a space before it; empty where nothing must.
    var commandOptions: String { get }

    /// How to hasten a cancellation; nil where Ctrl-C does it.
    func forceHint(for run: Run.ID) -> String?
}

extension RunFolder: AttemptLogs {
    private func path(of log: AttemptLog) -> String {
        switch log.stream {
        case .output: path + "/" + RunFolder.standardOutput(of: log.attempt)
        case .error: path + "/" + RunFolder.standardError(of: log.attempt)
        }
    }

    func tail(of log: AttemptLog, count: Int) -> [String] { LogTail.lines(of: path(of: log), count: count) }

    func read(_ log: AttemptLog, from place: Int64, _ take: (ArraySlice<UInt8>) -> Void) {
        let descriptor = open(path(of: log), O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        var place = off_t(place)
        var bytes = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = pread(descriptor, &bytes, bytes.count, place)
            guard count > 0 else { return }
            place += off_t(count)
            take(bytes[..<count])
        }
    }

    func place(of log: AttemptLog) -> String { path(of: log) }

    var commandOptions: String { "" }

    func forceHint(for run: Run.ID) -> String? { nil }
}
