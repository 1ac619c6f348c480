import ArgumentParser
import BatonCore
import BatonRuntime
import BatonStore
import Glibc

struct WaitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "wait",
        abstract: "Wait for the end of a run.",
        discussion: """
            The exit code is that of 'baton run': 0 when the run succeeds, 1 when it does not, 124 when it goes on \
            after the timeout. Without a run: the latest.
            """
    )

    @OptionGroup var argument: RunArgument

    @Option(name: .long, help: ArgumentHelp("Give up after this long, such as 90s or 1h30m.", valueName: "time"))
    var timeout: TimeSpan?

    @OptionGroup var state: StateOptions
    @OptionGroup var server: ServerOptions

    func run() throws {
        if let client = try server.client(state) { return try run(on: client) }
        let store = try state.existingStore()
        let run = try argument.resolve(in: store)
        let clock = LiveClock()
        let end = timeout.map { clock.now.advanced(by: $0.duration) }
        var watch = AbandonmentWatch(run: run, data: state.dataDirectory)
        while true {
            let summary = try store.run(run)
            if summary.status.isTerminal {
                try finish(summary)
                return
            }
            let now = clock.now
            if let end, now >= end {
                Output.messages("Run \(run) is still \(summary.status.rawValue).")
                throw ExitCode(ExitStatus.timeout.rawValue)
            }
            if let warning = watch.warning(at: now) { Output.messages(warning) }
            let pause = end.map { min(.milliseconds(100), now.duration(to: $0)) } ?? .milliseconds(100)
            Pause.sleep(pause)
        }
    }

    func finish(_ summary: RunSummary) throws {
        if state.json {
            let standing = RunStanding(summary.status, isDriven: true)
            Output.data(RunList.json(summary, standing, now: summary.ended ?? summary.submitted).json)
        } else {
            Output.messages("Run \(summary.id) of \(summary.workflow): \(summary.status.rawValue).")
        }
        let status = summary.status.exitStatus
        if status != .success { throw ExitCode(status.rawValue) }
    }
}

enum Pause {
    static func sleep(_ duration: Duration) {
        let nanoseconds = max(0, duration.nanoseconds)
        var time = timespec(tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
        while true {
            var rest = timespec()
            guard nanosleep(&time, &rest) != 0, errno == EINTR else { return }
            time = rest
        }
    }
}

/// Notices once that nobody drives a run that is meant to go on.
struct AbandonmentWatch {
    let run: Run.ID
    let data: DataDirectory
    private var lookAgain = Instant.zero
    private var misses = 0

    init(run: Run.ID, data: DataDirectory) {
        self.run = run
        self.data = data
    }

    /// Looks once a second; two misses in a row are needed, as a run may just be changing hands.
    mutating func warning(at now: Instant) -> String? {
        guard now >= lookAgain else { return nil }
        lookAgain = now.advanced(by: .seconds(1))
        misses = data.isDriven(run) ? 0 : misses + 1
        guard misses == 2 else { return nil }
        return "The baton process of run \(run) is gone; 'baton resume \(run)' takes it over. Waiting for that."
    }
}
