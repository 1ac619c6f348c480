import Foundation
import Testing

/// Every example has a transcript, `NAME.out`: lines that begin with `$ ` are run in a copy of the example's folder, and what
/// they print on standard output must be what stands below them. `BATON_UPDATE=1` rewrites the transcripts.
@Suite("Examples", .serialized)
struct ExamplesTests {
    @Test("an example prints what its transcript says", arguments: try Example.all())
    func transcriptIsReproduced(_ example: Example) throws {
        let expected = try String(contentsOf: example.transcript, encoding: .utf8)
        let replay = try example.replay(expected)
        if ProcessInfo.processInfo.environment["BATON_UPDATE"] != nil {
            try replay.text.write(to: example.transcript, atomically: true, encoding: .utf8)
        } else {
            #expect(replay.text == expected, "standard error was:\n\(replay.messages)")
        }
    }
}

struct Example: Sendable, CustomTestStringConvertible {
    let name: String

    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Examples")

    /// Each folder of Examples, by name.
    static func all() throws -> [Example] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().compactMap { name in
            var isFolder: ObjCBool = false
            let exists = FileManager.default.fileExists(
                atPath: folder.appending(path: name).path, isDirectory: &isFolder)
            return exists && isFolder.boolValue ? Example(name: name) : nil
        }
    }

    var testDescription: String { name }

    var transcript: URL { Self.folder.appending(path: name).appending(path: name + ".out") }

    /// Runs the commands of a transcript, each after the other, in a copy of all examples with state of its own.
    ///
    /// - Returns: the transcript as it came out now, and what the commands wrote to standard error.
    func replay(_ transcript: String) throws -> (text: String, messages: String) {
        let scratch = FileManager.default.temporaryDirectory.appending(path: "baton-\(name)-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: scratch) }
        let copy = scratch.appending(path: "Examples")
        try FileManager.default.copyItem(at: Self.folder, to: copy)
        try? FileManager.default.removeItem(at: copy.appending(path: name).appending(path: "out"))
        var text = ""
        var messages = ""
        for line in transcript.split(separator: "\n") where line.hasPrefix("$ ") {
            let result = try run(String(line.dropFirst(2)), in: copy.appending(path: name), state: scratch)
            text += line + "\n" + result.output
            if result.exitCode != 0 { text += "[exit \(result.exitCode)]\n" }
            messages += result.messages
        }
        return (text, messages)
    }

    private func run(
        _ command: String, in folder: URL, state: URL
    ) throws -> (output: String, messages: String, exitCode: Int32) {
        let output = state.appending(path: "stdout")
        let messages = state.appending(path: "stderr")
        let inherited = ProcessInfo.processInfo.environment
        let process = try Child(
            "/bin/sh", ["-c", command], in: folder,
            environment: inherited.merging([
                "PATH": "\(Self.binaries.path):\(inherited["PATH"] ?? "/usr/bin:/bin")",
                "BATON_DATA_DIR": state.appending(path: "data").path,
                // A pool of its own: what else runs on this machine must not hold these examples up.
                "XDG_RUNTIME_DIR": state.path,
                "LC_ALL": "C",
            ]) { _, new in new },
            output: output, messages: messages)
        let exitCode = process.wait()
        return (
            try String(contentsOf: output, encoding: .utf8), try String(contentsOf: messages, encoding: .utf8),
            exitCode
        )
    }

    /// Where the build put `baton`: beside the test bundle.
    private static var binaries: URL {
        URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
    }
}
