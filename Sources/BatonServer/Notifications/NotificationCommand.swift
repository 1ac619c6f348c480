import Foundation
import Glibc

/// A command that is told something on its standard input.
struct NotificationCommand: Sendable {
    /// A program and its arguments.
    let arguments: [String]
    /// Beside the server's own.
    let environment: [String: String]
    /// Where it runs.
    let directory: String
    /// Gets a folder for its input and its output while it runs.
    let scratch: String

    /// Then it is killed.
    var timeout = Duration.seconds(60)
    private static let outputBytesMax = 4 << 10
    private static let outputLinesMax = 50

    /// Runs it to its end; one that takes too long is killed with whatever it has started.
    ///
    /// - Throws: `CancellationError` once it was ended because the server ends.
    func run(input: String) async throws -> ReceiverAnswer {
        let folder = "\(scratch)/\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try Data(input.utf8).write(to: URL(fileURLWithPath: folder + "/input"))
        let status = try await status(of: try start(in: folder))
        let output = FileTail.text(
            of: folder + "/output", linesMax: Self.outputLinesMax, bytesMax: Self.outputBytesMax)
        guard let status else {
            return ReceiverAnswer(
                .failed, reason: "it was killed: it took longer than \(Int(timeout / .seconds(1))) s",
                output: output)
        }
        // As the shell counts: a signal is 128 and its number.
        let code = status & 0x7F == 0 ? Int(status >> 8) & 0xFF : 128 + Int(status & 0x7F)
        return ReceiverAnswer(
            code == 0 ? .taken : .failed, exitCode: code, reason: code == 0 ? nil : "it ended with exit code \(code)",
            output: output)
    }

    private func start(in folder: String) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, folder + "/input", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, folder + "/output", O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // A group of its own, to be ended as a whole; signals as they are without a server.
        var (none, all) = (sigset_t(), sigset_t())
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        // Swift can't see the call that gives a child another folder, so a shell goes there and becomes it.
        let words = ["/bin/sh", "-c", #"cd -- "$0" && exec "$@""#, directory] + arguments
        let variables = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        var pid: pid_t = 0
        let problem = Self.withStrings(words) { arguments in
            Self.withStrings(variables.map { "\($0)=\($1)" }) { environment in
                posix_spawn(&pid, "/bin/sh", &actions, &attributes, arguments, environment)
            }
        }
        guard problem == 0 else {
            throw WebhookFailure("no process can be started: \(String(cString: strerror(problem)))")
        }
        return pid
    }

    private static func withStrings<Result>(
        _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
    ) -> Result {
        let copies = strings.map { strdup($0) }
        defer { copies.forEach { free($0) } }
        return body(copies + [nil])
    }

    /// - Returns: as from waitpid; nil when it was killed for its time.
    private func status(of pid: pid_t) async throws -> Int32? {
        let clock = ContinuousClock()
        let deadline = clock.now.advanced(by: timeout)
        var status: Int32 = 0
        while waitpid(pid, &status, WNOHANG) == 0 {
            guard !Task.isCancelled, clock.now < deadline else {
                kill(-pid, SIGKILL)
                waitpid(pid, &status, 0)
                try Task.checkCancellation()
                return nil
            }
            try? await Task.sleep(for: .milliseconds(20))
        }
        return status
    }
}
