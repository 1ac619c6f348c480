import BatonCore
import BatonFormats
import BatonRuntime
import BatonStore
import Glibc

/// Copies the logs of attempts to the standard streams.
struct LogPrinter {
    let logs: any AttemptLogs
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
            stream.copy(from: logs, as: form)
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
        for index in streams.indices { streams[index].copy(from: printer.logs, as: printer.form) }
        // Two logs for each attempt: of thousands only those are read again that may still grow.
        let running = Set(tasks.filter { !$0.state.isTerminal }.map(\.id))
        let form = printer.form
        streams.removeAll { stream in
            guard !running.contains(stream.attempt.task) else { return false }
            stream.finish(as: form)
            return true
        }
    }

    func finish() {
        for stream in streams { stream.finish(as: printer.form) }
    }
}

/// One log, and how far it has been copied.
private struct LogStream {
    let log: AttemptLog
    let name: String
    private var position: Int64 = 0
    /// The beginning of a line whose end has not been written yet.
    private var rest: [UInt8] = []

    static func both(of attempt: Attempt.ID, name: String) -> [LogStream] {
        [
            LogStream(AttemptLog(attempt: attempt, stream: .output), name),
            LogStream(AttemptLog(attempt: attempt, stream: .error), name),
        ]
    }

    private init(_ log: AttemptLog, _ name: String) {
        self.log = log
        self.name = name
    }

    var attempt: Attempt.ID { log.attempt }

    private var target: Int32 { log.stream == .output ? STDOUT_FILENO : STDERR_FILENO }

    /// Copies what the log has gained.
    mutating func copy(from logs: any AttemptLogs, as form: LogPrinter.Form) {
        logs.read(log, from: position) { bytes in
            position += Int64(bytes.count)
            write(bytes, as: form)
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
                    "stream": .string(log.stream.rawValue),
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
