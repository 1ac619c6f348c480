import BatonCore
import BatonFormats
import BatonRuntime
import BatonStore

/// What is told of a run that has ended: a CloudEvent with what a person wants to know first.
struct RunReport: Sendable {
    let run: RunSummary
    /// Of the first tasks that failed.
    var failures: [TaskFailure] = []
    /// How many more failed.
    var omitted = 0
    /// Nothing has happened: somebody tries whether it arrives.
    var isTest = false

    struct TaskFailure: Hashable, Sendable {
        var task: TaskSummary
        /// The last lines of both, secrets masked as they are in the files; nil where there are none.
        var output: String?
        var messages: String?
    }

    private static let failuresMax = 10
    private static let logLinesMax = 20
    private static let logBytesMax = 2_048

    init(of run: RunSummary, isTest: Bool = false) {
        self.run = run
        self.isTest = isTest
    }

    /// Reads why tasks failed.
    ///
    /// - Parameter dataDirectory: where runs keep their logs.
    init(of run: RunSummary, _ store: any Store, dataDirectory: String) throws(StoreError) {
        self.run = run
        guard run.counts[.failed] > 0 else { return }
        let failed = try store.tasks(of: run.id, in: [.failed]).filter { !$0.isGroup }
        let folder = RunFolder(dataDirectory: dataDirectory, run: run.id).path
        for task in failed.prefix(Self.failuresMax) {
            let attempt = Attempt.ID(run: run.id, task: task.id, number: task.attempt)
            failures.append(
                TaskFailure(
                    task: task, output: Self.end(of: "\(folder)/\(RunFolder.standardOutput(of: attempt))"),
                    messages: Self.end(of: "\(folder)/\(RunFolder.standardError(of: attempt))")))
        }
        omitted = failed.count - failures.count
    }

    private static func end(of path: String) -> String? {
        FileTail.text(of: path, linesMax: logLinesMax, bytesMax: logBytesMax)
    }

    /// - Parameters:
    ///   - id: of the delivery.
    ///   - name: of the notification.
    func json(id: String, notification name: String) -> Value {
        let more = Value.object([
            "failures": .list(failures.map(\.json)), "failures_omitted": omitted > 0 ? .number(omitted) : nil,
            "notification": .string(name), "test": isTest ? .boolean(true) : nil,
        ])
        return CloudEvent.envelope(
            id: id, source: "/api/v1/runs/\(run.id)", type: run.status.event, at: run.ended ?? run.submitted,
            data: summary + more.entries)
    }

    /// Without what may be meant for the run alone.
    private var summary: [Value.Entry] {
        Value.run(run).entries.filter { $0.key != "parameters" && $0.key != "directory" }
    }
}

extension RunReport.TaskFailure {
    fileprivate var json: Value {
        var failure: Failure?
        if case .failure(let reason)? = task.detail { failure = reason }
        return .object([
            "task": .string(task.name), "index": .number(task.id.index), "attempts": .number(task.attempt),
            "failure": failure.map { .failure($0) }, "stdout": output.map { .string($0) },
            "stderr": messages.map { .string($0) },
        ])
    }
}

extension Value {
    /// Of an object.
    fileprivate var entries: [Entry] {
        guard case .map(let entries) = self else { preconditionFailure("an object is a map") }
        return entries
    }
}
