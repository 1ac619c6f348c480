import ArgumentParser
import BatonCore
import BatonFormats
import BatonSimulator
import BatonStore

/// Which runs of the record are meant.
struct HistoryOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "So many of the newest runs that have ended, each when it came, with what its tasks took.",
            valueName: "count"))
    var last: Int?

    @Option(help: ArgumentHelp("Of --last: only runs of this workflow.", valueName: "name"))
    var workflow: String?

    @Option(
        help: ArgumentHelp(
            "Of --last: only runs that came at this time or later, such as 2026-01-31T08:00:00Z.", valueName: "time"))
    var since: String?

    static let mostRuns = 1_000
    static let mostTasks = 100_000

    var earliest: Instant? { since.flatMap { Instant(rfc3339: $0) } }

    mutating func validate() throws {
        if let last, !(1...Self.mostRuns).contains(last) {
            throw ValidationError("--last must be between 1 and \(Self.mostRuns), not \(last).")
        }
        if last == nil, workflow != nil || since != nil {
            throw ValidationError("--workflow and --since choose among the newest runs. Say how many with --last 50.")
        }
        if let since, earliest == nil {
            throw ValidationError("--since is a time such as 2026-01-31T08:00:00Z, not '\(since)'.")
        }
    }
}

/// The newest runs of the record as one workload: each comes when it came, and its tasks take what they took.
struct RecordedHistory {
    /// In order of arrival.
    private(set) var runs: [PastRun] = []
    /// What can't be played again, with the reason.
    private var omissions: [(run: Run.ID, reason: Reason)] = []

    struct PastRun {
        let id: Run.ID
        let submitted: Instant
        /// From its submission to its end.
        let seconds: Double
        let recorded: RecordedJob
    }

    private enum Reason: String, CaseIterable {
        case cancelled = "cancelled"
        case unmeasured = "without a measured task, or with a forgotten log"
        case tooLarge = "with a task that no worker can take"
    }

    /// - Throws: when there is nothing to play again, or too much.
    init(_ options: HistoryOptions, in store: any Store) throws {
        let filter = RunFilter(
            statuses: Run.Status.allCases.filter(\.isTerminal), workflow: options.workflow,
            limit: options.last ?? HistoryOptions.mostRuns)
        let summaries = try store.runs(matching: filter).filter { $0.submitted >= options.earliest ?? .zero }
        guard !summaries.isEmpty else { throw try Self.nothing(options, in: store) }
        let tasks = summaries.reduce(0) { $0 + $1.counts.total }
        guard tasks <= HistoryOptions.mostTasks else {
            throw CommandFailure(
                "these \(Sentence.count(summaries.count, "run")) have \(tasks) tasks, and at most "
                    + "\(HistoryOptions.mostTasks) are simulated at once. Ask for fewer runs with --last", exit: .usage)
        }
        for summary in summaries.sorted(by: { ($0.submitted, $0.id.rawValue) < ($1.submitted, $1.id.rawValue) }) {
            try add(summary, from: store)
        }
        try checkRuns()
    }

    private mutating func add(_ summary: RunSummary, from store: any Store) throws {
        guard summary.status != .cancelled else { return omissions.append((summary.id, .cancelled)) }
        do {
            let recorded = try RecordedJob(summary.id, in: store)
            runs.append(
                PastRun(
                    id: summary.id, submitted: summary.submitted, seconds: recorded.duration?.seconds ?? 0,
                    recorded: recorded))
        } catch is CommandFailure {
            omissions.append((summary.id, .unmeasured))
        }
    }

    private func checkRuns() throws {
        guard runs.isEmpty else { return }
        throw CommandFailure("no run is left to play again. \(notes.joined(separator: " "))", exit: .usage)
    }

    private static func nothing(_ options: HistoryOptions, in store: any Store) throws -> CommandFailure {
        let names = try store.workflows().map(\.name)
        if let workflow = options.workflow, !names.isEmpty, !names.contains(workflow) {
            let hint = Suggestion.hint(for: workflow, among: names) ?? "There are \(Sentence.list(names))."
            return CommandFailure("no run of a workflow '\(workflow)' is recorded here. \(hint)", exit: .usage)
        }
        let which = (options.workflow.map { " of '\($0)'" } ?? "") + (options.since.map { " since \($0)" } ?? "")
        return CommandFailure(
            "no run\(which) has ended, so there is nothing to play again. Start one with 'baton run FILE'", exit: .usage
        )
    }

    /// This machine as it was: the most that any of the runs could use.
    var machine: Machine {
        Machine(capacity: runs.map(\.recorded.capacity).reduce(.zero, Feasibility.maximum))
    }

    /// The runs that these machines can take; the others are left out.
    func fitted(to machines: [Machine]) throws -> RecordedHistory {
        var history = self
        history.runs = []
        for run in runs {
            if Feasibility.permits(run.recorded.job, on: machines) {
                history.runs.append(run)
            } else {
                history.omissions.append((run.id, .tooLarge))
            }
        }
        try history.checkRuns()
        return history
    }

    var source: JobSource {
        let names = Set(runs.map(\.recorded.workflow)).sorted()
        return JobSource(
            title: names.count == 1 ? names[0] : Sentence.count(names.count, "workflow"),
            kind: .history(runs.map(\.recorded.job), at: arrivals), notes: notes)
    }

    private var arrivals: [Instant] {
        let begin = runs.first?.submitted ?? .zero
        return runs.map { Instant.zero.advanced(by: begin.duration(to: $0.submitted)) }
    }

    var workload: Workload { Workload(history: runs.map(\.recorded.job), at: arrivals) }

    private var notes: [String] {
        Reason.allCases.compactMap { reason in
            let ids = omissions.filter { $0.reason == reason }.map(\.run.description)
            guard !ids.isEmpty else { return nil }
            return "Left out: \(Sentence.count(ids.count, "run")) (\(Sentence.list(ids))), \(reason.rawValue)."
        }
    }
}
