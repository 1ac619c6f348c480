import Foundation
import Glibc
import Testing

/// A process that a test started. It waits for it by its pid: Foundation's `Process` waits for a socket to be closed that
/// whatever outlives the process may hold as well.
final class Child: Sendable {
    let pid: pid_t
    private let title: String
    /// What its messages are read from when it takes too long.
    private let messages: String

    /// Longer than anything here takes, on a slow machine too. Only then does a test fail by time, and it says at what.
    static let patience: Duration = .seconds(300)

    /// - Parameters:
    ///   - environment: all of it.
    ///   - output, messages: files that take its streams, emptied before. Files, so that nothing that outlives it can hold
    ///     a pipe open.
    init(
        _ executable: String, _ arguments: [String], in folder: URL, environment: [String: String], output: URL,
        messages: URL
    ) throws {
        title = ([executable] + arguments).joined(separator: " ")
        self.messages = messages.path
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output.path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, messages.path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        var pid: pid_t = 0
        // Swift can't see the call that gives it another folder, so `env` goes there and becomes it.
        let problem = Self.withStrings(["env", "-C", folder.path, executable] + arguments) { arguments in
            Self.withStrings(environment.map { "\($0)=\($1)" }) { environment in
                posix_spawn(&pid, "/usr/bin/env", &actions, nil, arguments, environment)
            }
        }
        guard problem == 0 else { throw POSIXError(POSIXErrorCode(rawValue: problem) ?? .ENOENT) }
        self.pid = pid
    }

    private static func withStrings<Result>(
        _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
    ) -> Result {
        let copies = strings.map { strdup($0) }
        defer { copies.forEach { free($0) } }
        return body(copies + [nil])
    }

    func signal(_ number: Int32) {
        Glibc.kill(pid, number)
    }

    /// Waits for its end.
    ///
    /// - Returns: its exit code; 128 + n when signal n ended it.
    @discardableResult
    func wait() -> Int32 {
        let alarm = DispatchWorkItem { [self] in
            Issue.record("\(title) does not end; its messages:\n\(said)\n\(Self.processes())")
            signal(SIGKILL)
        }
        let seconds = Double(Self.patience.components.seconds)
        DispatchQueue.global().asyncAfter(deadline: .now() + seconds, execute: alarm)
        defer { alarm.cancel() }
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        let lethal = status & 0x7F
        return lethal == 0 ? (status >> 8) & 0xFF : 128 + lethal
    }

    private var said: String { (try? String(contentsOfFile: messages, encoding: .utf8)) ?? "" }

    /// Waits until something holds that it is about to bring about.
    func wait(until isSo: () throws -> Bool) throws {
        let end = ContinuousClock.now + Self.patience
        while try !isSo() {
            guard ContinuousClock.now < end else {
                signal(SIGKILL)
                throw Overdue(description: "\(title) did not get there; its messages:\n\(said)\n\(Self.processes())")
            }
            usleep(1000)
        }
    }

    struct Overdue: Error, CustomStringConvertible {
        let description: String
    }

    /// Every process: pid, parent, state, the kernel function that it sleeps in, and command line.
    private static func processes() -> String {
        let pids = ((try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []).compactMap { Int($0) }
        return pids.sorted().map { pid in
            func read(_ name: String) -> String {
                (try? String(contentsOfFile: "/proc/\(pid)/\(name)", encoding: .utf8)) ?? ""
            }
            let state = read("stat").split(separator: ")").last?.prefix(12) ?? ""
            return "\(pid)\(state)\(read("wchan")) \(read("cmdline").replacing("\0", with: " "))"
        }.joined(separator: "\n")
    }
}
