public import BatonCore
import Glibc

/// Where `baton cancel`, `pause`, `unpause`, `prioritize`, `approve` and `reject` reach the process that drives a run.
///
/// A datagram is a word and the run; a priority adds itself and perhaps the task; a review adds the task, and on further
/// lines who answers and what he says. The answer is `ok` or why not. Only the owner of the run's folder can write to it.
final class ControlSocket {
    let descriptor: Int32
    private let path: String

    init?(path: String) {
        let kind = SOCK_SEQPACKET.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue
        let descriptor = socket(AF_UNIX, Int32(kind), 0)
        guard descriptor >= 0 else { return nil }
        unlink(path)
        let isBound = UnixAddress.with(path) { Glibc.bind(descriptor, $0, $1) == 0 }
        guard isBound, listen(descriptor, 16) == 0 else {
            close(descriptor)
            return nil
        }
        self.descriptor = descriptor
        self.path = path
    }

    deinit {
        close(descriptor)
        unlink(path)
    }

    /// Answers everybody who waits.
    func serve(_ apply: (Command) -> String?) {
        while case let client = accept(descriptor, nil, nil), client >= 0 {
            _ = fcntl(client, F_SETFD, FD_CLOEXEC)
            defer { close(client) }
            // A client that connects and says nothing must not hold up the run.
            var patience = timeval(tv_sec: 0, tv_usec: 100_000)
            setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
            var bytes = [UInt8](repeating: 0, count: 4096)
            let count = recv(client, &bytes, bytes.count, 0)
            guard count > 0 else { continue }
            let answer: String
            if let command = Self.command(String(decoding: bytes[..<count], as: UTF8.self)) {
                answer = apply(command) ?? "ok"
            } else {
                answer = "this version of baton does not know that command"
            }
            _ = Array(answer.utf8).withUnsafeBytes { Glibc.send(client, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        }
    }

    private static func command(_ text: String) -> Command? {
        let lines = text.split(separator: "\n", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
        let words = lines[0].split(separator: " ")
        guard words.count > 1, let run = Run.ID(String(words[1])) else { return nil }
        switch (words[0], words.count, lines.count) {
        case ("cancel", 2, 1): return .cancel(run, force: false)
        case ("kill", 2, 1): return .cancel(run, force: true)
        case ("pause", 2, 1): return .pause(run)
        case ("unpause", 2, 1): return .unpause(run)
        case ("prioritize", 3...4, 1):
            guard let priority = Int32(words[2]) else { return nil }
            if words.count == 3 { return .prioritize(run, nil, priority: priority) }
            return taskID(words[3]).map { .prioritize(run, $0, priority: priority) }
        case ("approve", 3, 2...), ("reject", 3, 2...):
            guard let task = taskID(words[2]) else { return nil }
            return .review(
                TaskReference(run: run, task: task),
                Review(
                    isApproved: words[0] == "approve", reviewer: lines[1], comment: lines.count > 2 ? lines[2] : nil))
        default: return nil
        }
    }

    private static func taskID(_ word: Substring) -> TaskInstance.ID? {
        guard let index = Int32(word), index >= 0 else { return nil }
        return TaskInstance.ID(Int(index))
    }
}

/// The other end: asks the process that drives a run.
public enum ControlClient {
    public enum Answer: Hashable, Sendable {
        case granted
        case refused(String)
        /// No process drives the run at the moment.
        case nobody
    }

    /// - Parameter word: `cancel`, `kill`, `pause` or `unpause`.
    public static func ask(_ word: String, run: Run.ID, folder: RunFolder) -> Answer {
        send("\(word) \(run)", folder)
    }

    /// Changes the priority of a task of a run, or of all.
    ///
    /// - Parameter priority: 0 to 100.
    public static func ask(priority: Int, of task: TaskInstance.ID?, run: Run.ID, folder: RunFolder) -> Answer {
        send("prioritize \(run) \(priority)" + (task.map { " \($0.index)" } ?? ""), folder)
    }

    /// Answers a task that asks for approval.
    public static func ask(_ review: Review, of task: TaskReference, folder: RunFolder) -> Answer {
        let word = review.isApproved ? "approve" : "reject"
        let comment = review.comment.map { "\n\($0)" } ?? ""
        return send("\(word) \(task.run) \(task.task.index)\n\(review.reviewer)\(comment)", folder)
    }

    private static func send(_ text: String, _ folder: RunFolder) -> Answer {
        let descriptor = socket(AF_UNIX, Int32(SOCK_SEQPACKET.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return .nobody }
        defer { close(descriptor) }
        guard UnixAddress.with(folder.control, { connect(descriptor, $0, $1) == 0 }) else { return .nobody }
        let message = Array(text.utf8)
        guard message.withUnsafeBytes({ Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }) > 0
        else {
            return .nobody
        }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = recv(descriptor, &bytes, bytes.count, 0)
        guard count > 0 else { return .nobody }
        let answer = String(decoding: bytes[..<count], as: UTF8.self)
        return answer == "ok" ? .granted : .refused(answer)
    }
}

/// Socket addresses for paths of any length: the folder is opened, and the short path through it is used.
enum UnixAddress {
    static func with(_ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Bool) -> Bool {
        guard let slash = path.lastIndex(of: "/") else { return false }
        let folder = open(String(path[..<slash]), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { return false }
        defer { close(folder) }
        let short = "/proc/self/fd/\(folder)/\(path[path.index(after: slash)...])"
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(short.utf8)) }
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }
}
