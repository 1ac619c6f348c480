import BatonCore
import BatonOptimizer
import BatonStore

/// What the last runs of a workflow say of its tasks besides what they took, by the names of instances.
///
/// Of a task that does something else today than it did then, they say nothing.
struct PastRuns {
    /// Which files they used; of several runs together.
    private(set) var files: [String: ObservedFiles] = [:]
    /// How attempts ended.
    private(set) var failures: [String: FailureHistory] = [:]
    /// What attempts took that succeeded, in runs that nothing interrupted and that had the machine to themselves.
    private(set) var durations: [String: [PastDuration]] = [:]

    private static let mostRuns = 10

    init(
        of workflow: Workflow, parameters: [Workflow.Binding], _ store: any Store
    ) throws(StoreError) {
        let runs = try store.runs(matching: RunFilter(workflow: workflow.name, limit: Self.mostRuns))
        for (place, run) in runs.enumerated() where run.parameters == parameters {
            guard let conditions = try store.conditions(of: run.id) else { continue }
            let then = conditions.submission.workflow
            guard then.environment == workflow.environment else { continue }
            let earlier = Dictionary(then.tasks.map { ($0.name, $0) }) { first, _ in first }
            let unchanged = Set(workflow.tasks.filter { earlier[$0.name]?.runsTheSame(as: $0) == true }.map(\.name))
            var names: [TaskInstance.ID: String] = [:]
            var templates: [TaskInstance.ID: String] = [:]
            for task in try store.tasks(of: run.id, in: nil) where !task.isGroup {
                templates[task.id] = task.template
                if unchanged.contains(task.template) { names[task.id] = task.name }
            }
            var latest: [String: ObservedFiles] = [:]
            for traced in try store.observedFiles(of: run.id) {
                if let name = names[traced.attempt.task] { latest[name] = traced.files }
            }
            for (name, seen) in latest { files[name] = files[name].map { $0.united(with: seen) } ?? seen }
            let attempts = try store.attempts(of: run.id, task: nil)
            read(attempts, names)
            if conditions.wasInterrupted || conditions.wasShared { continue }
            let companies = Self.companies(of: attempts, templates)
            for attempt in attempts where attempt.status == .succeeded {
                guard let name = names[attempt.id.task], let usage = attempt.usage else { continue }
                let cpu = usage.userCPU + usage.systemCPU
                durations[name, default: []].append(
                    PastDuration(
                        run: place, nanoseconds: usage.wall.nanoseconds, cpuNanoseconds: cpu.nanoseconds,
                        company: companies[attempt.id]))
            }
        }
    }

    /// What ran beside each attempt of a run, whatever its task did then.
    private static func companies(
        of attempts: [AttemptSummary], _ templates: [TaskInstance.ID: String]
    ) -> [Attempt.ID: Company] {
        var spans: [(attempt: Attempt.ID, span: Company.Span)] = []
        for attempt in attempts where attempt.status != .reused {
            guard let task = templates[attempt.id.task], let end = attempt.ended else { continue }
            let span = Company.Span(
                task: task, start: attempt.started.nanoseconds, end: end.nanoseconds)
            spans.append((attempt.id, span))
        }
        let companies = Company.all(in: spans.map(\.span))
        return Dictionary(zip(spans.map(\.attempt), companies)) { first, _ in first }
    }

    /// - Parameter attempts: of one run, in order of task and number.
    private mutating func read(_ attempts: [AttemptSummary], _ names: [TaskInstance.ID: String]) {
        let ended = attempts.filter { $0.status == .succeeded || $0.status == .failed }
        for (task, own) in Dictionary(grouping: ended, by: \.id.task) {
            guard let name = names[task], let first = own.first, let last = own.last else { continue }
            var history = failures[name] ?? FailureHistory()
            history.instances += 1
            history.outOfMemory += own.count { $0.failure == .outOfMemory }
            if first.status == .failed, case .exitCode(let code) = first.failure {
                history.failedFirst += 1
                if last.status == .succeeded {
                    history.saved += 1
                    history.usefulRetries = max(history.usefulRetries, own.count - 1)
                } else {
                    history.wastedAttempts += own.count - 1
                    if let begin = first.ended, let end = last.ended {
                        history.wastedNanoseconds += begin.duration(to: end).nanoseconds
                    }
                    history.exitCode = history.failedFirst == 1 || history.exitCode == code ? code : nil
                }
            }
            failures[name] = history
        }
    }
}

extension Workflow.Task {
    /// Whether the other runs the same commands, whatever it waits for, asks for and is tried again for.
    fileprivate func runsTheSame(as other: Workflow.Task) -> Bool {
        action == other.action && fanOut == other.fanOut && environment == other.environment
            && workingDirectory == other.workingDirectory
    }
}

extension ObservedFiles {
    fileprivate func united(with other: ObservedFiles) -> ObservedFiles {
        func union(_ paths: KeyPath<ObservedFiles, [String]>) -> [String] {
            Set(self[keyPath: paths] + other[keyPath: paths]).sorted()
        }
        return ObservedFiles(
            reads: union(\.reads), writes: union(\.writes), deletes: union(\.deletes), missed: union(\.missed),
            isComplete: isComplete && other.isComplete)
    }
}
