import BatonCore
import BatonFormats
import BatonRuntime
import BatonStore

/// What is told of a run: a CloudEvent with what a person wants to know first.
struct RunReport: Sendable {
    let run: RunSummary
    /// When it happened.
    let at: Instant
    let news: News
    /// Nothing has happened: somebody tries whether it arrives.
    var isTest = false

    enum News: Hashable, Sendable {
        /// With the first tasks that failed.
        ///
        /// - Parameter omitted: how many more failed.
        case ended([TaskFailure], omitted: Int)
        case late(LateRun)
        /// Tasks that began to ask for approval at once.
        case asks([TaskSummary])
    }

    var event: NotificationRule.Event {
        switch news {
        case .ended: .ended(run.status)
        case .late: .late
        case .asks: .approvalWaiting
        }
    }

    struct TaskFailure: Hashable, Sendable {
        var task: TaskSummary
        /// The last lines of both, secrets masked as they are in the files; nil where there are none.
        var output: String?
        var messages: String?
    }

    private static let tasksMax = 10
    private static let logLinesMax = 20
    private static let logBytesMax = 2_048

    init(_ news: News, of run: RunSummary, at: Instant) {
        self.run = run
        self.at = at
        self.news = news
    }

    /// Reads why tasks failed.
    ///
    /// - Parameter dataDirectory: where runs keep their logs.
    init(ofEnd end: Instant, of run: RunSummary, _ store: any Store, dataDirectory: String) throws(StoreError) {
        guard run.counts[.failed] > 0 else {
            self.init(.ended([], omitted: 0), of: run, at: end)
            return
        }
        let failed = try store.tasks(of: run.id, in: [.failed]).filter { !$0.isGroup }
        let folder = RunFolder(dataDirectory: dataDirectory, run: run.id).path
        let failures = failed.prefix(Self.tasksMax).map { task in
            let attempt = Attempt.ID(run: run.id, task: task.id, number: task.attempt)
            return TaskFailure(
                task: task, output: Self.end(of: "\(folder)/\(RunFolder.standardOutput(of: attempt))"),
                messages: Self.end(of: "\(folder)/\(RunFolder.standardError(of: attempt))"))
        }
        self.init(.ended(failures, omitted: failed.count - failures.count), of: run, at: end)
    }

    /// Of a run that never was.
    static func probe(_ event: NotificationRule.Event, of workflow: String?, at now: Instant) -> RunReport {
        let status = event.status
        let run = RunSummary(
            id: Run.ID(at: now, random: 0), workflow: workflow ?? "test", source: nil, directory: "", parameters: [],
            status: status, submitted: now, ended: status.isTerminal ? now : nil, counts: TaskCounts())
        let news: News =
            switch event {
            case .ended: .ended([], omitted: 0)
            case .late: .late(LateRun(run: run.id, deadline: now, expectedEnd: now))
            case .approvalWaiting: .asks([])
            }
        var report = RunReport(news, of: run, at: now)
        report.isTest = true
        return report
    }

    private static func end(of path: String) -> String? {
        FileTail.text(of: path, linesMax: logLinesMax, bytesMax: logBytesMax)
    }

    /// The first message of it.
    ///
    /// - Parameters:
    ///   - id: of the delivery.
    ///   - name: of the notification.
    func delivery(id: String, notification name: String) -> Delivery {
        let more = Value.object(["notification": .string(name), "test": isTest ? .boolean(true) : nil])
        let message = CloudEvent.envelope(
            id: id, source: "/api/v1/runs/\(run.id)", type: event.word, at: at,
            data: summary + details.entries + more.entries)
        return Delivery(
            id: id, event: event, workflow: run.workflow, status: run.status,
            body: String(decoding: message.jsonBytes, as: UTF8.self))
    }

    private var details: Value {
        switch news {
        case .ended(let failures, let omitted):
            .object([
                "failures": .list(failures.map(\.json)), "failures_omitted": omitted > 0 ? .number(omitted) : nil,
            ])
        case .late(let late):
            .object(["deadline": .time(late.deadline), "expected_end": .time(late.expectedEnd)])
        case .asks(let tasks):
            .object([
                "tasks": .list(tasks.prefix(Self.tasksMax).map(Self.question)),
                "tasks_omitted": tasks.count > Self.tasksMax ? .number(tasks.count - Self.tasksMax) : nil,
            ])
        }
    }

    private static func question(_ task: TaskSummary) -> Value {
        var question: String?
        if case .question(let text)? = task.detail { question = text }
        return .object([
            "task": .string(task.name), "index": .number(task.id.index), "question": question.map { .string($0) },
        ])
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
