import Foundation
import Glibc

/// Records which files an attempt opens, by `strace`: a program that lets the kernel stop each process at the calls that
/// concern files, and writes them down.
public struct FileTracer: Hashable, Sendable {
    private let executable: String

    /// Why files can't be traced here.
    public enum Obstacle: Error, Hashable {
        case notInstalled
        /// What `strace` says: most often, that the container forbids it.
        case notPermitted(String)
    }

    /// Looks for strace on the `PATH`, and tries whether it may trace.
    public static func find() throws(Obstacle) -> FileTracer {
        let folders = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"
        let candidates = folders.split(separator: ":").filter { $0.hasPrefix("/") }.map { "\($0)/strace" }
        guard let executable = candidates.first(where: { access($0, X_OK) == 0 }) else { throw .notInstalled }
        let tracer = FileTracer(executable: executable)
        try tracer.tryOut()
        return tracer
    }

    /// What runs the program that is appended to it.
    ///
    /// The tracer steps aside (`-DDD`), so that the program has the process that was made for it: its signals, its exit and
    /// its children are its own. No string but paths is written (`-s 0`): arguments may hold what nobody is to see.
    func command(writingTo file: String) -> [String] {
        [
            executable, "-DDD", "-f", "--seccomp-bpf", "-y", "-s", "0", "-a", "1", "-I", "3", "-e", "signal=none", "-e",
            "trace=" + Self.calls.map { "?" + $0 }.joined(separator: ","), "-o", file, "--",
        ]
    }

    /// Not every machine has all of them.
    private static let calls = [
        "open", "openat", "openat2", "creat", "execve", "execveat", "rename", "renameat", "renameat2", "link", "linkat",
        "symlink", "symlinkat", "unlink", "unlinkat", "mkdir", "mkdirat", "rmdir", "mknod", "mknodat", "truncate",
        "chdir", "fchdir", "fork", "vfork", "clone", "clone3",
    ]

    /// Traces a program that does nothing.
    private func tryOut() throws(Obstacle) {
        let folder = FileManager.default.temporaryDirectory.path + "/baton-trace-\(UUID().uuidString)"
        guard mkdir(folder, 0o700) == 0 else { throw .notPermitted("no folder can be made in /tmp") }
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let (trace, messages) = (folder + "/trace", folder + "/messages")
        let hasEnded = run(command(writingTo: trace) + ["/bin/true"], messages: messages)
        let said = SmallFile.read(messages) ?? ""
        guard hasEnded, SmallFile.read(trace)?.contains("execve(") == true else {
            let reason = said.split(separator: "\n").first.map(String.init) ?? "nothing was traced"
            throw .notPermitted(reason.hasPrefix("strace: ") ? String(reason.dropFirst(8)) : reason)
        }
    }

    /// - Returns: true when it ended with 0 within ten seconds.
    private func run(_ command: [String], messages: String) -> Bool {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 2, messages, O_WRONLY | O_CREAT, 0o600)
        let arguments = command.map { strdup($0) }
        defer { arguments.forEach { free($0) } }
        var pid: pid_t = 0
        guard posix_spawn(&pid, executable, &actions, nil, arguments + [nil], environ) == 0 else { return false }
        var status: Int32 = 0
        for _ in 0..<5000 {
            let ended = waitpid(pid, &status, WNOHANG)
            if ended == pid { return status == 0 }
            if ended < 0 && errno != EINTR { return false }
            poll(nil, 0, 2)
        }
        kill(pid, SIGKILL)
        waitpid(pid, &status, 0)
        return false
    }
}
