import Foundation

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

    /// Whether what `baton` has said up to now contains `text`.
    func says(_ text: String, in stream: String = "stderr") -> Bool {
        read(stream)?.contains(text) == true
    }

    struct Result {
        var output: String
        var messages: String
        /// 128 + n when signal n ended it.
        var exitCode: Int32
    }

    /// Starts `baton`.
    ///
    /// - Parameter streams: the names of the files that take what it says begin with this.
    func start(_ arguments: [String], environment: [String: String] = [:], streams: String = "") throws -> Child {
        try Child(
            Self.executable, arguments, in: folder,
            environment: ProcessInfo.processInfo.environment.merging([
                "BATON_DATA_DIR": folder.appending(path: "data").path,
                // A pool of its own: what else runs on this machine must not hold the test up.
                "XDG_RUNTIME_DIR": folder.path,
                "SWIFT_BACKTRACE": "enable=no",
            ]) { _, new in new }.merging(environment) { _, new in new },
            output: folder.appending(path: streams + "stdout"), messages: folder.appending(path: streams + "stderr")
        )
    }

    func finish(_ process: Child) -> Result {
        let exitCode = process.wait()
        return Result(output: read("stdout") ?? "", messages: read("stderr") ?? "", exitCode: exitCode)
    }

    func run(_ arguments: String...) throws -> Result {
        finish(try start(arguments))
    }

    /// Beside the test bundle.
    private static var executable: String {
        URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent().path + "/baton"
    }
}
