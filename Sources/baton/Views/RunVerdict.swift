import BatonCore
import BatonRuntime

/// What is said when a run has ended: how, what it took, what failed and what to do next.
struct RunVerdict {
    let progress: RunProgress
    let logs: any AttemptLogs

    private static let failuresShown = 10

    /// Sentences, the verdict first.
    func lines(at now: Instant) -> [StyledLine] {
        var lines = [verdict(at: now), cost]
        let failed = progress.tasks.indices.filter { index in
            if case .failed = progress.tasks[index].state { progress.tasks[index].isCommand } else { false }
        }
        for index in failed.prefix(Self.failuresShown) {
            guard case .failed(let failure) = progress.tasks[index].state else { continue }
            var line = StyledLine("  \(progress.tasks[index].instance.name) \(failure.predicate)", .bad)
            if let attempt = progress.attemptID(index) {
                line.append(": \(logs.place(of: FailureDetail.log(of: attempt, in: logs)))")
            }
            lines.append(line)
        }
        if failed.count > Self.failuresShown {
            lines.append(StyledLine("  and \(failed.count - Self.failuresShown) more"))
        }
        switch progress.status {
        case .failed:
            lines.append("To see why: baton explain \(progress.run)\(logs.commandOptions)")
            lines.append("To try again what did not succeed: baton retry \(progress.run)\(logs.commandOptions)")
        case .cancelled:
            lines.append("To go on where it stopped: baton retry \(progress.run)\(logs.commandOptions)")
        case .running, .paused, .cancelling, .succeeded:
            break
        }
        return lines
    }

    private func verdict(at now: Instant) -> StyledLine {
        let status = progress.status
        var line = StyledLine("\(progress.name) \(status.verb)", status.ink)
        if let start = progress.startedAt {
            line.append(" after \(DurationText.format(start.duration(to: progress.endedAt ?? now)))")
        }
        line.append(": \(Self.counts(progress)).")
        return line
    }

    private var cost: StyledLine {
        var text = "It took \(DurationText.format(progress.cpu)) of CPU time."
        if progress.retries > 0 {
            text += progress.retries == 1 ? " One attempt was a retry." : " \(progress.retries) attempts were retries."
        }
        return StyledLine("\(text) Run \(progress.run).", .faint)
    }

    /// `10 succeeded, 1 failed and 2 were skipped`.
    static func counts(_ progress: RunProgress) -> String {
        let counts = progress.counts
        var parts: [String] = []
        if counts[.succeeded] > 0 || counts.total == counts[.succeeded] {
            var part = "\(counts[.succeeded]) succeeded"
            if progress.reused > 0 { part += " (\(progress.reused) up to date)" }
            parts.append(part)
        }
        if counts[.failed] > 0 { parts.append("\(counts[.failed]) failed") }
        if counts[.skipped] > 0 { parts.append("\(counts[.skipped]) skipped") }
        if counts[.cancelled] > 0 { parts.append("\(counts[.cancelled]) cancelled") }
        let open = counts.total - counts.finished
        if open > 0 { parts.append("\(open) unfinished") }
        return Sentence.list(parts)
    }
}

/// The end of what a failed attempt printed, and where the rest is.
enum FailureDetail {
    /// The log that says more: standard error, or standard output where that is all there is.
    static func log(of attempt: Attempt.ID, in logs: any AttemptLogs) -> AttemptLog {
        let error = AttemptLog(attempt: attempt, stream: .error)
        let output = AttemptLog(attempt: attempt, stream: .output)
        let isSilent = logs.tail(of: error, count: 1).isEmpty
        return isSilent && !logs.tail(of: output, count: 1).isEmpty ? output : error
    }

    static func lines(of attempt: Attempt.ID, in logs: any AttemptLogs, count: Int = 10) -> [StyledLine] {
        let log = log(of: attempt, in: logs)
        let tail = logs.tail(of: log, count: count)
        guard !tail.isEmpty else { return ["  It printed nothing."] }
        var lines = [StyledLine("  The end of its \(log.stream.words):")]
        for text in tail {
            var line = StyledLine("    | ", .faint)
            line.append(text)
            lines.append(line)
        }
        lines.append(StyledLine("  All of it: \(logs.place(of: log))", .faint))
        return lines
    }
}
