import BatonCore
import BatonFormats
import BatonStore

/// Runs, one a line.
struct RunList {
    let runs: [(summary: RunSummary, standing: RunStanding)]

    func table(now: Instant) -> Table {
        var table = Table([
            .init(title: "RUN"), .init(title: "WORKFLOW"), .init(title: "STATUS"),
            .init(title: "DONE", isNumeric: true), .init(title: "FAILED", isNumeric: true), .init(title: "STARTED"),
            .init(title: "TOOK", isNumeric: true),
        ])
        for (run, standing) in runs {
            let failed = run.counts[.failed]
            table.append([
                StyledLine(run.id.description), StyledLine(DisplayWidth.printable(run.workflow)),
                status(of: run, standing), StyledLine("\(run.counts.finished)/\(run.counts.total)"),
                StyledLine(failed > 0 ? "\(failed)" : "", .bad),
                StyledLine(TimeText.ago(run.submitted, now: now), .faint),
                StyledLine(DurationText.format(run.submitted.duration(to: run.ended ?? now))),
            ])
        }
        return table
    }

    private func status(of run: RunSummary, _ standing: RunStanding) -> StyledLine {
        let asks = run.counts[.awaitingApproval] > 0
        return StyledLine(standing.word + (asks ? ", asks" : ""), asks ? .warning : standing.ink)
    }

    /// What those ask for who need an answer.
    func requests(options: String) -> [String] {
        runs.map(\.summary).filter { $0.counts[.awaitingApproval] > 0 }.map { run in
            "Run \(run.id) waits for approval of \(Sentence.count(run.counts[.awaitingApproval], "task")); "
                + "'baton get \(run.id)\(options)' shows what is asked and how to answer."
        }
    }

    func json(now: Instant) -> Value {
        .list(runs.map { Self.json($0.summary, $0.standing, now: now) })
    }

    static func json(_ run: RunSummary, _ standing: RunStanding, now: Instant) -> Value {
        .object([
            "run": .string(run.id.description), "workflow": .string(run.workflow),
            "source": run.source.map { .string($0) }, "directory": .string(run.directory),
            "status": .string(run.status.rawValue), "interrupted": .boolean(standing.isAbandoned),
            "submitted": .time(run.submitted), "ended": run.ended.map { .time($0) },
            "duration_seconds": .seconds(run.submitted.duration(to: run.ended ?? now)),
            "parameters": .map(run.parameters.map { Value.Entry(key: $0.name, value: $0.value) }),
            "tasks": .map(
                TaskState.Label.allCases.map { Value.Entry(key: $0.rawValue, value: .number(run.counts[$0])) }),
        ])
    }
}

extension TaskCounts {
    /// Those that will not change any more.
    var finished: Int { self[.succeeded] + self[.failed] + self[.skipped] + self[.cancelled] }
}
