import BatonCore
import BatonRuntime
import BatonStore
import Glibc

/// Shows a run while it goes on: live on a terminal, as lines elsewhere, as JSON for programs.
protocol ProgressReporter: RunObserver {
    /// Takes in what happened before the watching began: known, but not told as news; only what asks still asks.
    func catchUp(_ history: [Recorded])
    /// Says how the run ended; nothing is reported afterwards.
    func finish(at now: Instant)
}

/// Which form of progress fits the streams of this process.
enum ProgressStyle {
    case live, plain, json

    /// - Parameter isJSON: the user asked for it.
    static func fitting(isJSON: Bool) -> ProgressStyle {
        if isJSON { return .json }
        return Terminal(descriptor: STDERR_FILENO).isInteractive ? .live : .plain
    }

    func reporter(for run: Run.ID, logs: any AttemptLogs) -> any ProgressReporter {
        switch self {
        case .live:
            LiveProgress(run: run, logs: logs, terminal: Terminal(descriptor: STDERR_FILENO)) {
                Output.write($0, to: STDERR_FILENO)
            }
        case .plain: PlainProgress(run: run, logs: logs) { Output.write($0, to: STDERR_FILENO) }
        case .json: JSONProgress(run: run) { Output.write($0, to: STDOUT_FILENO) }
        }
    }
}

/// One line for each task that ended or is tried again, and a summary.
final class PlainProgress: ProgressReporter {
    private var progress: RunProgress
    private var stragglers = StragglerWatch()
    private let logs: any AttemptLogs
    private let write: (String) -> Void

    init(run: Run.ID, logs: any AttemptLogs, write: @escaping (String) -> Void) {
        progress = RunProgress(run: run)
        if let hint = logs.forceHint(for: run) { progress.forceHint = hint }
        progress.commandOptions = logs.commandOptions
        self.logs = logs
        self.write = write
    }

    var refreshAt: Instant? { stragglers.next(of: progress) }

    func catchUp(_ history: [Recorded]) {
        for recorded in history { progress.apply(recorded) }
        let counts = progress.counts
        let text = progress.requests.map { "[\(counts.finished)/\(counts.total)] \($0.text)\n" }.joined()
        if !text.isEmpty { write(text) }
    }

    func durable(_ batch: [Recorded]) {
        var text = ""
        for recorded in batch {
            progress.apply(recorded)
            for news in progress.news(of: recorded) {
                let counts = progress.counts
                text += "[\(counts.finished)/\(counts.total)] \(news.line.text)\n"
                guard news.kind == .failure, let attempt = news.attempt else { continue }
                for line in FailureDetail.lines(of: attempt, in: logs) { text += line.text + "\n" }
            }
        }
        if !text.isEmpty { write(text) }
    }

    func sampled(_ attempt: Attempt.ID, _ sample: UsageReading) {}

    func refresh(at now: Instant) {
        let counts = progress.counts
        for straggler in stragglers.news(of: progress, at: now) {
            write("[\(counts.finished)/\(counts.total)] \(straggler.sentence)\n")
        }
    }

    func storeFailed(_ error: StoreError) {
        write(StoreTrouble.sentence(error) + "\n")
    }

    func finish(at now: Instant) {
        let lines = RunVerdict(progress: progress, logs: logs).lines(at: now)
        write(lines.map { $0.text + "\n" }.joined())
    }
}

/// A view of the running tasks that is redrawn in place; failures and retries stay above it.
final class LiveProgress: ProgressReporter {
    private var progress: RunProgress
    private let logs: any AttemptLogs
    private var screen: TerminalScreen
    private var stragglers = StragglerWatch()
    private var lasting: [StyledLine] = []
    private var drawnAt = Instant.zero
    private var isStale = true

    /// Ten frames a second while things happen, four while only the clock moves.
    private static let shortest = Duration.milliseconds(100)
    private static let longest = Duration.milliseconds(250)

    init(run: Run.ID, logs: any AttemptLogs, terminal: Terminal, write: @escaping (String) -> Void) {
        progress = RunProgress(run: run)
        if let hint = logs.forceHint(for: run) { progress.forceHint = hint }
        progress.commandOptions = logs.commandOptions
        self.logs = logs
        screen = TerminalScreen(terminal: terminal, write: write)
    }

    var refreshAt: Instant? {
        progress.isFinished ? nil : drawnAt.advanced(by: isStale ? Self.shortest : Self.longest)
    }

    func catchUp(_ history: [Recorded]) {
        for recorded in history { progress.apply(recorded) }
        lasting += progress.requests
    }

    func durable(_ batch: [Recorded]) {
        for recorded in batch {
            progress.apply(recorded)
            for news in progress.news(of: recorded) where news.kind != .success {
                lasting.append(news.line)
                if news.kind == .failure, let attempt = news.attempt {
                    lasting += FailureDetail.lines(of: attempt, in: logs)
                }
            }
        }
        isStale = true
    }

    func sampled(_ attempt: Attempt.ID, _ sample: UsageReading) {
        progress.observe(attempt, memoryBytes: sample.memoryBytes, cpu: sample.cpu, at: latest)
        isStale = true
    }

    /// Samples carry no time; the turn that brings them follows a refresh at most a frame later.
    private var latest = Instant.zero

    func refresh(at now: Instant) {
        latest = now
        guard let refreshAt, now >= refreshAt else { return }
        lasting += stragglers.news(of: progress, at: now).map { StyledLine($0.sentence, .warning) }
        screen.terminal.measure(STDERR_FILENO)
        screen.draw(
            lasting: lasting, live: ProgressView(progress: progress, terminal: screen.terminal, now: now).lines())
        lasting = []
        isStale = false
        drawnAt = now
    }

    func storeFailed(_ error: StoreError) {
        lasting.append(StyledLine(StoreTrouble.sentence(error), .bad))
        isStale = true
    }

    func finish(at now: Instant) {
        screen.draw(lasting: lasting + RunVerdict(progress: progress, logs: logs).lines(at: now), live: [])
        lasting = []
    }
}

enum StoreTrouble {
    static func sentence(_ error: StoreError) -> String {
        "The record of the run can't be written: \(error). Running tasks go on; nothing new starts until it can, which is "
            + "tried every second. If you end baton meanwhile, 'baton resume' takes over when it can be written again."
    }
}
