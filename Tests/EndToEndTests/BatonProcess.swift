import Foundation
import Glibc

/// The built `baton`, run as a user would, with state of its own below a temporary folder.
final class Household {
    let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "baton-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: folder)
    }

    func write(_ text: String, to name: String) throws {
        try text.write(to: folder.appending(path: name), atomically: true, encoding: .utf8)
    }

    func read(_ name: String) -> String? {
        try? String(contentsOf: folder.appending(path: name), encoding: .utf8)
    }

    struct Result {
        var output: String
        var messages: String
        /// 128 + n when signal n ended it.
        var exitCode: Int32
    }

    /// Starts `baton`; its streams go to files, so nothing that outlives it can hold a pipe open.
    ///
    /// - Parameter streams: the files' names begin with this.
    func start(_ arguments: [String], environment: [String: String] = [:], streams: String = "") throws -> Process {
        let process = Process()
        process.executableURL = Self.executable
        process.arguments = arguments
        process.currentDirectoryURL = folder
        process.environment = ProcessInfo.processInfo.environment.merging([
            "BATON_DATA_DIR": folder.appending(path: "data").path,
            // A pool of its own: what else runs on this machine must not hold the test up.
            "XDG_RUNTIME_DIR": folder.path,
            "SWIFT_BACKTRACE": "enable=no",
        ]) { _, new in new }.merging(environment) { _, new in new }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try emptied(streams + "stdout")
        process.standardError = try emptied(streams + "stderr")
        try process.run()
        return process
    }

    func finish(_ process: Process) -> Result {
        process.waitUntilExit()
        let isSignal = process.terminationReason == .uncaughtSignal
        return Result(
            output: read("stdout") ?? "", messages: read("stderr") ?? "",
            exitCode: process.terminationStatus + (isSignal ? 128 : 0)
        )
    }

    func run(_ arguments: String...) throws -> Result {
        finish(try start(arguments))
    }

    private func emptied(_ name: String) throws -> FileHandle {
        try write("", to: name)
        return try FileHandle(forWritingTo: folder.appending(path: name))
    }

    /// Beside the test bundle.
    private static var executable: URL {
        URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent().appending(path: "baton")
    }
}
