public import BatonCore
import Glibc

/// Where one run keeps its files: logs, the supervisor's journal and sockets, the orchestrator's lease.
public struct RunFolder: Hashable, Sendable {
    /// `<data directory>/runs/<run id>`.
    public let path: String

    public init(dataDirectory: String, run: Run.ID) {
        path = "\(dataDirectory)/runs/\(run)"
    }

    /// What an attempt printed, relative to `path`.
    public static func standardOutput(of attempt: Attempt.ID) -> String {
        "logs/\(attempt.task.index).\(attempt.number).out"
    }

    public static func standardError(of attempt: Attempt.ID) -> String {
        "logs/\(attempt.task.index).\(attempt.number).err"
    }

    /// Where the attempt may leave `key=value` lines for others (`$BATON_OUTPUT`).
    static func outputValues(of attempt: Attempt.ID) -> String {
        "logs/\(attempt.task.index).\(attempt.number).values"
    }

    /// Which files the attempt opens, as its tracer writes it down.
    static func trace(of attempt: Attempt.ID) -> String {
        "logs/\(attempt.task.index).\(attempt.number).trace"
    }

    /// What the attempt runs, where that is too long to be an argument.
    static func script(of attempt: Attempt.ID) -> String {
        "logs/\(attempt.task.index).\(attempt.number).sh"
    }

    var lease: String { path + "/orchestrator.lock" }
    var control: String { path + "/control.sock" }

    /// - Throws: `RuntimeError.folder` when it can't be made.
    func create() throws(RuntimeError) {
        var prefix = ""
        for part in (path + "/logs").split(separator: "/") {
            prefix += "/" + part
            if mkdir(prefix, 0o755) != 0 && errno != EEXIST {
                throw .folder(prefix, String(cString: strerror(errno)))
            }
        }
    }
}
