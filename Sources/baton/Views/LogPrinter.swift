import BatonCore
import BatonFormats
import BatonRuntime
import BatonStore
import Glibc

/// Copies the logs of attempts to the standard streams.
struct LogPrinter {
    let folder: RunFolder
    let form: Form

    /// How what was printed is shown.
    enum Form {
        /// Bytes as they are, each stream to its own.
        case plain
        /// Whole lines, with the task's name before each.
        case named
        /// A JSON object for each line, those of both streams to standard output.
        case json
    }

    /// Everything that an attempt has printed so far.
    func printAll(_ attempt: Attempt.ID, name: String) {
        for stream in LogStream.both(of: attempt, name: name) {
            var stream = stream
            stream.copy(from: folder, as: form)
            stream.finish(as: form)
        }
    }
}

/// Follows the logs of several attempts as they grow.
struct LogFollower {
    let printer: LogPrinter
    private var streams: [LogStream] = []
    /// Number of the latest attempt that is followed, by task.
    private var followed: [TaskInstance.ID: Int32] = [:]

    init(printer: LogPrinter) {
        self.printer = printer
    }

    /// Prints what is new.
    mutating func advance(_ tasks: [TaskSummary], run: Run.ID) {
        for task in tasks {
            for number in (followed[task.id] ?? 0)..<task.attempt {
                streams += LogStream.both(of: Attempt.ID(run: run, task: task.id, number: number + 1), name: task.name)
            }
            followed[task.id] = max(followed[task.id] ?? 0, task.attempt)
        }
        for index in streams.indices { streams[index].copy(from: printer.folder, as: printer.form) }
        // Two logs for each attempt: of thousands only those are read again that may still grow.
        let running = Set(tasks.filter { !$0.state.isTerminal }.map(\.id))
        streams.removeAll { stream in
            guard !running.contains(stream.attempt.task) else { return false }
            stream.finish(as: printer.form)
            return true
        }
    }

    func finish() {
        for stream in streams { stream.finish(as: printer.form) }
    }
}

/// One log file, and how far it has been copied.
private struct LogStream {
    let attempt: Attempt.ID
    let name: String
    let path: String
    let target: Int32
    private var position: off_t = 0
    /// The beginning of a line whose end has not been written yet.
    private var rest: [UInt8] = []

    static func both(of attempt: Attempt.ID, name: String) -> [LogStream] {
        [
            LogStream(attempt, name, RunFolder.standardOutput(of: attempt), STDOUT_FILENO),
            LogStream(attempt, name, RunFolder.standardError(of: attempt), STDERR_FILENO),
        ]
    }

    private init(_ attempt: Attempt.ID, _ name: String, _ path: String, _ target: Int32) {
        self.attempt = attempt
        self.name = name
        self.path = path
        self.target = target
    }

    /// Copies what the file has gained.
    mutating func copy(from folder: RunFolder, as form: LogPrinter.Form) {
        let descriptor = open("\(folder.path)/\(path)", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = pread(descriptor, &bytes, bytes.count, position)
            guard count > 0 else { return }
            position += off_t(count)
            write(bytes[..<count], as: form)
        }
    }

    private mutating func write(_ bytes: ArraySlice<UInt8>, as form: LogPrinter.Form) {
        if case .plain = form {
            bytes.withUnsafeBytes { Output.write($0, to: target) }
            return
        }
        rest += bytes
        guard let end = rest.lastIndex(of: UInt8(ascii: "\n")) else { return }
        var text: [UInt8] = []
        for line in rest[..<end].split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            text += entry(line, as: form)
        }
        rest.removeSubrange(...end)
        text.withUnsafeBytes { Output.write($0, to: form == .json ? STDOUT_FILENO : target) }
    }

    private func entry(_ line: ArraySlice<UInt8>, as form: LogPrinter.Form) -> [UInt8] {
        switch form {
        case .plain: Array(line)
        case .named: Array("\(name) | ".utf8) + line + [UInt8(ascii: "\n")]
        case .json:
            Array(
                Value.object([
                    "task": .string(name), "attempt": .number(Int(attempt.number)),
                    "stream": .string(target == STDOUT_FILENO ? "stdout" : "stderr"),
                    "line": .string(String(decoding: line, as: UTF8.self)),
                ]).json.utf8) + [UInt8(ascii: "\n")]
        }
    }

    /// Writes a last line that has no end.
    func finish(as form: LogPrinter.Form) {
        guard !rest.isEmpty else { return }
        entry(rest[...], as: form).withUnsafeBytes { Output.write($0, to: form == .json ? STDOUT_FILENO : target) }
    }
}
